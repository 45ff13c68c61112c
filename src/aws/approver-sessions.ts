import type { AwsCalls, Clock } from "../app/ports/aws.ts";
import type { Signer } from "../core/signers.ts";
import { describe, readFailure } from "./aws-failures.ts";
import type { Connections, Session } from "./connections.ts";
import { makeSignalSender, type SignerCalls } from "./signal-sender.ts";
import { assumeRole } from "./sts.ts";

/** A session with less than this left is not used, in milliseconds: it must outlive a read and a signal. */
const MIN_REMAINING_MS = 5 * 60_000;

/** Errors by which AWS no longer accepts a session. */
const STALE: ReadonlySet<string> = new Set([
  "ExpiredTokenException",
  "ExpiredToken",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
]);

/**
 * Sends signals in the names of approvers, each under a role session with the approver's own name. A session belongs to one
 * person, role and Region, and is never used for another; without one nothing is sent. A session is created by `ready` and dropped by a
 * later call when it has less than five minutes left or when AWS no longer accepts it. The role's trust policy must allow
 * the bot sts:AssumeRole and sts:SetSourceIdentity. Source: IAM User Guide, "Monitor and control actions taken with
 * assumed roles".
 */
export function makeApproverSessions(options: {
  region: string;
  roleArn: string;
  clock: Clock;
  calls: AwsCalls;
  connections: Connections;
  /** Called at the end of each signal, with its error if it failed. */
  onEnd: (error?: unknown) => void;
}): SignerCalls {
  const { region, roleArn, clock, calls, connections, onEnd } = options;
  const sessions = makeSessions(options);
  const open = async (as: { id: string; session: string }, abort: AbortSignal): Promise<Session> => {
    const credentials = await assumeRole(connections.sts(region), roleArn, as, abort);
    const sender = makeSignalSender({ region, clock, calls, connections, credentials, onEnd });
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
        return await sender.probeStop(abort);
      } catch (error) {
        const failure = readFailure(error);
        return failure.retry ? failure : { kind: "read", allowed: false };
      }
    },
  };
}

/** Keeps the last session of each signer in this role and Region, among those of all targets. */
function makeSessions(options: { region: string; roleArn: string; clock: Clock; connections: Connections }) {
  const { region, roleArn, clock, connections } = options;
  const { sessions } = connections;
  const toKey = (signer: Signer) => JSON.stringify([region, roleArn, signer.id, signer.session]);
  return {
    /** Returns the session of the signer; undefined, and the session is dropped, if it has less than five minutes left. */
    find(signer: Signer): Session | undefined {
      const kept = sessions.get(toKey(signer));
      if (kept !== undefined && kept.expiresAt - clock.now() >= MIN_REMAINING_MS) return kept;
      sessions.delete(toKey(signer));
      return undefined;
    },
    keep: (signer: Signer, session: Session) => void sessions.set(toKey(signer), session),
    /** Drops this session of the signer, but not a later one. */
    drop(signer: Signer, session: Session): void {
      if (sessions.get(toKey(signer)) === session) sessions.delete(toKey(signer));
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

/** Adds to AWS's message how an admin fixes a role that cannot be assumed. */
function assumeRoleAdvice(error: unknown): { message: string } {
  const { code, message } = describe(error);
  const denied = /^AccessDenied/.test(code);
  const advice = "the role's trust policy and the bot's own must allow sts:AssumeRole and sts:SetSourceIdentity";
  return { message: denied ? `${message}; ${advice}` : message };
}
