import type { Channel, Message } from "../live/slack-state.ts";

export const HOME = "home";

/** Whether `me` can open the conversation: App Home, or a channel that they are a member of. */
export function canOpen(channels: Channel[], me: string, conversationId: string): boolean {
  return conversationId === HOME || channels.some((each) => each.id === conversationId && each.members.includes(me));
}

/** The channel name that Slack shows. */
export const channelTitle = (channel: Channel): string => (channel.kind === "im" ? "Countersign" : channel.name);

/** Whether `me` can see the message: an ephemeral message is visible to one person only. */
export const isVisibleTo = (me: string) => (message: Message) =>
  message.onlyFor === undefined || message.onlyFor === me;

/** Whether the channel shows the message: most replies appear in their thread only. */
export const isInChannel = (message: Message): boolean =>
  message.thread_ts === undefined || message.thread_ts === message.ts || message.subtype === "thread_broadcast";

/** Slack's notice in a channel that takes no messages. The manifest makes the app's Messages tab read-only. */
export function findReadOnlyReason({ archived, kind }: Channel): string | undefined {
  if (archived) return "This channel is archived.";
  return kind === "im" ? "Sending messages to this app has been turned off." : undefined;
}
