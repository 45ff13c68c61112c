import type { Channel, Message } from "../live/slack-state.ts";

export const HOME = "home";

/** Whether a person can look there: Home, or a channel they are in. */
export function canOpen(channels: Channel[], me: string, place: string): boolean {
  return place === HOME || channels.some((each) => each.id === place && each.members.includes(me));
}

/** The name as Slack shows it. */
export const channelTitle = (channel: Channel): string => (channel.kind === "im" ? "Countersign" : channel.name);

/** Whether the person sees the message: an ephemeral one is there for one person only. */
export const isVisibleTo = (me: string) => (message: Message) =>
  message.onlyFor === undefined || message.onlyFor === me;

/** What stands in the channel itself; replies stand in their thread. */
export const isInChannel = (message: Message): boolean =>
  message.thread_ts === undefined || message.thread_ts === message.ts || message.subtype === "thread_broadcast";

/** Why nobody can write there, in Slack's words. The app's manifest makes its messages tab read-only. */
export function findReadOnlyReason({ archived, kind }: Channel): string | undefined {
  if (archived) return "This channel is archived.";
  return kind === "im" ? "Sending messages to this app has been turned off." : undefined;
}
