import { useEffect, useRef } from "react";
import type { Channel } from "../live/slack-state.ts";
import { pageState } from "../shell/page-state.ts";
import { useRestoreFocus } from "../shell/restore-focus.ts";
import { findReadOnlyReason, isVisibleTo } from "../workspace/conversations.ts";
import { Composer } from "./composer.tsx";
import { Message } from "./message.tsx";
import { TimeZone } from "./time-zone.tsx";

const close = () => pageState.set({ threadTs: null });

/** A message with its replies, next to the conversation. */
export function Thread({ channel, ts, me }: { channel: Channel; ts: string; me: string }) {
  const panel = useRef<HTMLElement>(null);
  useRestoreFocus(panel);
  useEffect(() => panel.current?.querySelector("input")?.focus(), []);
  const messages = channel.messages.filter(
    (each) => (each.ts === ts || each.thread_ts === ts) && isVisibleTo(me)(each),
  );
  const readOnly = findReadOnlyReason(channel);
  return (
    <section
      ref={panel}
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
        <TimeZone me={me} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard */}
      <div className="messages" role="log" aria-label="Replies" tabIndex={0}>
        {messages.map((each) => (
          <Message key={each.ts} channel={channel.id} message={each} inThread />
        ))}
      </div>
      {readOnly === undefined ? (
        <Composer me={me} channel={channel} thread={ts} />
      ) : (
        <p className="empty">{readOnly}</p>
      )}
    </section>
  );
}
