import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
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
import type { AssumptionValues } from "../../sandbox/aws/assumptions.ts";
import { type AwsSandbox, startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { settingOf } from "../support/setting.ts";

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

/**
 * Starts a stand-in on a free port, with the real clients and the calls that most tests need. `using` closes it.
 * `assumptions`: what the test depends on, whatever setting the run tests.
 */
export async function awsWorld(options: { seed?: boolean; assumptions?: Partial<AssumptionValues> } = {}) {
  const assumptions = { ...settingOf("aws"), ...options.assumptions };
  const sandbox: AwsSandbox = await startAwsSandbox({ port: 0, ...options, assumptions });
  const { startDelayMs = 0, signalLagMs = 0, readLagMs = 0 } = assumptions;
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
  /** Lets the delays of the run's setting pass: what was started runs, and what was signaled is decided. */
  const settle = () => void sandbox.clock.advance(startDelayMs + signalLagMs);

  return {
    sandbox,
    clock: sandbox.clock,
    settle,
    ssm,
    events: (client: ClientOptions = {}) => opened(new EventBridgeClient(configure(client))),
    sqs: (client: ClientOptions = {}) => opened(new SQSClient(configure(client))),
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
      const { AutomationExecutionId: id = "" } = await admin.send(command);
      sandbox.clock.advance(startDelayMs);
      return id;
    },
    async get(id: string) {
      const command = new GetAutomationExecutionCommand({ AutomationExecutionId: id });
      if (readLagMs > 0) {
        await admin.send(command);
        sandbox.clock.advance(readLagMs);
      }
      const { AutomationExecution } = await admin.send(command);
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
    async signal(id: string, SignalType: SignalType, Payload?: Record<string, string[]>, as?: ClientOptions["as"]) {
      const client = as === undefined ? admin : ssm({ as });
      const reply = await client.send(
        new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType, Payload }),
      );
      sandbox.clock.advance(signalLagMs);
      return reply;
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

/** For a test whose claim is the effect of a signal. */
export const DECIDES = { signalEffect: "decides" } as const;

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
