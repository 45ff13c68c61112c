import type { Channel, Message } from "../live/slack-state.ts";
import { isInChannel } from "./conversations.ts";

const isRequest = (message: Message): boolean =>
  message.app_id !== undefined && message.onlyFor === undefined && message.blocks !== undefined && isInChannel(message);

/** Finds the app's newest message in any channel of `me`, about one execution or about any. */
export function findRequest(
  channels: Channel[],
  me: string,
  execution = "",
): { channel: string; ts: string } | undefined {
  return channels
    .filter((each) => each.kind !== "im" && each.members.includes(me))
    .flatMap(({ id, messages }) => {
      const last = messages.findLast((each) => isRequest(each) && JSON.stringify(each.blocks).includes(execution));
      return last === undefined ? [] : [{ channel: id, ts: last.ts }];
    })
    .sort((a, b) => Number(b.ts) - Number(a.ts))[0];
}
