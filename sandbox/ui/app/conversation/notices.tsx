import { useEffect, useRef } from "react";
import { useSlack } from "../live/world.ts";
import { toast, usePageState } from "../shell/page-state.ts";

/** The warning that Slack shows next to a button whose click was not acknowledged. */
export function NotAcknowledged({ channel, ts }: { channel: string; ts: string }) {
  const me = usePageState((state) => state.actorId);
  const text = useSlack(
    (state) => state.notices.findLast((each) => each.user === me && each.channel === channel && each.ts === ts)?.text,
  );
  if (text === undefined) return null;
  return (
    <p className="not-acknowledged">
      <span aria-hidden="true">⚠︎ </span>
      {text}
    </p>
  );
}

/** Shows Slack's new notices to the person as toasts. */
export function useNotices(): void {
  const notices = useSlack((state) => state.notices);
  const me = usePageState((state) => state.actorId);
  const shownCount = useRef(notices.length);
  useEffect(() => {
    for (const notice of notices.slice(shownCount.current)) {
      if (notice.user === me) toast(notice.text);
    }
    shownCount.current = notices.length;
  }, [notices, me]);
}
