import { backoffMs } from "../../core/backoff.ts";
import type { Clock, Log, LogFields } from "../ports/aws.ts";
import type { DeliveryRow, DeliveryStore } from "../ports/delivery-store.ts";
import type { Chat, ChatFailure, MessageContent } from "../ports/slack.ts";
import { describeChatFailure } from "../ports/slack.ts";

/** Longer than a post can take. After it a claim is nobody's, and its message is looked for. */
const CLAIM_MS = 60_000;
/** How soon after a post without a clear answer its message is looked for. */
const RESOLVE_AFTER_MS = 10_000;
/** How much of the claim must be left when a call to Slack leaves: longer than the call can take. */
const CALL_MS = 20_000;
/** How far Slack's clock and ours may differ, when a message is looked for by its time. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** How long a channel rests while Slack is away: then it goes on with what is most urgent, not with what rested longest. */
const UNAVAILABLE_BASE_MS = 1_000;
const UNAVAILABLE_CAP_MS = 20_000;
/** How long a message rests at most when the history could not be read; others of its channel go on. */
const RESOLVE_CAP_MS = 30_000;
/** How long it rests at most before it is posted again. Not longer: Slack may have been away for all of its attempts. */
const REPOST_CAP_MS = 30_000;
const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

export interface DeliveryDeps {
  chat: Chat;
  clock: Clock;
  newId: () => string;
  random: () => number;
  log: Log;
}

/** One kind of message: where it is on record, by what it is found again, and what it tells now. */
export interface MessageKind<Row extends DeliveryRow> {
  store: DeliveryStore;
  idOf(row: Row): string;
  /** The content as of now, and the version by which it is known. */
  content(row: Row): Promise<{ content: MessageContent; version: number }>;
  /** What the log says of it beside its channel. */
  about(row: Row): object;
  /** Somebody has deleted it. Where this is left out, its update is tried ever more rarely, for an admin to see. */
  deleted?(row: Row): Promise<void>;
}

/**
 * Brings one message nearer to the truth: posts it, settles whether an unfinished attempt posted it, or updates it.
 * Returns how long the channel wants to be left alone, in milliseconds.
 */
export const makeDeliverMessage =
  <Row extends DeliveryRow>(deps: DeliveryDeps, kind: MessageKind<Row>) =>
  async (row: Row, abort: AbortSignal): Promise<number> => {
    if (row.ts !== null) return update(deps, kind, row, row.ts, abort);
    return row.claim === null ? post(deps, kind, row, abort) : resolve(deps, kind, row, row.claim, abort);
  };

/**
 * Takes the row for one call and waits for the channel's turn with the claim in hand, so that of several processes only
 * one waits for a message and no turn is taken in vain; then reads what the message tells. A turn that came late finds the
 * claim taken anew, so that a long line does not begin again at its end. Null when another has the row, when the bot
 * stops, or when this process was held up (paused, suspended) for so long that another may have the claim by the time the
 * call arrives. What does not leave by `notAfter` is not to leave.
 */
async function claimed<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  abort: AbortSignal,
): Promise<{ claim: string; content: MessageContent; version: number; notAfter: number } | null> {
  const { chat, clock } = deps;
  const { store } = kind;
  const take = async () => {
    const [claim, now] = [deps.newId(), clock.now()];
    const took = await (row.ts === null ? store.claim : store.claimUpdate)(row.id, claim, now, now + CLAIM_MS);
    return took ? { claim, notAfter: now + CLAIM_MS - CALL_MS } : null;
  };
  const giveBack = ({ claim }: { claim: string }) => store.released(row.id, claim, NOT_SENT, clock.now());
  let mine = await take();
  if (mine === null) return null;
  await chat.acquireSlot(row.ts === null ? "post" : "update", row.channelId, abort);
  if (!abort.aborted && clock.now() > mine.notAfter) {
    await giveBack(mine);
    mine = await take();
    if (mine === null) return null;
  }
  if (!abort.aborted) {
    const told = await kind.content(row);
    if (clock.now() <= mine.notAfter) return { ...mine, ...told };
  }
  await giveBack(mine);
  return null;
}

const NOT_SENT = "Not sent: this process stopped or was held up";

async function post<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  abort: AbortSignal,
): Promise<number> {
  const { clock } = deps;
  const { store } = kind;
  const mine = await claimed(deps, kind, row, abort);
  if (mine === null) return 0;
  const { claim, content, version, notAfter } = mine;
  const result = await deps.chat.post(row.channelId, content, notAfter);
  switch (result.kind) {
    case "too-late":
      await store.released(row.id, claim, NOT_SENT, clock.now());
      return 0;
    case "posted":
      await store.posted(row.id, result.ts, version);
      await clearBackoff(kind, row);
      return 0;
    case "ambiguous":
      await store.ambiguous(row.id, claim, describeChatFailure(result), clock.now() + RESOLVE_AFTER_MS);
      report(deps, kind, row, result, "message.ambiguous", "no clear reply to a post");
      // If Slack is not well, the others need not go the same way at once.
      return UNAVAILABLE_BASE_MS;
    default:
      await store.released(row.id, claim, describeChatFailure(result), retryAt(deps, row, result));
      report(deps, kind, row, result, "message.post-failed", "cannot post a message");
      return toBackOff(deps, row, result);
  }
}

