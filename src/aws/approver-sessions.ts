import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { LRUCache } from "lru-cache";
import type { AwsCalls, Clock } from "../app/ports/aws.ts";
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
  clock: Clock;
  calls: AwsCalls;
  /** Called at the end of each signal, with its error if it failed. */
  onEnd: (error?: unknown) => void;
}): Signing {
  const { region, roleArn, clock, calls, onEnd } = options;
  const client = new STSClient({ ...stsOptions(), region });
  client.middlewareStack.use(observeCalls(calls));
  const sessions = makeSessionCache(clock.now);
  const open = async (as: { id: string; session: string }, abort: AbortSignal): Promise<Session> => {
    const credentials = await assumeRole(client, roleArn, as, abort);
    const sender = makeSignalSender({ region, clock, calls, credentials, onEnd });
    return { expiresAt: credentials.expiration.getTime(), sender };
  };

  return {
    signers: "approvers",

    async ready(signer, abort) {
      if (sessions.find(signer) !== undefined) return { kind: "ready" };
      if (signer.session === null) return NO_NAME;
      try {
        sessions.keep(signer, await open({ ...signer, session: signer.session }, abort));
        return { kind: "ready" };
      } catch (error) {
        return { ...readFailure(error), ...assumeRoleAdvice(error) };
      }
    },

    async signal(signer, ...signal) {
      const session = sessions.find(signer);
      if (session === undefined)
        return { kind: "not-sent", code: "NoSession", message: `there is no session of ${signer.session}` };
      const result = await session.sender.signal(...signal);
      if (result.kind === "refused" && STALE.has(result.code)) sessions.drop(signer, session);
      return result;
    },

    async probeStop(abort) {
      try {
        const { sender } = await open({ id: PROBE, session: PROBE }, abort);
        const probed = await sender.probeStop(abort);
        sender.close();
        return probed;
      } catch (error) {
        const failure = readFailure(error);
        return failure.retry ? failure : { kind: "read", allowed: false };
      }
    },

    close() {
      sessions.close();
      client.destroy();
    },
  };
}

/**
 * Keeps the last session of each signer. A session that is evicted, expired or dropped is not closed: a signal may be on its
 * way under it, and would lose its reply.
 */
function makeSessionCache(now: () => number) {
  const sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });
  const keyOf = (signer: Signer) => JSON.stringify([signer.id, signer.session]);
  return {
    /** Returns the session of the signer; undefined, and the session is dropped, if it has less than five minutes left. */
    find(signer: Signer): Session | undefined {
      const kept = sessions.get(keyOf(signer));
      if (kept !== undefined && kept.expiresAt - now() >= MIN_REMAINING_MS) return kept;
      sessions.delete(keyOf(signer));
      return undefined;
    },
    keep: (signer: Signer, session: Session) => void sessions.set(keyOf(signer), session),
    /** Drops this session of the signer, but not a later one. */
    drop(signer: Signer, session: Session): void {
      if (sessions.get(keyOf(signer)) === session) sessions.delete(keyOf(signer));
    },
    close(): void {
      for (const { sender } of sessions.values()) sender.close();
      sessions.clear();
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
