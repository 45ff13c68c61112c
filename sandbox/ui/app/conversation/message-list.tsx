import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Message as MessageState } from "../live/slack-state.ts";
import { usePageState } from "../shell/page-state.ts";
import { Message } from "./message.tsx";

/** Messages rendered at first, and added each time the reader scrolls near the oldest one. */
const INITIAL_COUNT = 20;
const MORE_COUNT = 10;
/** Within this distance of the end, in pixels, the list scrolls to new messages. */
const FOLLOW_DISTANCE_PX = 120;

/** The messages of a conversation, newest last. Renders older ones only when the reader scrolls to them. */
export function MessageList({ channel, messages }: { channel: string; messages: MessageState[] }) {
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(INITIAL_COUNT);
  const linkedTs = usePageState((state) => state.linkedTs);
  // A link may lead to a message that is not rendered yet.
  const linked = linkedTs === null ? -1 : messages.findIndex((each) => each.ts === linkedTs);
  if (linked >= 0 && messages.length - linked > shown) setShown(messages.length - linked);
  const first = Math.max(0, messages.length - shown);
  const older = useLoadOlder(list, first > 0, () => setShown((count) => count + MORE_COUNT));
  useFollowEnd(list, messages.at(-1));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
    <div ref={list} className="messages" role="log" aria-label="Messages" tabIndex={0}>
      <div ref={older} className="older" aria-hidden="true" />
      {messages.slice(first).map((each) => (
        <Message key={each.ts} channel={channel} message={each} />
      ))}
    </div>
  );
}

/** Returns a ref for a marker above the oldest message; calls `more` while the marker is near the view. */
function useLoadOlder(list: RefObject<HTMLDivElement | null>, hasOlder: boolean, more: () => void) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    if (mark.current === null || !hasOlder) return;
    const observer = new IntersectionObserver(
      (changes) => {
        // A busy browser reports several changes at once; the last one is current.
        if (changes.at(-1)?.isIntersecting) latest.current();
      },
      { root: list.current, rootMargin: "1500px 0px 0px 0px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  });
  return mark;
}

function useFollowEnd(list: RefObject<HTMLDivElement | null>, newest: MessageState | undefined): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const onScroll = () => {
      atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOW_DISTANCE_PX;
    };
    // The last message may grow later (an edit, a deferred layout): keep the end in view.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    const last = box.lastElementChild;
    if (last !== null) observer.observe(last);
    return () => {
      box.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  });
  const ts = newest?.ts;
  // An ephemeral message replies to what the reader just did, so it is always scrolled into view.
  const isReply = newest?.onlyFor !== undefined;
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null || ts === undefined || !(atEnd.current || isReply)) return;
    box.scrollTop = box.scrollHeight;
    atEnd.current = true;
  }, [list, ts, isReply]);
}