/** An attempt whose end is not known: the channel's history says whether it posted. */
async function resolve<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  claim: string,
  abort: AbortSignal,
): Promise<number> {
  const { chat, clock } = deps;
  const { store } = kind;
  const now = clock.now();
  if (abort.aborted || !(await store.claimUnresolved(row.id, claim, now, now + CLAIM_MS))) return 0;
  const found = await chat.find(row.channelId, kind.idOf(row), (row.claimedAt ?? 0) - CLOCK_SKEW_MS);
  switch (found.kind) {
    case "found":
      // Which version it shows is not known; the oldest is presumed, so that it is updated.
      await store.posted(row.id, found.ts, 0);
      await clearBackoff(kind, row);
      return 0;
    case "absent":
      // First the others, since this one may be what Slack cannot take.
      await clearBackoff(kind, row);
      await store.released(row.id, claim, "An earlier attempt posted nothing", clock.now() + repostAfter(deps, row));
      return 0;
    case "refused":
      // The history cannot be read. A rare second message is better than a request that nobody sees.
      await store.released(row.id, claim, describeChatFailure(found), clock.now());
      report(deps, kind, row, found, "history.read-failed", "cannot read the channel's history to find a message");
      return 0;
    case "limited":
      await store.failed(row.id, describeChatFailure(found), now + found.retryAfterMs);
      await store.ambiguous(row.id, claim, describeChatFailure(found), clock.now());
      return found.retryAfterMs;
    default: {
      // The longer it has been unclear, the more rarely it is asked.
      const since = Math.max(RETRY_BASE_MS, (now - (row.claimedAt ?? now)) / 4);
      const wait = backoffMs(1, since, RESOLVE_CAP_MS, deps.random());
      await store.failed(row.id, describeChatFailure(found), clock.now() + wait);
      await store.ambiguous(row.id, claim, describeChatFailure(found), clock.now());
      return 0;
    }
  }
}

async function update<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  ts: string,
  abort: AbortSignal,
): Promise<number> {
  const { store } = kind;
  const mine = await claimed(deps, kind, row, abort);
  if (mine === null) return 0;
  const { claim, content, version, notAfter } = mine;
  const result = await deps.chat.update(row.channelId, ts, content, notAfter);
  if (result.kind === "too-late") {
    await store.released(row.id, claim, NOT_SENT, deps.clock.now());
    return 0;
  }
  if (result.kind === "updated") {
    await store.updated(row.id, version, claim);
    return 0;
  }
  const failure = result.kind === "deleted" ? ({ ...result, kind: "refused" } as const) : result;
  await store.released(row.id, claim, describeChatFailure(failure), retryAt(deps, row, failure));
  report(deps, kind, row, failure, "message.update-failed", "cannot update a message");
  if (result.kind === "deleted") await kind.deleted?.(row);
  return toBackOff(deps, row, failure);
}

/** The first attempt without an end is repeated at once, the others ever more rarely: each may end the same way. */
function repostAfter(deps: DeliveryDeps, row: DeliveryRow): number {
  return row.attempts > 1 ? backoffMs(row.attempts - 1, RETRY_BASE_MS, REPOST_CAP_MS, deps.random()) : 0;
}

/** Slack answers again: what rests in the channel after a failure need rest no longer. */
async function clearBackoff<Row extends DeliveryRow>({ store }: MessageKind<Row>, row: Row): Promise<void> {
  if (row.lastError !== null) await store.clearBackoff(row.channelId);
}

/** How long the whole channel is to be left alone, in milliseconds. */
function toBackOff(deps: DeliveryDeps, row: DeliveryRow, failure: ChatFailure): number {
  if (failure.kind === "limited") return failure.retryAfterMs;
  if (failure.kind === "unavailable")
    return backoffMs(row.attempts + 1, UNAVAILABLE_BASE_MS, UNAVAILABLE_CAP_MS, deps.random());
  return 0;
}

function retryAt(deps: DeliveryDeps, row: DeliveryRow, failure: ChatFailure): number {
  const now = deps.clock.now();
  if (failure.kind === "limited") return now + failure.retryAfterMs;
  // Its channel rests, and it is the first again unless something more urgent has come.
  if (failure.kind === "unavailable") return now;
  return now + backoffMs(row.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
}

function report<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  failure: ChatFailure,
  event: LogFields["event"],
  message: string,
): void {
  const fields = { event, ...kind.about(row), channelId: row.channelId, error: describeChatFailure(failure) };
  // Said when it begins and when it changes; the last error stands on the row all the while.
  if (row.lastError === fields.error) deps.log.debug(fields, message);
  else if (failure.kind === "refused") deps.log.error(fields, message);
  else deps.log.warn(fields, message);
}
