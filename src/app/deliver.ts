import { backoffMs } from "../core/backoff.ts";
import type { Route } from "../core/policy.ts";
import { type Identities, starterOf } from "../core/starter.ts";
import type { Clock, Log } from "./ports.ts";
import type { Chat, ChatFailure, RequestView } from "./ports-slack.ts";
import type { MessageRow, MessageStore, RequestStore } from "./ports-store.ts";

/** Longer than a post can take. After it a claim is nobody's, and its message is looked for. */
const CLAIM_MS = 60_000;
/** How soon after a post without a clear answer its message is looked for. */
const LOOK_AFTER_MS = 10_000;
/** How much of the claim must be left when a call to Slack leaves: longer than the call can take. */
const CALL_MS = 20_000;
/** How far Slack's clock and ours may differ, when a message is looked for by its time. */
const CLOCK_SKEW_MS = 5 * 60_000;
const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

export interface DeliverDeps {
  messages: MessageStore;
  requests: RequestStore;
  routes: readonly Route[];
  identities?: Identities;
  chat: Chat;
  clock: Clock;
  newId: () => string;
  random: () => number;
  log: Log;
}

/**
 * Brings one message nearer to the truth: posts it, settles whether an unfinished attempt posted it, or updates it.
 * Returns how long the channel wants to be left alone, in milliseconds.
 */
export const makeDeliver =
  (deps: DeliverDeps) =>
  async (row: MessageRow, signal: AbortSignal): Promise<number> => {
    if (row.ts !== null) return update(deps, row, row.ts, signal);
    return row.claim === null ? post(deps, row, signal) : settle(deps, row, row.claim, signal);
  };

/**
 * Waits for the channel's turn with the claim in hand, so that of several processes only one waits for a message and no
 * turn is taken in vain. False when the bot stops, or when this process was held up (paused, suspended) for so long that
 * another may have the claim by the time the call arrives.
 */
async function inTime(deps: DeliverDeps, row: MessageRow, claimedUntil: number, signal: AbortSignal): Promise<boolean> {
  await deps.chat.turn(row.ts === null ? "post" : "update", row.channelId, signal);
  return !signal.aborted && deps.clock.now() < claimedUntil - CALL_MS;
}

const NOT_SENT = "Not sent: this process stopped or was held up";

async function viewOf(deps: DeliverDeps, requestId: string): Promise<RequestView> {
  const request = await deps.requests.byId(requestId);
  if (request === null) throw new Error(`Request ${requestId} has a message but is not on record.`);
  const votes = await deps.requests.votes(requestId);
  const route = deps.routes.find((each) => each.name === request.route) ?? null;
  return { request, votes, route, starter: starterOf(request.facts.executedBy, deps.identities ?? {}) };
}

async function post(deps: DeliverDeps, row: MessageRow, signal: AbortSignal): Promise<number> {
  const { messages, clock } = deps;
  const claim = deps.newId();
  const now = clock.now();
  if (!(await messages.claim(row.id, claim, now, now + CLAIM_MS))) return 0;
  const view = await viewOf(deps, row.requestId);
  if (!(await inTime(deps, row, now + CLAIM_MS, signal))) {
    await messages.released(row.id, claim, NOT_SENT, clock.now());
    return 0;
  }
  const result = await deps.chat.post(row.channelId, view);
  switch (result.kind) {
    case "posted":
      await messages.posted(row.id, result.ts, view.request.version);
      return 0;
    case "ambiguous":
      await messages.unsure(row.id, claim, result.error, clock.now() + LOOK_AFTER_MS);
      report(deps, row, result, "a post got no clear answer");
      return 0;
    default:
      await messages.released(row.id, claim, words(result), retryAt(deps, row, result));
      report(deps, row, result, "a message could not be posted");
      return result.kind === "limited" ? result.retryAfterMs : 0;
  }
}

/** An attempt whose end is not known: the channel's history says whether it posted. */
async function settle(deps: DeliverDeps, row: MessageRow, claim: string, signal: AbortSignal): Promise<number> {
  const { messages, chat, clock } = deps;
  const now = clock.now();
  if (signal.aborted || !(await messages.settling(row.id, claim, now, now + CLAIM_MS))) return 0;
  const found = await chat.find(row.channelId, row.requestId, (row.claimedAt ?? 0) - CLOCK_SKEW_MS);
  switch (found.kind) {
    case "found":
      // Which version it shows is not known; the oldest is presumed, so that it is updated.
      await messages.posted(row.id, found.ts, 0);
      return 0;
    case "absent":
      await messages.released(row.id, claim, "An earlier attempt posted nothing", clock.now());
      return 0;
    case "refused":
      // The history cannot be read. A rare second message is better than a request that nobody sees.
      await messages.released(row.id, claim, words(found), clock.now());
      report(deps, row, found, "the channel's history cannot be read to see whether a message was posted");
      return 0;
    default:
      await messages.failed(row.id, words(found), retryAt(deps, row, found));
      await messages.unsure(row.id, claim, words(found), clock.now());
      return found.kind === "limited" ? found.retryAfterMs : 0;
  }
}

async function update(deps: DeliverDeps, row: MessageRow, ts: string, signal: AbortSignal): Promise<number> {
  const { messages, clock } = deps;
  const claim = deps.newId();
  const now = clock.now();
  if (!(await messages.claimUpdate(row.id, claim, now, now + CLAIM_MS))) return 0;
  if (!(await inTime(deps, row, now + CLAIM_MS, signal))) {
    await messages.released(row.id, claim, NOT_SENT, clock.now());
    return 0;
  }
  const view = await viewOf(deps, row.requestId);
  const result = await deps.chat.update(row.channelId, ts, view);
  if (result.kind === "updated") {
    await messages.updated(row.id, view.request.version, claim);
    return 0;
  }
  await messages.released(row.id, claim, words(result), retryAt(deps, row, result));
  report(deps, row, result, "a message could not be updated");
  return result.kind === "limited" ? result.retryAfterMs : 0;
}

function retryAt(deps: DeliverDeps, row: MessageRow, failure: ChatFailure): number {
  const now = deps.clock.now();
  if (failure.kind === "limited") return now + failure.retryAfterMs;
  return now + backoffMs(row.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
}

function words(failure: ChatFailure): string {
  switch (failure.kind) {
    case "limited":
      return `Slack asks to wait ${Math.ceil(failure.retryAfterMs / 1000)} s`;
    case "refused":
      return `Slack refused: ${failure.error}. ${failure.advice}`;
    case "unavailable":
      return `Slack could not be reached: ${failure.error}`;
    case "ambiguous":
      return `No clear answer from Slack: ${failure.error}`;
    default:
      throw new Error(`no words for ${failure satisfies never}`);
  }
}

function report(deps: DeliverDeps, row: MessageRow, failure: ChatFailure, message: string): void {
  const fields = { requestId: row.requestId, channelId: row.channelId, error: words(failure) };
  // Said when it begins and when it changes; the last error stands on the row all the while.
  if (row.lastError === fields.error) deps.log.debug(fields, message);
  else if (failure.kind === "refused") deps.log.error(fields, message);
  else deps.log.warn(fields, message);
}
