import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCalls, AwsFailure, CallerIdentity } from "../app/ports/aws.ts";
import { readFailure } from "./aws-failures.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeRequestHandler } from "./request-handler.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** Reports whose credentials these are. Needs no permission. Source: AWS STS API, GetCallerIdentity. */
export async function callerIdentity(
  region: string,
  abort: AbortSignal,
  calls: AwsCalls = UNCOUNTED,
): Promise<CallerIdentity | AwsFailure> {
  const client = new STSClient({
    region,
    requestHandler: makeRequestHandler(),
    ...ownCredentials(),
  });
  client.middlewareStack.use(observeCalls(calls));
  try {
    const command = new GetCallerIdentityCommand({});
    let awsTime: number | null = null;
    command.middlewareStack.add(
      (next) => async (sending) => {
        const reply = await next(sending);
        const { headers } = reply.response as { headers?: Record<string, string> };
        const date = Date.parse(headers?.date ?? "");
        awsTime = Number.isNaN(date) ? null : date;
        return reply;
      },
      { step: "deserialize", priority: "low", name: "awsTime" },
    );
    const { Account, Arn } = await client.send(command, { abortSignal: abort });
    if (Account === undefined || Arn === undefined)
      return { kind: "failed", code: "MalformedAnswer", message: "the answer names no account", retry: true };
    return { kind: "identity", account: Account, arn: Arn, awsTime };
  } catch (error) {
    return readFailure(error);
  } finally {
    client.destroy();
  }
}

type Identify = (region: string, abort: AbortSignal) => Promise<CallerIdentity | AwsFailure>;

/** Lets the targets of a Region share one call: at the start, all of them ask whose credentials these are. */
export function shareByRegion(identify: Identify): Identify {
  const inFlight = new Map<string, ReturnType<Identify>>();
  return (region, abort) => {
    // All targets stop together, so the abort of the first one serves them all.
    const call = inFlight.get(region) ?? identify(region, abort).finally(() => inFlight.delete(region));
    inFlight.set(region, call);
    return call;
  };
}
