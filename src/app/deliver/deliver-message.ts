/**
 * Delivery of one message to one channel, once, whatever fails and whichever replica tries. The row of a message is in
 * one of these states:
 *
 *   unposted     no `ts`, no claim. Ends when a replica claims the row and posts.
 *   posting      no `ts`, a claim that has not expired. Ends when the post succeeds (posted), is known to have done
 *                nothing (unposted), or gets no clear reply (unresolved). If the replica dies, its claims are released
 *                when its heartbeat has expired (unresolved).
 *   unresolved   no `ts`, a claim that expired, was released or was marked ambiguous. Ends when the channel's history has
 *                the message (posted) or does not have it (unposted). If Slack does not allow the bot to read the history,
 *                it also ends as unposted: only then can the message appear twice.
 *   posted       a `ts`. While the message is outdated, the row is claimed for one update at a time. An update can be
 *                repeated, so an expired claim on it needs no resolution.
 *
 * Every call to Slack starts well before its claim expires and before this process's heartbeat does, or not at all.
 */
import { backoffMs } from "../../core/backoff.ts";
import type { DeliveryRow } from "../ports/delivery-store.ts";
import type { ChatFailure } from "../ports/slack.ts";
import { describeChatFailure } from "../ports/slack.ts";
import { CLAIM_MS, claimCall, NOT_SENT } from "./claim-call.ts";
import { type DeliveryDeps, type MessageKind, NO_REPLIES, report, trace } from "./delivery-context.ts";

/** How soon after an ambiguous post the channel's history is read. */
const RESOLVE_AFTER_MS = 10_000;
/** How far Slack's clock and ours may differ, when the history is read from a point in time. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** How long a channel backs off while Slack is unavailable. After it, the most urgent message is next. */
const UNAVAILABLE_BASE_MS = 1_000;
const UNAVAILABLE_CAP_MS = 20_000;
/** The longest wait of one message whose history could not be read. Other messages of the channel go on. */
const RESOLVE_CAP_MS = 30_000;
/** The longest wait before a message is posted again. It is short because Slack may have been down for every attempt. */
const REPOST_CAP_MS = 30_000;
const THREAD_DELETED = "The message of the thread was deleted";
const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

/**
 * Makes the use case that moves one message towards its current content: it posts the message, resolves an unfinished
 * post, or updates the message. It returns how long the channel must back off, in milliseconds.
 */
export const makeDeliverMessage =
  <Row extends DeliveryRow>(shared: DeliveryDeps, kind: MessageKind<Row>) =>
  async (row: Row, abort: AbortSignal): Promise<number> => {
    const log = shared.log.child({ ...kind.about(row), channelId: row.channelId });
    const deps = { ...shared, log };
    if (row.ts !== null) return update(deps, kind, row, row.ts, abort);
    return row.claimId === null ? post(deps, kind, row, abort) : resolve(deps, kind, row, row.claimId, abort);
  };

/** Posts an unposted message. */
async function post<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  abort: AbortSignal,
): Promise<number> {
  const { clock } = deps;
  const { store } = kind;
  const call = await claimCall(deps, kind, row, abort);
  if (call === null) return 0;
  const { claim, content, version, notAfter, thread } = call;
  const result = await deps.chat.post(row.channelId, content, notAfter, thread);
  switch (result.kind) {
    case "too-late":
      await store.release(row.id, claim, NOT_SENT, clock.now());
      return 0;
    case "no-thread":
      await store.release(row.id, claim, result.isDeleted ? THREAD_DELETED : NO_REPLIES, clock.now());
      if (thread !== null && result.isDeleted) await kind.threadLost?.(row, thread.ts);
      return 0;
    case "posted":
      await store.recordPosted(row.id, result.ts, version, result.content);
      await clearBackoff(kind, row);
      trace(deps, "message.posted", "message posted");
      return 0;
    case "ambiguous":
      await store.recordAmbiguous(row.id, claim, describeChatFailure(result), clock.now() + RESOLVE_AFTER_MS);
      report(deps, row, result, "message.ambiguous", "no clear reply to a post");
      // Slack may be failing: do not send the channel's other messages into the same failure at once.
      return UNAVAILABLE_BASE_MS;
    default:
      await store.release(row.id, claim, describeChatFailure(result), retryAt(deps, row, result));
      report(deps, row, result, "message.post-failed", "cannot post a message");
      if (result.kind === "refused") await kind.refused?.(row, result.code);
      return toBackOff(deps, row, result);
  }
}

