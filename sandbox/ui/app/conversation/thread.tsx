import { useEffect, useRef } from "react";
import type { Channel } from "../live/slack-state.ts";
import { pageState } from "../shell/page-state.ts";
import { useRestoreFocus } from "../shell/restore-focus.ts";
import { findReadOnlyReason, isVisibleTo } from "../workspace/conversations.ts";
import { Composer } from "./composer.tsx";
import { Message } from "./message.tsx";

const close = () => pageState.set({ threadTs: null });

/** A message with its replies, beside the conversation. */
export function Thread({ channel, ts, me }: { channel: Channel; ts: string; me: string }) {
  const room = useRef<HTMLElement>(null);
  useRestoreFocus(room);
  useEffect(() => room.current?.querySelector("input")?.focus(), []);
  const messages = channel.messages.filter(
    (each) => (each.ts === ts || each.thread_ts === ts) && isVisibleTo(me)(each),
  );
  const closed = findReadOnlyReason(channel);
  return (
    <section
      ref={room}
      className="thread"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header className="bar">
        <h2>Thread</h2>
        <button type="button" className="plain" aria-label="Close thread" onClick={close}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="messages" role="log" aria-label="Replies" tabIndex={0}>
        {messages.map((each) => (
          <Message key={each.ts} channel={channel.id} message={each} inThread />
        ))}
      </div>
      {closed === undefined ? <Composer me={me} channel={channel} thread={ts} /> : <p className="empty">{closed}</p>}
    </section>
  );
}
