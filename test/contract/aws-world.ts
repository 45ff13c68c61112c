import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import {
  CreateDocumentCommand,
  type DocumentFormat,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  type SignalType,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { type AwsSandbox, startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";

/** The seeded keys by owner. */
export const KEYS = {
  admin: { accessKeyId: "test", secretAccessKey: "test" },
  bot: { accessKeyId: "AKIACOUNTERSIGNBOT00", secretAccessKey: "sandbox" },
  rosa: { accessKeyId: "AKIASSOROSA000000000", secretAccessKey: "sandbox" },
  ci: { accessKeyId: "AKIAGITHUBDEPLOY0000", secretAccessKey: "sandbox" },
  jane: { accessKeyId: "AKIAUSERJANE00000000", secretAccessKey: "sandbox" },
  omar: { accessKeyId: "AKIAUSEROMAR00000000", secretAccessKey: "sandbox" },
  nobody: { accessKeyId: "AKIAUSERNOBODY000000", secretAccessKey: "sandbox" },
  secondAdmin: { accessKeyId: "AKIASECONDADMIN00000", secretAccessKey: "sandbox" },
} as const;

export interface ClientOptions {
  as?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  region?: string;
}

/** Starts a stand-in on a free port, with the real clients and the calls that most tests need. `using` closes it. */
export async function awsWorld(options: { seed?: boolean } = {}) {
  const sandbox: AwsSandbox = await startAwsSandbox({ port: 0, ...options });
  const clients: { destroy(): void }[] = [];
  const configure = ({ as = KEYS.admin, region = "us-east-1" }: ClientOptions) => ({
    endpoint: sandbox.url,
    region,
    credentials: { ...as },
    maxAttempts: 1,
  });
  const opened = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const ssm = (client: ClientOptions = {}) => opened(new SSMClient(configure(client)));
  const admin = ssm();

  return {
    sandbox,
    clock: sandbox.clock,
    ssm,
    events: (client: ClientOptions = {}) => opened(new EventBridgeClient(configure(client))),
    sts: (client: ClientOptions = {}) => opened(new STSClient(configure(client))),

    /** Creates a runbook as the administrator: a text is YAML, an object becomes JSON. */
    async document(name: string, content: string | object, region?: string) {
      const isText = typeof content === "string";
      const format: DocumentFormat = isText ? "YAML" : "JSON";
      await (region ? ssm({ region }) : admin).send(
        new CreateDocumentCommand({
          Name: name,
          Content: isText ? content : JSON.stringify({ schemaVersion: "0.3", ...content }),
          DocumentType: "Automation",
          DocumentFormat: format,
        }),
      );
    },
    async start(name: string, Parameters?: Record<string, string[]>, more: object = {}): Promise<string> {
      const command = new StartAutomationExecutionCommand({ DocumentName: name, Parameters, ...more });
      return (await admin.send(command)).AutomationExecutionId ?? "";
    },
    async get(id: string) {
      const { AutomationExecution } = await admin.send(
        new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
      );
      if (AutomationExecution === undefined) throw new Error(`no execution ${id}`);
      return AutomationExecution;
    },
    async status(id: string) {
      return (await this.get(id)).AutomationExecutionStatus;
    },
    async step(id: string, name: string) {
      const step = (await this.get(id)).StepExecutions?.findLast((each) => each.StepName === name);
      if (step === undefined) throw new Error(`no step ${name}`);
      return step;
    },
    signal(id: string, SignalType: SignalType, Payload?: Record<string, string[]>, as?: ClientOptions["as"]) {
      const client = as === undefined ? admin : ssm({ as });
      return client.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType, Payload }));
    },
    /** Sends a request to `/_control/PATH` and returns the JSON of the reply. */
    async control(path: string, body?: unknown, method = body === undefined ? "GET" : "POST") {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await fetch(`${sandbox.url}/_control/${path}`, init);
      // biome-ignore lint/suspicious/noExplicitAny: each route has its own shape, which the test asserts.
      return (await response.json()) as any;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await sandbox.close();
    },
  };
}

export type AwsWorld = Awaited<ReturnType<typeof awsWorld>>;

/** Steps for the tests' runbooks. */
export const gate = (name: string, Approvers: unknown, more: object = {}, inputs: object = {}) => ({
  name,
  action: "aws:approve",
  ...more,
  inputs: { Approvers, ...inputs },
});
export const work = (name: string, more: object = {}) => ({ name, action: "aws:runCommand", inputs: {}, ...more });

export const BOT_ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
export const ADMIN_ARN = "arn:aws:iam::111122223333:user/admin";
