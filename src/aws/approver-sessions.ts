import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { LRUCache } from "lru-cache";
import type { AwsCalls } from "../app/ports/aws.ts";
import type { Signer } from "../core/signers.ts";
import { describe, MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { observeCalls } from "./observe-calls.ts";
import { makeSignalSender, type SignalSender, type Signing } from "./signal-sender.ts";
import { SESSION_SECONDS, stsOptions } from "./sts.ts";

/** A session with less than this left is not used, in milliseconds: it must outlive a read and a signal. */
const MIN_REMAINING_MS = 5 * 60_000;

/** Approvers who have a session at the same time. */
const MAX_SESSIONS = 500;

/** Errors by which AWS no longer accepts a session. */
const STALE: ReadonlySet<string> = new Set([
  "ExpiredTokenException",
  "ExpiredToken",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
]);

interface Session {
  expiresAt: number;
  sender: SignalSender;
}

/**
 * Sends signals in the names of approvers, each under a role session with the approver's own name. A session belongs to one
 * person and is never used for another; without one nothing is sent. A session is created by `ready` and dropped by a
 * later call when it has less than five minutes left or when AWS no longer accepts it. The role's trust policy must allow
 * the bot sts:AssumeRole and sts:SetSourceIdentity. Source: IAM User Guide, "Monitor and control actions taken with
 * assumed roles".
 */
export function makeApproverSessions(options: {
  region: string;
  roleArn: string;
  now: () => number;
  calls: AwsCalls;
  /** Called at the end of each signal, with its error if it failed. */
  onEnd: (error?: unknown) => void;
}): Signing {
  const { region, roleArn, now, calls, onEnd } = options;
  const client = new STSClient({ ...stsOptions(), region });
  client.middlewareStack.use(observeCalls(calls));
  // A session that is evicted is not closed: a signal may be on its way under it, and would lose its reply.
  const sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });
  const keyOf = (signer: Signer) => JSON.stringify([signer.id, signer.session]);

  const fresh = (key: string): Session | undefined => {
    const kept = sessions.get(key);
    if (kept !== undefined && kept.expiresAt - now() >= MIN_REMAINING_MS) return kept;
    // Not closed either.
    sessions.delete(key);
    return undefined;
  };

  return {
    signers: "approvers",

    async ready(signer, abort) {
      const key = keyOf(signer);
      if (fresh(key) !== undefined) return { kind: "ready" };
      if (signer.session === null) return NO_NAME;
      try {
        const credentials = await assumeRole(client, roleArn, { ...signer, session: signer.session }, abort);
        const expiresAt = credentials.expiration.getTime();
        sessions.set(key, { expiresAt, sender: makeSignalSender({ region, now, calls, credentials, onEnd }) });
        return { kind: "ready" };
      } catch (error) {
        return { ...readFailure(error), ...assumeRoleAdvice(error) };
      }
    },

    async signal(signer, ...signal) {
      const key = keyOf(signer);
      const session = fresh(key);
      if (session === undefined)
        return { kind: "not-sent", code: "NoSession", message: `there is no session of ${signer.session}` };
      const result = await session.sender.signal(...signal);
      if (result.kind === "refused" && STALE.has(result.code) && sessions.get(key) === session) sessions.delete(key);
      return result;
    },

    async probeStop(abort) {
      try {
        const credentials = await assumeRole(client, roleArn, { id: PROBE, session: PROBE }, abort);
        const sender = makeSignalSender({ region, now, calls, credentials, onEnd });
        const probed = await sender.probeStop(abort);
        sender.close();
        return probed;
      } catch (error) {
        const failure = readFailure(error);
        return failure.retry ? failure : { kind: "read", allowed: false };
      }
    },

    close() {
      for (const { sender } of sessions.values()) sender.close();
      sessions.clear();
      client.destroy();
    },
  };
}

/**
 * The name of the session that finds out what the role may do. It decides nothing. It has the form of a Slack ID, because the
 * trust policy in docs/permissions.md accepts no other source identity.
 */
const PROBE = "U0COUNTERSIGN";

const NO_NAME = {
  kind: "failed",
  code: "NoSessionName",
  message: "the signer has no name in AWS",
  retry: false,
} as const;

/**
 * Assumes the role. CloudTrail keeps the Slack user id, which never changes, as the source identity; doctor also assumes the
 * role without one. Throws the SDK's errors.
 */
export async function assumeRole(
  client: STSClient,
  roleArn: string,
  { id, session }: { id: string | undefined; session: string },
  abort: AbortSignal,
) {
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: session,
      DurationSeconds: SESSION_SECONDS,
      SourceIdentity: id,
    }),
    { abortSignal: abort },
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !(Expiration instanceof Date))
    throw new MalformedAnswerError("AssumeRole's answer lacks credentials");
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

/** Adds to AWS's message how an admin fixes a role that cannot be assumed. */
function assumeRoleAdvice(error: unknown): { message: string } {
  const { code, message } = describe(error);
  const denied = /^AccessDenied/.test(code);
  const advice = "the role's trust policy and the bot's own must allow sts:AssumeRole and sts:SetSourceIdentity";
  return { message: denied ? `${message}; ${advice}` : message };
}
