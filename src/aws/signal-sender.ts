import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { SendAutomationSignalCommand, SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import type { Automation } from "../app/ports/aws.ts";
import { signalFailure, TooLateError } from "./aws-failures.ts";
import { TIMEOUTS } from "./timeouts.ts";

type Credentials = NonNullable<SSMClientConfig["credentials"]>;

/**
 * Sends signals under one identity: the given session's, or the bot's own. A signal is never retried by the client, and
 * travels on a connection of its own: one that the server has just closed for being idle would leave nobody knowing
 * whether the signal arrived.
 */
export function makeSignalSender(options: {
  region: string;
  now: () => number;
  credentials?: Credentials;
  /** Told how each call ended: with this error, or well. */
  onEnd: (error?: unknown) => void;
}): {
  signal: Automation["signal"];
  close(): void;
} {
  const { region, now, credentials, onEnd } = options;
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
  return {
    async signal(executionId, verdict, comment, notAfter) {
      try {
        const command = new SendAutomationSignalCommand({
          AutomationExecutionId: executionId,
          SignalType: verdict === "approve" ? "Approve" : "Reject",
          Payload: { Comment: comment },
        });
        // Innermost: after credentials were found and the request was signed, either of which may have taken long.
        command.middlewareStack.add(
          (next) => (sending) => {
            if (now() > notAfter) throw new TooLateError("this process was held up, and its turn is over");
            return next(sending);
          },
          { step: "deserialize", priority: "low", name: "notAfter" },
        );
        await client.send(command);
        onEnd();
        return { kind: "accepted" };
      } catch (error) {
        onEnd(error);
        return signalFailure(error);
      }
    },
    close: () => client.destroy(),
  };
}
