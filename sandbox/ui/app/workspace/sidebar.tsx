import type { ReactNode } from "react";
import type { Channel } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { ActingAs } from "../people/acting-as.tsx";
import { openConversation, usePageState } from "../shell/page-state.ts";
import { ConversationIcon, type IconKind } from "./conversation-icon.tsx";
import { channelTitle, HOME } from "./conversations.ts";
import { useUnread } from "./unread.ts";

/** The workspace as `me` sees it: channels, App Home and direct messages. */
export function Sidebar() {
  const channels = useSlack((state) => state.channels);
  const me = usePageState((state) => state.actorId);
  const mine = channels.filter((each) => each.members.includes(me));
  return (
    <nav className="sidebar" aria-label="Workspace">
      <ActingAs />
      <Section title="Channels">
        {mine
          .filter((each) => each.kind !== "im")
          .map((each) => (
            <ChannelLink key={each.id} channel={each} me={me} />
          ))}
      </Section>
      <Section title="Countersign">
        <ConversationLink id={HOME} icon="home" label="App Home" />
        {mine
          .filter((each) => each.kind === "im")
          .map((each) => (
            <ChannelLink key={each.id} channel={each} me={me} />
          ))}
      </Section>
    </nav>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

function ChannelLink({ channel, me }: { channel: Channel; me: string }) {
  const unread = useUnread(channel, me);
  const label = channel.kind === "im" ? "Messages" : channelTitle(channel);
  const aside = channel.archived ? "archived" : channel.extShared ? "shared" : "";
  return <ConversationLink id={channel.id} icon={channel.kind} label={label} aside={aside} unread={unread} />;
}

function ConversationLink(props: { id: string; icon: IconKind; label: string; aside?: string; unread?: boolean }) {
  const current = usePageState((state) => state.conversationId === props.id);
  return (
    <li>
      <button
        type="button"
        className={props.unread ? "conversation-link unread" : "conversation-link"}
        aria-current={current ? "page" : undefined}
        onClick={() => openConversation(props.id)}
      >
        <ConversationIcon kind={props.icon} />
        <span className="label">{props.label}</span>
        {props.aside ? <span className="aside">{props.aside}</span> : null}
        {props.unread ? <span className="dot" role="img" aria-label="unread" /> : null}
      </button>
    </li>
  );
}
