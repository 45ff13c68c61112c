import { useEffect } from "react";
import { makeStore, useStore } from "../live/page-store.ts";
import type { Channel } from "../live/slack-state.ts";
import { isVisibleTo } from "./conversations.ts";

/** The ts of the newest seen message, by person and channel. */
const seen = makeStore<Record<string, string>>({});

const key = (me: string, channel: string) => `${me} ${channel}`;

function newestTs(channel: Channel, me: string): string {
  return channel.messages.filter(isVisibleTo(me)).at(-1)?.ts ?? "";
}

/** Marks the channel's newest message as seen by `me` while it is displayed. */
export function useMarkAsSeen(channel: Channel, me: string): void {
  const newest = newestTs(channel, me);
  useEffect(() => seen.set({ [key(me, channel.id)]: newest }), [channel.id, me, newest]);
}

export function useUnread(channel: Channel, me: string): boolean {
  const last = useStore(seen, (state) => state[key(me, channel.id)] ?? "");
  return newestTs(channel, me) > last;
}
