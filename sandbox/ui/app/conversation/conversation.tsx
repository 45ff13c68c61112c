import { useMemo } from "react";
import type { Channel } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { usePageState } from "../shell/page-state.ts";
import { channelTitle, findReadOnlyReason, HOME, isInChannel, isVisibleTo } from "../workspace/conversations.ts";
import { useMarkAsSeen } from "../workspace/unread.ts";
import { AppHome } from "./app-home.tsx";
import { Composer } from "./composer.tsx";
import { MessageList } from "./message-list.tsx";
import { Thread } from "./thread.tsx";
import { TimeZone } from "./time-zone.tsx";

/** The middle panel: a channel, a direct message or App Home. */
export function Conversation() {
  const conversationId = usePageState((state) => state.conversationId);
  const me = usePageState((state) => state.actorId);
  const thread = usePageState((state) => state.threadTs);
  const channel = useSlack((state) =>
    state.channels.find((each) => each.id === conversationId && each.members.includes(me)),
  );
  if (conversationId === HOME) return <AppHome key={me} me={me} />;
  if (channel === undefined) return <p className="empty">Select a channel.</p>;
  return (
    <div className={thread === null ? "conversation" : "conversation with-thread"}>
      <ChannelView key={`${me} ${channel.id}`} channel={channel} me={me} />
      {thread === null ? null : <Thread key={thread} channel={channel} ts={thread} me={me} />}
    </div>
  );
}

function ChannelView({ channel, me }: { channel: Channel; me: string }) {
  const messages = useMemo(
    () => channel.messages.filter((each) => isVisibleTo(me)(each) && isInChannel(each)),
    [channel.messages, me],
  );
  useMarkAsSeen(channel, me);
  const readOnly = findReadOnlyReason(channel);
  const name = channel.kind === "im" ? channelTitle(channel) : `#${channelTitle(channel)}`;
  return (
    <section className="channel" aria-label={name}>
      <header className="bar">
        <h1>{name}</h1>
        <p>{channel.topic}</p>
        <TimeZone me={me} />
      </header>
      {messages.length === 0 ? (
        <p className="empty quiet">
          No messages yet. Countersign posts each approval request in the channels of its route.
        </p>
      ) : (
        <MessageList channel={channel.id} messages={messages} />
      )}
      {readOnly === undefined ? <Composer me={me} channel={channel} /> : <p className="empty">{readOnly}</p>}
    </section>
  );
}
