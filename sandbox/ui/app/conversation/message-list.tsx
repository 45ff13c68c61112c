import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Message as MessageState } from "../live/slack-state.ts";
import { usePageState } from "../shell/page-state.ts";
import { Message } from "./message.tsx";

/** How many messages are there at first, and how many more each time the reader comes near the oldest. */
const INITIAL_COUNT = 20;
const MORE_COUNT = 10;
/** How near the end the reader must be, in pixels, to be taken along by a new message. */
const FOLLOW_DISTANCE_PX = 120;

/** The messages of a conversation, the newest at the end. Long ones are laid out only as far as they are read. */
export function MessageList({ channel, messages }: { channel: string; messages: MessageState[] }) {
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(INITIAL_COUNT);
  const sought = usePageState((state) => state.linkedTs);
  // A link may lead further back than what is drawn.
  const place = sought === null ? -1 : messages.findIndex((each) => each.ts === sought);
  if (place >= 0 && messages.length - place > shown) setShown(messages.length - place);
  const first = Math.max(0, messages.length - shown);
  const older = useLoadOlder(list, first > 0, () => setShown((count) => count + MORE_COUNT));
  useFollowEnd(list, messages.at(-1));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div ref={list} className="messages" role="log" aria-label="Messages" tabIndex={0}>
      <div ref={older} className="older" aria-hidden="true" />
      {messages.slice(first).map((each) => (
        <Message key={each.ts} channel={channel} message={each} />
      ))}
    </div>
  );
}

/** A mark above the oldest message; `more` is called while it is near the view. */
function useLoadOlder(list: RefObject<HTMLDivElement | null>, some: boolean, more: () => void) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    if (mark.current === null || !some) return;
    const seen = new IntersectionObserver(
      (changes) => {
        // A busy browser reports several at once; the last one is how it is.
        if (changes.at(-1)?.isIntersecting) latest.current();
      },
      { root: list.current, rootMargin: "1500px 0px 0px 0px" },
    );
    seen.observe(mark.current);
    return () => seen.disconnect();
  });
  return mark;
}

function useFollowEnd(list: RefObject<HTMLDivElement | null>, newest: MessageState | undefined): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const noted = () => {
      atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOW_DISTANCE_PX;
    };
    // What grows after it was drawn (an edit, a layout that was put off) keeps the end in view as well.
    const follow = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener("scroll", noted, { passive: true });
    const last = box.lastElementChild;
    if (last !== null) follow.observe(last);
    return () => {
      box.removeEventListener("scroll", noted);
      follow.disconnect();
    };
  });
  const ts = newest?.ts;
  // A message for this reader alone answers what they just did, so it is shown wherever they are.
  const answer = newest?.onlyFor !== undefined;
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null || ts === undefined || !(atEnd.current || answer)) return;
    box.scrollTop = box.scrollHeight;
    atEnd.current = true;
  }, [list, ts, answer]);
}
