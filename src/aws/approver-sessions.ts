import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { PersonSigning, Signer } from "../app/ports/aws.ts";
import { describe, MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { makeSignalSender } from "./signal-sender.ts";
import { SESSION_SECONDS, STS_CLIENT } from "./sts.ts";

/** A session with less than this left is not used any more, in milliseconds: it outlives a reading and a signal. */
const MIN_REMAINING_MS = 5 * 60_000;

/** Errors that say that a session is no longer good. */
const STALE: ReadonlySet<string> = new Set([
  "ExpiredTokenException",
  "ExpiredToken",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
]);

interface Session {
  expiresAt: number;
  signalSender: ReturnType<typeof makeSignalSender>;
}

/**
 * Signals of people, each under a session of the role with their own name. A session belongs to one person and is never
 * used for another; without one nothing is sent. The role's trust must allow the bot sts:AssumeRole and
 * sts:SetSourceIdentity. Source: IAM User Guide, "Monitor and control actions taken with assumed roles".
 */
export function makeApproverSessions(options: {
  region: string;
  roleArn: string;
  now: () => number;
  /** Told how each signal ended: with this error, or well. */
  onEnd: (error?: unknown) => void;
}): PersonSigning & { close(): void } {
  const { region, roleArn, now, onEnd } = options;
  const client = new STSClient({ ...STS_CLIENT, region });
  const sessions = new Map<string, Session>();
  const keyOf = (person: Signer) => JSON.stringify([person.userId, person.session]);

  const fresh = (key: string): Session | undefined => {
    const kept = sessions.get(key);
    if (kept !== undefined && kept.expiresAt - now() >= MIN_REMAINING_MS) return kept;
    // Forgotten, but not closed: a signal may be on its way under it, and would be left without an answer.
    sessions.delete(key);
    return undefined;
  };

  return {
    async ready(person, abort) {
      const key = keyOf(person);
      if (fresh(key) !== undefined) return { kind: "ready" };
      try {
        const credentials = await assumeRole(client, roleArn, person.session, abort);
        const expiresAt = credentials.expiration.getTime();
        sessions.set(key, { expiresAt, signalSender: makeSignalSender({ region, now, credentials, onEnd }) });
        return { kind: "ready" };
      } catch (error) {
        return { ...readFailure(error), ...assumeRoleAdvice(error) };
      }
    },

    async signal(person, executionId, verdict, comment, notAfter) {
      const key = keyOf(person);
      const session = fresh(key);
      if (session === undefined)
        return { kind: "not-sent", code: "NoSession", message: `there is no session of ${person.session}` };
      const result = await session.signalSender.signal(executionId, verdict, comment, notAfter);
      if (result.kind === "refused" && STALE.has(result.code) && sessions.get(key) === session) sessions.delete(key);
      return result;
    },

    close() {
      for (const { signalSender: signaller } of sessions.values()) signaller.close();
      sessions.clear();
      client.destroy();
    },
  };
}

/** Assumes the role under the session's name, which CloudTrail keeps as the source identity. Throws the SDK's errors. */
async function assumeRole(client: STSClient, roleArn: string, session: string, abort: AbortSignal) {
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: session,
      DurationSeconds: SESSION_SECONDS,
      SourceIdentity: session,
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

/** What an admin does about a role that cannot be assumed stands with AWS's own words. */
function assumeRoleAdvice(error: unknown): { message: string } {
  const { code, message } = describe(error);
  const denied = /^AccessDenied/.test(code);
  const advice = "the role's trust policy and the bot's own must allow sts:AssumeRole and sts:SetSourceIdentity";
  return { message: denied ? `${message}; ${advice}` : message };
}
