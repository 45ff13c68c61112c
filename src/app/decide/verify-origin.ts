import type { Clock } from "../ports/aws.ts";
import type { Click } from "../ports/click-store.ts";
import type { DigestStore, MessageRow, MessageStore } from "../ports/delivery-store.ts";

/** How long a click waits until the post of its message is resolved. After that it is evaluated as it is. */
const UNRESOLVED_POST_MS = 3 * 60_000;

export interface VerifyOriginDeps {
  messages: Pick<MessageStore, "ofRequest">;
  digests: Pick<DigestStore, "identify">;
  clock: Clock;
}

/**
 * Checks that a click comes from a place that Countersign made for its request. Returns `ours` for a stored message of
 * the request or a digest of one of its channels; `unresolved` while an unfinished post of such a message may be it;
 * otherwise `foreign`. `messages`: those of the request, if they are read already.
 *
 * A reply to a command has no message of a request, and Slack delivers clicks in it only to the app that sent it. The
 * request is the one that the button names, and everything else is checked as for a message: membership, requester, reason
 * and typed name. A forged request id gives a person no more rights than the message of that request does.
 */
export async function verifyOrigin(
  deps: VerifyOriginDeps,
  click: Pick<Click, "requestId" | "origin" | "authority" | "receivedAt">,
  messages?: readonly MessageRow[],
): Promise<"ours" | "foreign" | "unresolved"> {
  const { origin } = click;
  if (origin.kind === "command") return "ours";
  const rows = messages ?? (await deps.messages.ofRequest(click.requestId));
  const inChannel = rows.filter((message) => message.channelId === origin.channelId);
  if (inChannel.some((message) => message.ts === origin.ts)) return "ours";
  if (inChannel.length === 0) return "foreign";
  const digest = await deps.digests.identify(origin.channelId, origin.ts);
  if (digest === "digest") return "ours";
  const unresolved =
    digest === "unresolved" || inChannel.some((message) => message.ts === null && message.claimId !== null);
  return unresolved && canWait(deps.clock, click) ? "unresolved" : "foreign";
}

/** Tells whether a click is recent enough to wait. The author of an older click gets a reply instead. */
export function canWait(clock: Clock, click: Pick<Click, "receivedAt">): boolean {
  return clock.now() - click.receivedAt < UNRESOLVED_POST_MS;
}
