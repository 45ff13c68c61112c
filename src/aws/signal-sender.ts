import {
  AutomationExecutionNotFoundException,
  SendAutomationSignalCommand,
  SSMClient,
  type SSMClientConfig,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Automation, AwsCalls, AwsFailure, Clock } from "../app/ports/aws.ts";
import type { SignalResult } from "../core/signal-attempt.ts";
import type { SignalOrder } from "../core/signal-order.ts";
import { readFailure, signalFailure, TooLateError } from "./aws-failures.ts";
import type { Connections } from "./connections.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";

type Credentials = NonNullable<SSMClientConfig["credentials"]>;

/** Signals in the names of one kind of signers. */
export type SignerCalls = Pick<Automation, "signers" | "ready" | "signal"> & { probeStop: ProbeStop };

/** Finds out whether the signer may stop executions; `retry`: it may be known in a moment. */
export type ProbeStop = (abort: AbortSignal) => Promise<{ kind: "read"; allowed: boolean } | AwsFailure>;

export interface SignalSender {
  signal(executionId: string, order: SignalOrder, notAfter: number): Promise<SignalResult>;
  probeStop: ProbeStop;
}

interface SenderOptions {
  region: string;
  clock: Pick<Clock, "now" | "elapsed">;
  calls: AwsCalls;
  connections: Connections;
  /** Of a session, or those of the bot; left out: the SDK's default chain. */
  credentials?: Credentials;
  /** Called at the end of each signal, with its error if it failed. */
  onEnd: (error?: unknown) => void;
}

/** Sends signals in the bot's own name. It has nothing to prepare. */
export function makeBotSignerCalls(options: SenderOptions): SignerCalls {
  const sender = makeSignalSender(options);
  return {
    signers: "bot",
    ready: async () => ({ kind: "ready" }),
    signal: (_bot, ...signal) => sender.signal(...signal),
    probeStop: sender.probeStop,
  };
}

/**
 * Sends orders under one identity. The client never retries one, and each signal has a new connection: on one that
 * the server has just closed for being idle, it would be unknown whether the signal arrived.
 */
export function makeSignalSender(options: SenderOptions): SignalSender {
  const { clock, onEnd } = options;
  let opened: SSMClient | undefined;
  const open = () => {
    opened ??= openClient(options);
    return opened;
  };
  return {
    async signal(executionId, order, notAfter) {
      const elapsedUntil = clock.elapsed() + notAfter - clock.now();
      try {
        const { $metadata } = await send(open(), executionId, order, () => {
          if (clock.now() > notAfter || clock.elapsed() > elapsedUntil)
            throw new TooLateError("this process was delayed until the signal was too late");
        });
        onEnd();
        return {
          kind: "accepted",
          ...($metadata.requestId === undefined ? {} : { awsRequestId: $metadata.requestId }),
        };
      } catch (error) {
        onEnd(error);
        return signalFailure(error);
      }
    },
    async probeStop(abort) {
      try {
        const input = { AutomationExecutionId: NO_EXECUTION, Type: "Cancel" } as const;
        await open().send(new StopAutomationExecutionCommand(input), { abortSignal: abort });
        return { kind: "read", allowed: true };
      } catch (error) {
        if (error instanceof AutomationExecutionNotFoundException) return { kind: "read", allowed: true };
        const failure = readFailure(error);
        return failure.retry ? failure : { kind: "read", allowed: false };
      }
    },
  };
}

function openClient({ region, calls, connections, credentials }: SenderOptions): SSMClient {
  const client = new SSMClient({
    region,
    maxAttempts: 1,
    requestHandler: connections.freshRequestHandler(),
    ...(credentials === undefined ? ownCredentials() : { credentials }),
  });
  client.middlewareStack.use(observeCalls(calls));
  return client;
}

/** The ID of no execution. AWS checks the permission before it looks for the execution, so a stop of this one ends nothing. */
const NO_EXECUTION = "00000000-0000-0000-0000-000000000000";

type BeforeLeaving = () => void;

/** Sends an order. `check` runs last: after the credentials were found and the request was signed, both of which may be slow. */
function send(client: SSMClient, executionId: string, order: SignalOrder, check: BeforeLeaving) {
  const AutomationExecutionId = executionId;
  const checked = <Next>(next: Next) => {
    check();
    return next;
  };
  if (order.kind === "stop") {
    const command = new StopAutomationExecutionCommand({ AutomationExecutionId, Type: "Cancel" });
    command.middlewareStack.add((next) => (sending) => checked(next)(sending), LAST);
    return client.send(command);
  }
  const command = new SendAutomationSignalCommand({ AutomationExecutionId, ...toSignal(order) });
  command.middlewareStack.add((next) => (sending) => checked(next)(sending), LAST);
  return client.send(command);
}

/** The innermost step of the SDK. */
const LAST = { step: "deserialize", priority: "low", name: "notAfter" } as const;

function toSignal(order: Exclude<SignalOrder, { kind: "stop" }>) {
  if (order.kind === "resume") return { SignalType: "Resume" as const, Payload: { StepName: [order.stepName] } };
  const SignalType = order.kind === "approve" ? ("Approve" as const) : ("Reject" as const);
  return { SignalType, Payload: { Comment: order.comment } };
}
