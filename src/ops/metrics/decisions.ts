import type { Registry } from "prom-client";
import type { RequestTimes } from "../../app/ports/effect-store.ts";
import type { GuardedStore, RequestChange, Store } from "../../app/ports/store.ts";
import { askedAt, type Outcome, type OutcomeKind } from "../../core/request.ts";
import { counter, histogram, startAtZero } from "./register.ts";

const POSTED_BUCKETS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 900, 3_600];
const DECIDED_BUCKETS = [10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400, 604_800];
const SIGNAL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

const OUTCOMES = Object.keys({
  approved: true,
  rejected: true,
  "timed-out": true,
  cancelled: true,
  failed: true,
  "not-found": true,
  unknown: true,
} satisfies Record<OutcomeKind, true>);

type Advance = GuardedStore["requests"]["advance"];

/**
 * Counts decisions, and observes the times between the states of a request. Each time is that of stored rows, at the
 * moment when a row changes, so that a restart in between loses none.
 *
 *   Waiting to posted   when the first message of a request is posted, since the step began to wait
 *   posted to decided   when votes complete the decision, since that message
 *   click to signal     when AWS has accepted every signal, since the click that completed the decision arrived
 */
export function countDecisions(registry: Registry, routes: readonly string[], now: () => number) {
  const counters = makeCounters(registry, routes);
  const { postedTime, decidedTime, signalTime } = makeTimes(registry);

  const observe = async (store: Store, change: RequestChange) => {
    const { requestId, patch } = change;
    const since = (at: number | null) => (at === null ? null : Math.max(0, now() - at) / 1000);
    if (patch.state === "decided") {
      if (change.vote?.authority === "break-glass") counters.breakGlass.inc({ verdict: change.vote.verdict });
      const time = since(await store.times.firstPostedAt(requestId));
      if (time !== null) decidedTime.observe(time);
    }
    if (patch.signal === "accepted") {
      const time = since(await store.times.decidingClickAt(requestId));
      if (time !== null) signalTime.observe(time);
    }
    // A later read can correct the outcome of a closed request.
    if (patch.state === "closed" && patch.outcome != null)
      counters.close((await store.requests.byId(requestId))?.route ?? null, patch.outcome);
  };

  /** Wraps a change of requests. What cannot be observed is not counted; the change is stored all the same. */
  const observed =
    (store: Store, own: Advance): Advance =>
    async (change) => {
      const isStored = await own(change);
      const { verification: result } = change.patch;
      if (isStored && result !== undefined && VERIFIED.includes(result)) counters.verified.inc({ result });
      if (isStored) await observe(store, change).catch(() => undefined);
      return isStored;
    };

  return (own: Store): Store => ({
    ...own,
    requests: { ...own.requests, advance: observed(own, own.requests.advance) },
    messages: {
      ...own.messages,
      async recordPosted(id, ts, version) {
        await own.messages.recordPosted(id, ts, version);
        const asked = await findAsked(own.times, id, ts).catch(() => null);
        if (asked !== null) postedTime.observe(Math.max(0, now() - asked) / 1000);
      },
    },
    guardedBy(lease) {
      const guarded = own.guardedBy(lease);
      return { ...guarded, requests: { ...guarded.requests, advance: observed(own, guarded.requests.advance) } };
    },
  });
}

function makeTimes(registry: Registry) {
  const postedTime = histogram(
    registry,
    "waiting_to_posted_seconds",
    "Time from Waiting in AWS to the first message in Slack.",
    POSTED_BUCKETS,
  );
  const decidedTime = histogram(
    registry,
    "posted_to_decided_seconds",
    "Time from the first message in Slack to the decision in Slack.",
    DECIDED_BUCKETS,
  );
  const signalTime = histogram(
    registry,
    "click_to_signal_seconds",
    "Time from the click that completed a decision until AWS accepted it.",
    SIGNAL_BUCKETS,
  );
  return { postedTime, decidedTime, signalTime };
}

/** Returns when people were asked, if this message is the first of its request; else null. */
async function findAsked(times: RequestTimes, messageId: string, ts: string): Promise<number | null> {
  const request = await times.ofFirstMessage(messageId, ts);
  return request === null ? null : askedAt(request);
}

const VERIFIED: readonly string[] = ["confirmed", "misdirected", "no-effect", "not-visible"];

/** How a request that was decided in Slack ends: a pause that is stopped is cancelled. */
const ENDED_IN_SLACK = ["approved", "rejected", "cancelled"] satisfies OutcomeKind[];

/** A route that the configuration no longer has is "other", and a request without one has "none". */
const [NO_ROUTE, OTHER_ROUTE] = ["(none)", "(other)"];

function makeCounters(registry: Registry, routes: readonly string[]) {
  const verified = counter(
    registry,
    "signal_verifications_total",
    "Signals that a read of AWS confirmed, contradicted (misdirected, no-effect) or did not show.",
    ["result"],
  );
  startAtZero(verified, "result", VERIFIED);
  const breakGlass = counter(registry, "break_glass_total", "Decisions of admins by break-glass.", ["verdict"]);
  startAtZero(breakGlass, "verdict", ["approve", "reject"]);
  const help = "Requests that ended, by outcome, route and where they were decided.";
  const decisions = counter(registry, "decisions_total", help, ["outcome", "route", "place"]);
  for (const route of [...routes, NO_ROUTE, OTHER_ROUTE]) {
    startAtZero(decisions, "outcome", OUTCOMES, { route, place: "aws" });
    if (route !== NO_ROUTE) startAtZero(decisions, "outcome", ENDED_IN_SLACK, { route, place: "slack" });
  }
  return {
    verified,
    breakGlass,
    close(route: string | null, { kind, where }: Outcome) {
      const label = route === null ? NO_ROUTE : routes.includes(route) ? route : OTHER_ROUTE;
      decisions.inc({ outcome: kind, route: label, place: where });
    },
  };
}
