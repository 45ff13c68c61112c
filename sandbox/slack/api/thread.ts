import type { Channel } from "../workspace/model.ts";
import { findTombstones } from "../workspace/tombstones.ts";
import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/**
 * Finds the thread to post to: none, or the ts of its first message. The ts of a reply means the thread of that reply.
 * Ephemeral messages have no threads, since they are not in the history.
 */
export function findThread(channel: Channel, args: Args): { threadTs: string | undefined } | Refusal {
  const ts = text(args, "thread_ts");
  if (ts === undefined) return { threadTs: undefined };
  if (findTombstones(channel).some((each) => each.ts === ts)) return refuse("cannot_reply_to_message");
  const found = channel.messages.find((each) => each.ts === ts && each.onlyFor === undefined);
  return found === undefined ? refuse("thread_not_found") : { threadTs: found.threadTs ?? found.ts };
}
