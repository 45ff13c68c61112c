import type { Channel, Message } from "./model.ts";

/** What developers report of a deleted message that has replies. The reference does not describe it: see `unknowns.ts`. */

/** Keeps the place of a deleted message, without its content. */
export function bury(channel: Channel, { ts, threadTs, onlyFor }: Message): void {
  if (threadTs !== undefined || onlyFor !== undefined) return;
  channel.tombstones = [
    ...(channel.tombstones ?? []),
    { ts, user: "USLACKBOT", text: "This message was deleted.", isTombstone: true },
  ];
}

/** Finds the deleted messages that still have a reply: without one, nothing remains. */
export const findTombstones = ({ tombstones = [], messages }: Channel): Message[] =>
  tombstones.filter(({ ts }) => messages.some((each) => each.threadTs === ts && each.onlyFor === undefined));
