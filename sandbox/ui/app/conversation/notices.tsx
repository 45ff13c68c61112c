import { useEffect, useRef } from "react";
import { useSlack } from "../live/world.ts";
import { toast, useChoices } from "../shell/page-state.ts";

/** The warning that Slack shows beside a button which nobody answered. */
export function NotAnswered({ channel, ts }: { channel: string; ts: string }) {
  const me = useChoices((state) => state.me);
  const text = useSlack(
    (state) => state.notices.findLast((each) => each.user === me && each.channel === channel && each.ts === ts)?.text,
  );
  if (text === undefined) return null;
  return (
    <p className="not-answered">
      <span aria-hidden="true">⚠︎ </span>
      {text}
    </p>
  );
}

/** Shows what Slack tells the person from now on. */
export function useNotices(): void {
  const notices = useSlack((state) => state.notices);
  const me = useChoices((state) => state.me);
  const told = useRef(notices.length);
  useEffect(() => {
    for (const notice of notices.slice(told.current)) {
      if (notice.user === me) toast(notice.text);
    }
    told.current = notices.length;
  }, [notices, me]);
}
