import { backoffMs } from "../core/backoff.ts";
import type { Route } from "../core/policy.ts";
import { type Identities, starterOf } from "../core/starter.ts";
import type { Clock, Log } from "./ports.ts";
import type { Chat, ChatFailure } from "./ports-slack.ts";
import type { NoticeRow, NoticeStore, RequestStore } from "./ports-store.ts";

/** As for a request's own messages: a claim that lapsed is nobody's, and its message is looked for. */
const CLAIM_MS = 60_000;
const LOOK_AFTER_MS = 10_000;
const CLOCK_SKEW_MS = 5 * 60_000;
const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

export interface NotifyDeps {
  notices: NoticeStore;
  requests: RequestStore;
  routes: readonly Route[];
  identities: Identities;
  chat: Chat;
  clock: Clock;
  newId: () => string;
  random: () => number;
  log: Log;
}

/** Posts one notice, or settles whether an unfinished attempt posted it. */
export const makeNotify =
  (deps: NotifyDeps) =>
  async (row: NoticeRow, abort: AbortSignal): Promise<void> => {
    await deps.chat.turn("post", row.channelId, abort);
    if (abort.aborted) return;
    if (row.claim === null) return post(deps, row);
    const found = await deps.chat.find(row.channelId, row.id, (row.claimedAt ?? 0) - CLOCK_SKEW_MS);
    const now = deps.clock.now();
    if (found.kind === "found") return deps.notices.posted(row.id, found.ts);
    // Where the history cannot be read, a rare second notice is better than one that nobody sees.
    if (found.kind === "absent" || found.kind === "refused")
      return deps.notices.released(row.id, row.claim, "An earlier attempt posted nothing that can be found", now);
    return deps.notices.unsure(row.id, row.claim, words(found), retryAt(deps, row, found));
  };

async function post(deps: NotifyDeps, row: NoticeRow): Promise<void> {
  const { notices, requests, clock } = deps;
  const request = await requests.byId(row.requestId);
  if (request === null) throw new Error(`Request ${row.requestId} has a notice but is not on record.`);
  const claim = deps.newId();
  const now = clock.now();
  if (!(await notices.claim(row.id, claim, now, now + CLAIM_MS))) return;
  const result = await deps.chat.tell(row.channelId, {
    noticeId: row.id,
    kind: row.kind,
    request,
    votes: await requests.votes(request.id),
    route: deps.routes.find((route) => route.name === request.route) ?? null,
    starter: starterOf(request.facts.executedBy, deps.identities),
  });
  const fields = { requestId: row.requestId, channelId: row.channelId, notice: row.kind };
  switch (result.kind) {
    case "posted":
      return notices.posted(row.id, result.ts);
    case "ambiguous":
      deps.log.warn({ ...fields, error: result.error }, "a notice got no clear answer");
      return notices.unsure(row.id, claim, words(result), clock.now() + LOOK_AFTER_MS);
    default:
      deps.log.error({ ...fields, error: words(result) }, "a notice could not be posted; trying again");
      return notices.released(row.id, claim, words(result), retryAt(deps, row, result));
  }
}

function retryAt(deps: NotifyDeps, row: NoticeRow, failure: ChatFailure): number {
  if (failure.kind === "limited") return deps.clock.now() + failure.retryAfterMs;
  return deps.clock.now() + backoffMs(row.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
}

function words(failure: ChatFailure): string {
  if (failure.kind === "limited") return "Slack asks to wait";
  return failure.kind === "refused" ? `${failure.error}. ${failure.advice}` : failure.error;
}
