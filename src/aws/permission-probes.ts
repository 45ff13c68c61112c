/**
 * Calls that show whether AWS allows an action and that change nothing: each one names an execution, a document or a message
 * that cannot exist, or an event without content, or receives a message that stays visible. AWS checks permissions first, and then returns an error about the missing thing.
 * The order is not documented for every action, and docs/fidelity.md lists it as an assumption.
 */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  GetDocumentCommand,
  ListTagsForResourceCommand,
  SendAutomationSignalCommand,
  SSMClient,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { AwsFailure, TargetRoles } from "../app/ports/aws.ts";
import { describe, readFailure } from "./aws-failures.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeReadCredentials } from "./read-role.ts";
import { makeAgents, makeRequestHandler } from "./request-handler.ts";
import { assumeRole, stsOptions } from "./sts.ts";
import { UNCOUNTED } from "./uncounted.ts";
import { makeWaitingQueue } from "./waiting-queue.ts";

type Probe = { kind: "allowed" } | AwsFailure;

/** AWS creates random ids: this one is never among them. */
const NO_EXECUTION = "00000000-0000-0000-0000-000000000000";
const NO_DOCUMENT = "Countersign-Doctor-No-Such-Document";
/** The session and source identity of probes, in the form of a Slack ID. CloudTrail shows them, so no person's name is used. */
const DOCTOR = "U0DOCTOR";

/** Errors after the check of the permission. */
const AFTER_PERMISSION: ReadonlySet<string> = new Set([
  "AutomationExecutionNotFoundException",
  "InvalidAutomationSignalException",
  "InvalidResourceId",
  "InvalidDocument",
  "ReceiptHandleIsInvalid",
]);

/** Runs a call that must fail, and tells whether AWS allowed it. */
async function probe(call: () => Promise<unknown>): Promise<Probe> {
  try {
    await call();
    return { kind: "allowed" };
  } catch (error) {
    return AFTER_PERMISSION.has(describe(error).code) ? { kind: "allowed" } : readFailure(error);
  }
}

interface Options {
  region: string;
  roles: TargetRoles;
  abort: () => AbortSignal;
}

type Use = (client: SSMClient, options: { abortSignal: AbortSignal }) => Promise<unknown>;

/** Makes the calls of one target: each one has a client of its own. */
function makeCalls({ region, roles: { approverRole }, abort }: Options) {
  /** Sends a command with a new client, and closes the client. */
  const send = (credentials: object, use: Use) =>
    probe(async () => {
      const client = new SSMClient({ region, requestHandler: makeRequestHandler(), ...credentials });
      try {
        await use(client, { abortSignal: abort() });
      } finally {
        client.destroy();
      }
    });

  const assume = async (id: string | undefined) => {
    const client = new STSClient({ ...stsOptions(), region, ...ownCredentials() });
    try {
      return await assumeRole(client, approverRole ?? "", { id, session: DOCTOR }, abort());
    } finally {
      client.destroy();
    }
  };

  /** Sends a command with the credentials that sign decisions. */
  const sign = async (use: Use): Promise<Probe> => {
    try {
      const credentials = approverRole === null ? ownCredentials() : { credentials: await assume(DOCTOR) };
      return await send(credentials, use);
    } catch (error) {
      return readFailure(error);
    }
  };

  return { send, assume, sign };
}

/** Makes the probes of one target, with the credentials that the bot uses for each call. */
export function makePermissionProbes(options: Options) {
  const { region, roles } = options;
  const sts = new STSClient({ ...stsOptions(makeAgents({ keepAlive: false })), region, ...ownCredentials() });
  const reading =
    roles.readRole === null ? ownCredentials() : { credentials: makeReadCredentials(sts, roles.readRole) };
  const { send, assume, sign } = makeCalls(options);
  return {
    assumeReadRole: () => probe(async () => reading.credentials?.()),
    assumeApproverRole: (sourceIdentity: boolean) => probe(() => assume(sourceIdentity ? DOCTOR : undefined)),
    read: {
      "ssm:GetAutomationExecution": () =>
        send(reading, (client, options) =>
          client.send(new GetAutomationExecutionCommand({ AutomationExecutionId: NO_EXECUTION }), options),
        ),
      "ssm:DescribeAutomationStepExecutions": () =>
        send(reading, (client, options) =>
          client.send(new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId: NO_EXECUTION }), options),
        ),
      "ssm:ListTagsForResource": () =>
        send(reading, (client, options) => {
          const resource = { ResourceType: "Automation", ResourceId: NO_EXECUTION } as const;
          return client.send(new ListTagsForResourceCommand(resource), options);
        }),
      "ssm:GetDocument": () =>
        send(reading, (client, options) => client.send(new GetDocumentCommand({ Name: NO_DOCUMENT }), options)),
    },
    /** Sends Resume and not Approve: it would approve nothing, even if there were such an execution. */
    signal: () =>
      sign((client, options) => {
        const signal = { AutomationExecutionId: NO_EXECUTION, SignalType: "Resume" } as const;
        return client.send(new SendAutomationSignalCommand({ ...signal, Payload: { StepName: ["none"] } }), options);
      }),
    stop: () =>
      sign((client, options) => {
        const input = { AutomationExecutionId: NO_EXECUTION, Type: "Cancel" } as const;
        return client.send(new StopAutomationExecutionCommand(input), options);
      }),
  };
}

/** Makes the probes of the queue. */
export function makeQueueProbes({ url, region }: { url: string; region: string }, abort: () => AbortSignal) {
  const use = async <Result>(call: (queue: ReturnType<typeof makeWaitingQueue>) => Promise<Result>) => {
    const queue = makeWaitingQueue({ url, region, calls: UNCOUNTED });
    try {
      return await call(queue);
    } finally {
      queue.close();
    }
  };
  return {
    url,
    region,
    receive: () => probe(() => use((queue) => queue.peek(abort()))),
    remove: async (): Promise<Probe> => {
      const failure = await use((queue) => queue.remove(["no-receipt"]));
      return failure === null || AFTER_PERMISSION.has(failure.code) ? { kind: "allowed" } : failure;
    },
    readSettings: () => use((queue) => queue.readSettings(abort())),
  };
}

/** Sends an entry without content to the bus: AWS refuses the entry, so no event is published. */
export async function probeEventBus(bus: { name: string; region: string }, abort: AbortSignal): Promise<Probe> {
  const client = new EventBridgeClient({
    region: bus.region,
    requestHandler: makeRequestHandler(),
    ...ownCredentials(),
  });
  try {
    const entry = { EventBusName: bus.name, Source: "countersign", DetailType: "Doctor", Detail: "no JSON" };
    const { Entries: [result] = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }), {
      abortSignal: abort,
    });
    const code = result?.ErrorCode ?? "";
    if (/^(?:MalformedDetail|InvalidArgument)$/.test(code)) return { kind: "allowed" };
    return {
      kind: "failed",
      code: code || "NoError",
      message: result?.ErrorMessage ?? "AWS accepted the entry",
      retry: false,
    };
  } catch (error) {
    return readFailure(error);
  } finally {
    client.destroy();
  }
}
