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

/** The middle: what the person looks at. */
export function Conversation() {
  const place = usePageState((state) => state.conversationId);
  const me = usePageState((state) => state.actorId);
  const thread = usePageState((state) => state.threadTs);
  const channel = useSlack((state) => state.channels.find((each) => each.id === place && each.members.includes(me)));
  if (place === HOME) return <AppHome key={me} me={me} />;
  if (channel === undefined) return <p className="empty">Choose a channel.</p>;
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
  const closed = findReadOnlyReason(channel);
  const name = channel.kind === "im" ? channelTitle(channel) : `#${channelTitle(channel)}`;
  return (
    <section className="channel" aria-label={name}>
      <header className="bar">
        <h1>{name}</h1>
        <p>{channel.topic}</p>
      </header>
      {messages.length === 0 ? (
        <p className="empty quiet">
          Nothing here yet. When a runbook waits for an approval, it is asked for in a channel.
        </p>
      ) : (
        <MessageList channel={channel.id} messages={messages} />
      )}
      {closed === undefined ? <Composer me={me} channel={channel} /> : <p className="empty">{closed}</p>}
    </section>
  );
}
