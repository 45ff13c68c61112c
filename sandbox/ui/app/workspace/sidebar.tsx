import type { ReactNode } from "react";
import type { Channel } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { ActingAs } from "../people/acting-as.tsx";
import { goTo, useChoices } from "../shell/page-state.ts";
import { type Mark, PlaceMark } from "./conversation-icon.tsx";
import { HOME, titleOf } from "./conversations.ts";
import { useUnread } from "./unread.ts";

/** The workspace as the person sees it: their channels, the app's Home, their direct messages. */
export function Sidebar() {
  const channels = useSlack((state) => state.channels);
  const me = useChoices((state) => state.me);
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
        <PlaceLink place={HOME} mark="home" label="App Home" />
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
  const label = channel.kind === "im" ? "Messages" : titleOf(channel);
  const aside = channel.archived ? "archived" : channel.extShared ? "shared" : "";
  return <PlaceLink place={channel.id} mark={channel.kind} label={label} aside={aside} unread={unread} />;
}

function PlaceLink(props: { place: string; mark: Mark; label: string; aside?: string; unread?: boolean }) {
  const current = useChoices((state) => state.place === props.place);
  return (
    <li>
      <button
        type="button"
        className={props.unread ? "place unread" : "place"}
        aria-current={current ? "page" : undefined}
        onClick={() => goTo(props.place)}
      >
        <PlaceMark kind={props.mark} />
        <span className="label">{props.label}</span>
        {props.aside ? <span className="aside">{props.aside}</span> : null}
        {props.unread ? <span className="dot" role="img" aria-label="unread" /> : null}
      </button>
    </li>
  );
}
