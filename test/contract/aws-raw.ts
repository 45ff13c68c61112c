import { randomUUID } from "node:crypto";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import type { AwsWorld } from "./aws-world.ts";

/** Sends a signed request of the SDK with another body, as a client with other bugs could send it. */
export async function sendBody(aws: AwsWorld, body: string, operation = "GetAutomationExecution") {
  let answer: { status: number; body: unknown; headers: Headers } | undefined;
  const replaceBody =
    (target: string) => (next: (args: never) => Promise<never>) => async (args: { request: unknown }) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = body;
      request.headers["content-length"] = String(Buffer.byteLength(body));
      request.headers["x-amz-target"] = target;
      return next(args as never);
    };
  const sendRaw = () => async (args: { request: unknown }) => {
    const request = args.request as { body: string; headers: Record<string, string> };
    const { host: _, "content-length": __, ...headers } = request.headers;
    const response = await fetch(aws.sandbox.url, { method: "POST", headers, body: request.body });
    const text = await response.text();
    answer = { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
    throw new Error("answered");
  };
  const through = (client: { middlewareStack: { add(middleware: never, options: never): void } }, target: string) => {
    const add = (middleware: unknown, options: object) =>
      client.middlewareStack.add(middleware as never, options as never);
    add(replaceBody(target), { step: "build", priority: "low", name: "replaceBody" });
    add(sendRaw, { step: "finalizeRequest", priority: "low", name: "sendRaw" });
  };
  const [ssm, events] = [aws.ssm(), aws.events()];
  through(ssm as never, `AmazonSSM.${operation}`);
  through(events as never, `AWSEvents.${operation}`);
  const sent =
    operation === "PutEvents"
      ? events.send(new PutEventsCommand({ Entries: [] }))
      : ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: randomUUID() }));
  await sent.catch((error: Error) => error.message === "answered" || Promise.reject(error));
  if (answer === undefined) throw new Error("not sent");
  return answer;
}
