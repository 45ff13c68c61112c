/**
 * The reminders of an open request. Their times follow from the route and from stored times alone: `next_reminder_at` is the
 * earliest time of a reminder that is not sent. The transaction that stores the replies also stores the next time. Several
 * reminders that became due while the bot was down count as one.
 *
 *   reminder   at `remind.after`, then each `remind.every`; in quiet hours at their end
 *   last-call  `remind.lastCall` before the deadline; in quiet hours at their end or, if the deadline is earlier, before them
 *   escalated  at `escalate.after`, also in quiet hours: people on call are there for that, and only they are mentioned, also
 *              by the message in their channel
 *
 * A post can come long after that: see `findHold`.
 */
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "./execution.ts";
import { isEscalationChannel, type People, type Route } from "./policy.ts";
import { findQuietPeriod } from "./quiet-hours.ts";
import { type ApprovalRequest, deadline } from "./request.ts";

export type ReminderKind = "reminder" | "last-call" | "escalated";

/** The people who could decide when a reminder became due. */
export type ReminderDetail = People;

/** Reads the facts that were stored with a reminder. */
export function parseReminderDetail(detail: string | null): ReminderDetail {
  return detail === null ? { users: [], groups: [] } : (JSON.parse(detail) as ReminderDetail);
}

export interface ReminderTimes {
  openedAt: number;
  /** Null if it is not known. */
  deadline: number | null;
}

/** Returns the times of a request. AWS's default counts as its deadline where AWS reports none. */
export function toReminderTimes({ facts, openedAt }: Pick<ApprovalRequest, "facts" | "openedAt">): ReminderTimes {
  return { openedAt, deadline: deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at ?? null };
}

type Schedule = Pick<Route, "remind" | "escalate" | "quiet">;

/** How long before quiet hours a last call comes that could not come after them. */
const BEFORE_QUIET_MS = 60_000;
/** How soon after the deadline a reminder is looked at again that the end of its request has not removed by then. */
const PAST_DEADLINE_MS = 5 * 60_000;

/** Returns the time of the first reminder after a moment; null if none follows. */
export function nextReminderAt(schedule: Schedule, times: ReminderTimes, after: number): number | null {
  const { deadline } = times;
  const found = [nextRegular(schedule, times, after), lastCallAt(schedule, times), escalationAt(schedule, times)];
  const later = found.filter((at) => at !== null).filter((at) => at > after && (deadline === null || at < deadline));
  return later.length === 0 ? null : Math.min(...later);
}

/** Returns the reminders of a time span, its ends included: `since` is the stored time of the first one. */
export function dueReminders(schedule: Schedule, times: ReminderTimes, since: number, now: number): ReminderKind[] {
  if (times.deadline !== null && now >= times.deadline) return [];
  const isDue = (at: number | null): at is number => at !== null && since <= at && at <= now;
  const due: ReminderKind[] = [];
  if (isDue(escalationAt(schedule, times))) due.push("escalated");
  if (isDue(lastCallAt(schedule, times))) due.push("last-call");
  else if (isDue(nextRegular(schedule, times, since - 1))) due.push("reminder");
  return due;
}

/** Returns the time of the first regular reminder after a moment. */
function nextRegular(schedule: Schedule, { openedAt }: ReminderTimes, after: number): number | null {
  const { remind, quiet } = schedule;
  if (remind?.after === undefined) return null;
  const first = openedAt + remind.after;
  // A reminder of the present quiet period comes at its end.
  const since = (quiet === undefined ? null : findQuietPeriod(after, quiet)?.start) ?? after + 1;
  const slot =
    remind.every === undefined ? first : first + Math.max(0, Math.ceil((since - first) / remind.every)) * remind.every;
  const at = (quiet === undefined ? null : findQuietPeriod(slot, quiet)?.end) ?? slot;
  return at > after ? at : null;
}

function lastCallAt({ remind, quiet }: Schedule, { openedAt, deadline }: ReminderTimes): number | null {
  if (remind?.lastCall === undefined || deadline === null) return null;
  const planned = deadline - remind.lastCall;
  const period = quiet === undefined ? null : findQuietPeriod(planned, quiet);
  const at = period === null ? planned : period.end < deadline ? period.end : period.start - BEFORE_QUIET_MS;
  return at > openedAt ? at : null;
}

/** Tells whether a message in this channel is an escalation in quiet hours. */
export function isQuietEscalation(route: Route | null, channelId: string, now: number): boolean {
  return isEscalationChannel(route, channelId) && isQuiet(route, now);
}

/** Tells whether it is a quiet hour of the route. */
export function isQuiet(route: Route | null, now: number): boolean {
  return findQuietEnd(route, now) !== null;
}

function findQuietEnd(route: Route | null, now: number): number | null {
  return route?.quiet === undefined ? null : (findQuietPeriod(now, route.quiet)?.end ?? null);
}

/**
 * Returns the time before which a reminder that is due must not be posted; null: post it now. Slack or the bot may have been
 * down until quiet hours, or until the step timed out and AWS says so at any moment.
 */
export function findHold(kind: ReminderKind, route: Route | null, times: ReminderTimes, now: number): number | null {
  if (times.deadline !== null && now >= times.deadline) return now + PAST_DEADLINE_MS;
  return kind === "escalated" ? null : findQuietEnd(route, now);
}

function escalationAt({ escalate }: Schedule, { openedAt }: ReminderTimes): number | null {
  return escalate === undefined ? null : openedAt + escalate.after;
}