/** Resolves an unfinished post: the channel's history shows whether it posted the message. */
async function resolve<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  from: string,
  abort: AbortSignal,
): Promise<number> {
  const { chat, clock } = deps;
  const { store } = kind;
  const [claim, now] = [deps.newId(), clock.now()];
  if (abort.aborted || !(await store.claimUnresolved(row.id, from, claim, now, now + CLAIM_MS))) return 0;
  const since = (row.claimedAt ?? 0) - CLOCK_SKEW_MS;
  const found = await chat.find(row.channelId, kind.idOf(row), since, kind.threadOf?.(row));
  // Until then, the attempt may still post the message. Only a history that is at least as new says that it did not.
  const until = row.claimUntil ?? now;
  switch (found.kind) {
    case "found":
      // The shown version is unknown. Version 0 makes the message outdated, so that it is updated.
      await store.recordPosted(row.id, found.ts, 0);
      await clearBackoff(kind, row);
      trace(deps, "message.found", "an unfinished post had posted the message");
      return 0;
    case "absent":
      if (found.asOf < until) {
        // The replica that posted it has ended, and its call may still be under way: search again after that.
        await store.recordAmbiguous(row.id, claim, "An interrupted attempt may still post it", until);
        return 0;
      }
      // Other messages of the channel go first: this one may be one that Slack cannot process.
      await clearBackoff(kind, row);
      await store.release(row.id, claim, "An earlier attempt posted nothing", clock.now() + repostAfter(deps, row));
      trace(deps, "message.absent", "an unfinished post had posted nothing");
      return 0;
    case "refused":
      if (clock.now() < until) {
        // The call of a replica that has ended may still post it: search again after that.
        await store.recordAmbiguous(row.id, claim, describeChatFailure(found), until);
        return 0;
      }
      // The history cannot be read. A rare second message is better than a request without a message.
      await store.release(row.id, claim, describeChatFailure(found), clock.now());
      report(deps, row, found, "history.read-failed", "cannot read the channel's history to find a message");
      return 0;
    case "limited":
      await store.recordFailed(row.id, describeChatFailure(found), now + found.retryAfterMs);
      await store.recordAmbiguous(row.id, claim, describeChatFailure(found), until);
      // Slack limits the reads of histories. The channel's other messages can be posted meanwhile.
      return 0;
    default: {
      // The longer the post has been unresolved, the more rarely the history is read.
      const unresolvedMs = Math.max(RETRY_BASE_MS, (now - (row.claimedAt ?? now)) / 4);
      const wait = backoffMs(1, unresolvedMs, RESOLVE_CAP_MS, deps.random());
      await store.recordFailed(row.id, describeChatFailure(found), clock.now() + wait);
      await store.recordAmbiguous(row.id, claim, describeChatFailure(found), until);
      return 0;
    }
  }
}

/** Updates a posted message that is outdated, unless it shows the same as before. */
async function update<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  ts: string,
  abort: AbortSignal,
): Promise<number> {
  const { store } = kind;
  if (await isUnchanged(deps, kind, row)) return 0;
  const call = await claimCall(deps, kind, row, abort);
  if (call === null) return 0;
  const { claim, content, version, notAfter } = call;
  const result = await deps.chat.update(row.channelId, ts, content, notAfter);
  if (result.kind === "too-late") {
    await store.release(row.id, claim, NOT_SENT, deps.clock.now());
    return 0;
  }
  if (result.kind === "updated") {
    await store.recordUpdated(row.id, version, claim, result.content);
    trace(deps, "message.updated", "message updated");
    return 0;
  }
  if (result.kind === "not-editable") {
    // A reply shows the change. Another attempt with the same content cannot succeed.
    await kind.lost?.(row, ts, result.kind);
    report(deps, row, { ...result, kind: "refused" }, "message.update-failed", "cannot update a message");
    await store.recordUpdated(row.id, version, claim);
    return 0;
  }
  const isDeleted = result.kind === "deleted";
  const failure = isDeleted ? ({ ...result, kind: "refused" } as const) : result;
  await store.release(row.id, claim, describeChatFailure(failure), retryAt(deps, row, failure));
  report(deps, row, failure, "message.update-failed", "cannot update a message");
  if (isDeleted) await kind.lost?.(row, ts, result.kind);
  else if (failure.kind === "refused") await kind.refused?.(row, failure.code);
  return toBackOff(deps, row, failure);
}

/**
 * Tells whether the message shows the present content already, and records that. Many changes of a request, such as the
 * verification of its signal, change nothing that people see. Only the content of the last call that succeeded counts.
 */
async function isUnchanged<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
): Promise<boolean> {
  if (row.shownContent === null) return false;
  const current = await kind.content(row);
  if (
    current === null ||
    "notBefore" in current ||
    (await deps.chat.fingerprint(row.channelId, current.content)) !== row.shownContent
  )
    return false;
  await kind.store.recordUnchanged(row.id, current.version, row.shownContent);
  trace(deps, "message.unchanged", "the message shows the same as before");
  return true;
}

/** Returns the wait before a post is repeated that posted nothing: none at first, then longer each time. */
function repostAfter(deps: DeliveryDeps, row: DeliveryRow): number {
  return row.attempts > 1 ? backoffMs(row.attempts - 1, RETRY_BASE_MS, REPOST_CAP_MS, deps.random()) : 0;
}

/** Slack replies again, so the channel's messages that back off after a failure are due at once. */
async function clearBackoff<Row extends DeliveryRow>({ store }: MessageKind<Row>, row: Row): Promise<void> {
  if (row.lastError !== null) await store.clearBackoff(row.channelId);
}

/** Returns how long the whole channel must back off, in milliseconds. */
function toBackOff(deps: DeliveryDeps, row: DeliveryRow, failure: ChatFailure): number {
  if (failure.kind === "limited") return failure.retryAfterMs;
  if (failure.kind === "unavailable")
    return backoffMs(row.attempts + 1, UNAVAILABLE_BASE_MS, UNAVAILABLE_CAP_MS, deps.random());
  return 0;
}

function retryAt(deps: DeliveryDeps, row: DeliveryRow, failure: ChatFailure): number {
  const now = deps.clock.now();
  if (failure.kind === "limited") return now + failure.retryAfterMs;
  // The channel backs off. After that, this message is next unless a more urgent one has arrived.
  if (failure.kind === "unavailable") return now;
  return now + backoffMs(row.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
}
