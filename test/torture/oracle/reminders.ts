import type { ApprovalRequest } from "../../../src/core/request.ts";
import { findRoute, REMINDERS } from "../runbooks.ts";
import type { Evidence } from "./evidence.ts";

type Notice = Evidence["records"]["notices"][number];

/** AWS's default, if a step reports no timeout. */
const DEFAULT_TIMEOUT_MS = 7 * 24 * 3_600_000;
/** A bot that is killed and paused again and again, or a Slack that returns no members, delays a reminder by less than this. */
const MAX_DELAY_MS = 5 * 60_000;
/** At the end, the time of the stand-ins is frozen, and that of the bots continues until they are killed. */
const MAX_FROZEN_MS = 60_000;

/**
 * Checks that no last call and no escalation is repeated, that no reminder comes more often than the route says, and that none
 * is lost: neither one that the bot has passed, nor one of a request that stayed open long after it.
 */
export function reminderViolations(evidence: Evidence): string[] {
  if (!evidence.setting.deadlines) return [];
  return evidence.records.requests
    .filter(({ route }) => route !== null)
    .flatMap((request) => {
      const rows = evidence.records.notices.filter(({ requestId }) => requestId === request.id);
      const end = request.decidedAt ?? request.closedAt ?? evidence.endedAt - evidence.skewMs + MAX_FROZEN_MS;
      return findRoute(request.facts.documentName).channels.flatMap((channel) => {
        const own = rows.filter(({ channelId }) => channelId === channel);
        return [
          ...findRepeated(request, own, end),
          ...findPassed(evidence, request, own, end),
          ...(isOverdue(evidence, request, end) ? ["stayed open long after its first reminder was due"] : []),
        ].map((problem) => `the request ${request.id} in ${channel} ${problem}`);
      });
    });
}

const count = (rows: readonly Notice[], kind: string) => rows.filter((row) => row.kind === kind).length;

function findRepeated({ openedAt }: ApprovalRequest, rows: readonly Notice[], end: number): string[] {
  const first = openedAt + REMINDERS.afterMs;
  const most = end < first ? 0 : 1 + Math.floor((end - first) / REMINDERS.everyMs);
  const limits = { "last-call": 1, escalated: 1, reminder: most };
  return Object.entries(limits)
    .filter(([kind, limit]) => count(rows, kind) > limit)
    .map(([kind, limit]) => `has ${count(rows, kind)} replies of the kind ${kind}, and may have ${limit}`);
}

/** Finds reminders that the bot no longer has to send, because its next one is later, and has not stored. */
function findPassed({ jumps }: Evidence, request: ApprovalRequest, rows: readonly Notice[], end: number): string[] {
  const { openedAt, facts, nextReminderAt, state } = request;
  // After the deadline there is no next one: a bot that was down until then had nothing to send.
  if (nextReminderAt === null || facts.waitingSince === null) return [];
  const timeoutMs = facts.timeoutSeconds === null ? DEFAULT_TIMEOUT_MS : facts.timeoutSeconds * 1000;
  const deadline = facts.waitingSince + timeoutMs;
  const passed = (at: number) =>
    at > openedAt &&
    at < deadline &&
    at < nextReminderAt &&
    // A decision removes the replies that are not posted yet.
    (state === "open" || wasDueLong(jumps, at, end));
  const lost: string[] = [];
  if (passed(openedAt + REMINDERS.afterMs) && count(rows, "reminder") + count(rows, "last-call") === 0)
    lost.push("has no reminder");
  if (passed(deadline - REMINDERS.lastCallMs) && count(rows, "last-call") === 0) lost.push("has no last call");
  if (passed(openedAt + REMINDERS.escalateMs) && count(rows, "escalated") === 0) lost.push("has no escalation");
  return lost;
}

/** Tells whether a request whose first reminder is still due left the state "open" long after that. */
function isOverdue({ jumps }: Evidence, { openedAt, nextReminderAt }: ApprovalRequest, end: number): boolean {
  const first = openedAt + REMINDERS.afterMs;
  return nextReminderAt === first && wasDueLong(jumps, first, end);
}

/** Tells whether the bot had a long time for a reminder that was due at `at`. Time jumps do not count. */
function wasDueLong(jumps: Evidence["jumps"], at: number, end: number): boolean {
  const jumped = jumps.filter((jump) => jump.at + jump.ms > at).reduce((sum, { ms }) => sum + ms, 0);
  return end - at - jumped > MAX_DELAY_MS;
}
