import type { Channel } from "../workspace/model.ts";
import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/**
 * The thread that a message goes to: none, or the ts of its first message. A reply's own ts leads to the thread it stands
 * in. An ephemeral message, which is in no history, has no thread.
 */
export function findThread(channel: Channel, args: Args): { threadTs: string | undefined } | Refusal {
  const ts = text(args, "thread_ts");
  if (ts === undefined) return { threadTs: undefined };
  const found = channel.messages.find((each) => each.ts === ts && each.onlyFor === undefined);
  return found === undefined ? refuse("thread_not_found") : { threadTs: found.threadTs ?? found.ts };
}
