import type { Channel } from "../live/slack-state.ts";
import { choices } from "../shell/choices.ts";
import { seenBy } from "../workspace/places.ts";
import { Composer } from "./composer.tsx";
import { Message } from "./message.tsx";

/** A message with its replies, beside the conversation. */
export function Thread({ channel, ts, me }: { channel: Channel; ts: string; me: string }) {
  const messages = channel.messages.filter((each) => (each.ts === ts || each.thread_ts === ts) && seenBy(me)(each));
  return (
    <section className="thread" aria-label="Thread">
      <header className="bar">
        <h2>Thread</h2>
        <button type="button" className="plain" aria-label="Close thread" onClick={() => choices.set({ thread: null })}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="messages" role="log" aria-label="Replies" tabIndex={0}>
        {messages.map((each) => (
          <Message key={each.ts} channel={channel.id} message={each} inThread />
        ))}
      </div>
      <Composer me={me} channel={channel} thread={ts} />
    </section>
  );
}
