import { useMemo } from "react";
import type { Channel } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { useChoices } from "../shell/page-state.ts";
import { closedBecause, HOME, inChannel, seenBy, titleOf } from "../workspace/conversations.ts";
import { useSeen } from "../workspace/unread.ts";
import { Home } from "./app-home.tsx";
import { Composer } from "./composer.tsx";
import { MessageList } from "./message-list.tsx";
import { Thread } from "./thread.tsx";

/** The middle: what the person looks at. */
export function Conversation() {
  const place = useChoices((state) => state.place);
  const me = useChoices((state) => state.me);
  const thread = useChoices((state) => state.thread);
  const channel = useSlack((state) => state.channels.find((each) => each.id === place && each.members.includes(me)));
  if (place === HOME) return <Home key={me} me={me} />;
  if (channel === undefined) return <p className="nothing">Choose a channel.</p>;
  return (
    <div className={thread === null ? "conversation" : "conversation with-thread"}>
      <ChannelView key={`${me} ${channel.id}`} channel={channel} me={me} />
      {thread === null ? null : <Thread key={thread} channel={channel} ts={thread} me={me} />}
    </div>
  );
}

function ChannelView({ channel, me }: { channel: Channel; me: string }) {
  const messages = useMemo(
    () => channel.messages.filter((each) => seenBy(me)(each) && inChannel(each)),
    [channel.messages, me],
  );
  useSeen(channel, me);
  const closed = closedBecause(channel);
  const name = channel.kind === "im" ? titleOf(channel) : `#${titleOf(channel)}`;
  return (
    <section className="channel" aria-label={name}>
      <header className="bar">
        <h1>{name}</h1>
        <p>{channel.topic}</p>
      </header>
      {messages.length === 0 ? (
        <p className="nothing quiet">
          Nothing here yet. When a runbook waits for an approval, it is asked for in a channel.
        </p>
      ) : (
        <MessageList channel={channel.id} messages={messages} />
      )}
      {closed === undefined ? <Composer me={me} channel={channel} /> : <p className="nothing">{closed}</p>}
    </section>
  );
}
