import type { DeliveryRow } from "../ports/delivery-store.ts";
import type { MessageContent, Thread } from "../ports/slack.ts";
import { type DeliveryDeps, type MessageKind, trace } from "./delivery-context.ts";

/** How long a claim lasts: longer than a post can take. */
export const CLAIM_MS = 60_000;
/** The part of a claim that must remain when a call to Slack starts: longer than the call can take. */
const CALL_MS = 20_000;
/** The last error of a row whose call was not made. */
export const NOT_SENT = "Not sent: this process stopped or was paused";

export interface ClaimedCall {
  claim: string;
  content: MessageContent;
  version: number;
  thread: Thread | null;
  /** The call must not start later than this. */
  notAfter: number;
}

/**
 * Claims the row for one call, waits for a slot of the channel, and reads the content. The claim comes before the wait,
 * so that only one replica waits for a message and no slot is wasted. If the slot comes too late for the claim, the row is
 * claimed again, so that a message in a long queue does not go back to its end.
 *
 * Returns null if another replica has the row, if the bot stops, or if another replica could have the claim when the call
 * arrives: this process was paused for too long, or its heartbeat has expired. Also returns null if the content must wait.
 */
export async function claimCall<Row extends DeliveryRow>(
  deps: DeliveryDeps,
  kind: MessageKind<Row>,
  row: Row,
  abort: AbortSignal,
): Promise<ClaimedCall | null> {
  const { clock } = deps;
  const { store } = kind;
  const call = row.ts === null ? "post" : "update";
  const take = async () => {
    const [claim, now, since] = [deps.newId(), clock.now(), clock.elapsed()];
    const isTaken = await (call === "post" ? store.claim : store.claimUpdate)(row.id, claim, now, now + CLAIM_MS);
    if (isTaken) trace(deps, "message.claimed", `claimed a message to ${call} it`);
    else trace(deps, "message.claim-lost", "another replica has claimed the message");
    return isTaken ? { claim, at: now, since } : null;
  };
  // By both clocks: a claim does not become younger when the clock is set back.
  const toNotAfter = ({ at, since }: { at: number; since: number }) =>
    Math.min(Math.min(at, clock.now() - clock.elapsed() + since) + CLAIM_MS - CALL_MS, deps.aliveUntil(since));
  const release = ({ claim }: { claim: string }) => store.release(row.id, claim, NOT_SENT, clock.now());
  let claimed = await take();
  if (claimed === null) return null;
  await deps.acquireSlot(call, row.channelId, abort);
  if (!abort.aborted && clock.now() > toNotAfter(claimed)) {
    await release(claimed);
    claimed = await take();
    if (claimed === null) return null;
  }
  if (!abort.aborted) {
    const current = await kind.content({ ...row, claimId: claimed.claim });
    if (current !== null && "notBefore" in current) {
      await store.release(row.id, claimed.claim, null, current.notBefore);
      return null;
    }
    const notAfter = toNotAfter(claimed);
    if (current !== null && clock.now() <= notAfter)
      return { claim: claimed.claim, notAfter, thread: null, ...current };
  }
  await release(claimed);
  return null;
}
