import { memo, useCallback, useEffect, useRef } from "react";
import { Blocks } from "../blocks/blocks.tsx";
import type { ButtonClick } from "../blocks/button-click.ts";
import { StaticBlocks } from "../blocks/static-blocks.tsx";
import type { Message as MessageState } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { Avatar } from "../people/avatar.tsx";
import { ErrorBoundary } from "../shell/error-boundary.tsx";
import { pageState, usePageState } from "../shell/page-state.ts";
import { clickButton } from "./click-button.ts";
import { NotAcknowledged } from "./notices.tsx";

interface MessageProps {
  channel: string;
  message: MessageState;
  inThread?: boolean;
}

/** One message. Rerenders only on a change; a message that fails to render shows its plain text instead. */
export const Message = memo(function Message(props: MessageProps) {
  return (
    <ErrorBoundary fallback={<p className="failure message">This message cannot be displayed: {props.message.text}</p>}>
      <MessageBody {...props} />
    </ErrorBoundary>
  );
});

function MessageBody(props: MessageProps) {
  const { channel, message } = props;
  const me = usePageState((state) => state.actorId);
  const author = useSlack((state) => state.people.find((each) => each.id === message.user));
  const onClick = useCallback(
    (click: ButtonClick) => clickButton(me, { channel, ts: message.ts }, click),
    [me, channel, message.ts],
  );
  const name = author?.realName ?? message.user;
  const { blocks } = message;
  const article = useScrollIntoView(message.ts);
  return (
    <article
      ref={article}
      className={message.onlyFor ? "message ephemeral" : "message"}
      data-ts={message.ts}
      aria-label={name}
    >
      <Avatar person={author} />
      <div className="content">
        {message.onlyFor ? <p className="only-you">Only visible to you</p> : null}
        <p className="byline">
          <span className="name">{name}</span>
          {message.app_id ? <span className="badge">APP</span> : null}
          <Time ts={message.ts} />
          {message.edited ? <span className="edited">(edited)</span> : null}
        </p>
        {blocks === undefined || blocks.length === 0 ? (
          <StaticBlocks
            blocks={[{ type: "section", block_id: "text", text: { type: "mrkdwn", text: message.text } }]}
          />
        ) : (
          <Blocks blocks={blocks} onClick={onClick} />
        )}
        <NotAcknowledged channel={channel} ts={message.ts} />
        {props.inThread || message.onlyFor ? null : <ThreadButton message={message} />}
      </div>
    </article>
  );
}

/** Scrolls the message into view after a click on a link to it. */
function useScrollIntoView(ts: string) {
  const article = useRef<HTMLElement>(null);
  const linked = usePageState((state) => state.linkedTs === ts);
  useEffect(() => {
    if (!linked) return;
    article.current?.scrollIntoView({ block: "center" });
    pageState.set({ linkedTs: null });
  }, [linked]);
  return article;
}

function ThreadButton({ message }: { message: MessageState }) {
  const replies = message.reply_count ?? 0;
  const label = replies === 0 ? "Reply in thread" : `${replies} ${replies === 1 ? "reply" : "replies"}`;
  return (
    <button
      type="button"
      className={replies === 0 ? "thread-button none" : "thread-button"}
      onClick={() => pageState.set({ threadTs: message.ts })}
    >
      {label}
    </button>
  );
}

/** The time of a message in the reader's time zone. */
function Time({ ts }: { ts: string }) {
  const me = usePageState((state) => state.actorId);
  const tz = useSlack((state) => state.people.find((each) => each.id === me)?.tz ?? "Etc/UTC");
  const at = new Date(Number(ts) * 1000);
  const show = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options });
  const full = show({ dateStyle: "full", timeStyle: "medium" }).format(at);
  return (
    <time dateTime={at.toISOString()} title={`${full} (${tz})`}>
      {show({ hour: "numeric", minute: "2-digit" }).format(at)}
    </time>
  );
}
