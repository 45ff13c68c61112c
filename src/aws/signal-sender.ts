import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { SendAutomationSignalCommand, SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import type { Automation, AwsCalls } from "../app/ports/aws.ts";
import type { Verdict } from "../core/request.ts";
import type { SignalResult } from "../core/signal-attempt.ts";
import { signalFailure, TooLateError } from "./aws-failures.ts";
import { observeCalls } from "./observe-calls.ts";
import { TIMEOUTS } from "./timeouts.ts";

type Credentials = NonNullable<SSMClientConfig["credentials"]>;

/** Signals in the names of one kind of signers. */
export type Signing = Pick<Automation, "signers" | "ready" | "signal"> & { close(): void };

export interface SignalSender {
  signal(executionId: string, verdict: Verdict, comment: string[], notAfter: number): Promise<SignalResult>;
  close(): void;
}

interface SenderOptions {
  region: string;
  now: () => number;
  calls: AwsCalls;
  /** Of a session, or those of the bot; left out: the SDK's default chain. */
  credentials?: Credentials;
  /** Called at the end of each signal, with its error if it failed. */
  onEnd: (error?: unknown) => void;
}

/** Sends signals in the bot's own name. It has nothing to prepare. */
export function makeBotSigning(options: SenderOptions): Signing {
  const sender = makeSignalSender(options);
  return {
    signers: "bot",
    ready: async () => ({ kind: "ready" }),
    signal: (_bot, ...signal) => sender.signal(...signal),
    close: sender.close,
  };
}

/**
 * Sends signals under one identity. The client never retries a signal, and each signal has a new connection: on one that
 * the server has just closed for being idle, it would be unknown whether the signal arrived.
 */
export function makeSignalSender(options: SenderOptions): SignalSender {
  const { region, now, calls, credentials, onEnd } = options;
  const client = new SSMClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      ...TIMEOUTS,
      httpAgent: new HttpAgent({ keepAlive: false }),
      httpsAgent: new HttpsAgent({ keepAlive: false }),
    },
    ...(credentials === undefined ? {} : { credentials }),
  });
  client.middlewareStack.use(observeCalls(calls));
  return {
    async signal(executionId, verdict, comment, notAfter) {
      try {
        const command = new SendAutomationSignalCommand({
          AutomationExecutionId: executionId,
          SignalType: verdict === "approve" ? "Approve" : "Reject",
          Payload: { Comment: comment },
        });
        // The innermost step: after the credentials were found and the request was signed, both of which may be slow.
        command.middlewareStack.add(
          (next) => (sending) => {
            if (now() > notAfter) throw new TooLateError("this process was delayed until the signal was too late");
            return next(sending);
          },
          { step: "deserialize", priority: "low", name: "notAfter" },
        );
        const { $metadata } = await client.send(command);
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
    close: () => client.destroy(),
  };
}
