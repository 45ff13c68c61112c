import assert from "node:assert/strict";
import { test } from "node:test";
import { SendAutomationSignalCommand, SSMClient } from "@aws-sdk/client-ssm";
import { signalFailure } from "../../src/aws/aws-failures.ts";
import { rawServer } from "../support/raw-server.ts";

type Answer = [status: number, headers: Record<string, string>, body: string];

const JSON_BODY = { "content-type": "application/json" };
const FROM_AWS = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "an-id" };
const page = (status: number): Answer => [status, { "content-type": "text/html" }, `<html>${status}</html>`];

/** What the SDK makes of each answer decides how long nothing is sent again. */
const ANSWERS: [claim: string, answer: Answer, expected: string][] = [
  ["a proxy's page 504", page(504), "ambiguous, silent"],
  ["a proxy's page 502", page(502), "ambiguous, silent"],
  ["a proxy's page 403", page(403), "ambiguous, silent"],
  ["a page instead of an answer", page(200), "ambiguous, silent"],
  ["a gateway's JSON 504", [504, JSON_BODY, '{"message":"Endpoint request timed out"}'], "ambiguous, silent"],
  ["a proxy's JSON 500 with a code", [500, JSON_BODY, '{"code":"E_UPSTREAM","message":"x"}'], "ambiguous, silent"],
  ["an empty 503", [503, {}, ""], "ambiguous, silent"],
  ["an empty 408", [408, {}, ""], "ambiguous, silent"],
  ["a JSON 408 without a name", [408, JSON_BODY, '{"message":"Request timeout"}'], "ambiguous, silent"],
  ["half an answer", [500, FROM_AWS, '{"__type":"Inte'], "ambiguous, silent"],
  ["AWS's modelled 500", [500, FROM_AWS, '{"__type":"InternalServerError"}'], "ambiguous, answered"],
  ["AWS's common 500", [500, FROM_AWS, '{"__type":"InternalFailure"}'], "ambiguous, answered"],
  [
    "AWS's 503 with a namespace",
    [503, FROM_AWS, '{"__type":"com.amazon.coral.service#ServiceUnavailableException"}'],
    "ambiguous, answered",
  ],
  ["AWS's refusal", [400, FROM_AWS, '{"__type":"InvalidAutomationSignalException"}'], "refused"],
  ["AWS's throttling", [400, FROM_AWS, '{"__type":"ThrottlingException"}'], "refused"],
];

for (const [claim, [status, headers, body], expected] of ANSWERS) {
  test(`a signal that is answered with ${claim} is ${expected}`, async (t) => {
    const server = await rawServer(t, (_, response) => response.writeHead(status, headers).end(body));
    const client = new SSMClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    t.after(() => client.destroy());
    const command = new SendAutomationSignalCommand({ AutomationExecutionId: "e".repeat(36), SignalType: "Approve" });
    const result = await client.send(command).then(() => assert.fail("it was taken"), signalFailure);
    const words = result.kind === "ambiguous" ? `ambiguous, ${result.answered ? "answered" : "silent"}` : result.kind;
    assert.equal(words, expected, JSON.stringify(result));
    assert.equal(server.requests.length, 1);
  });
}
