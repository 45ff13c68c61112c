import type { ReactNode } from "react";
import { openConversation } from "../shell/page-state.ts";
import { slackDate } from "./slack-date.ts";

/** Only these open anything; other schemes stay text. */
const ALLOWED_SCHEMES = /^(https?|mailto):/i;

/** The message that a permalink leads to, which is on this very page. */
function parsePermalink(href: string): { channel: string; ts: string } | undefined {
  const found = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(href);
  if (found === null) return undefined;
  const [, channel = "", seconds, micros] = found;
  return { channel, ts: `${seconds}.${micros}` };
}

export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  const place = parsePermalink(href);
  if (place !== undefined) {
    return (
      <button type="button" className="link" onClick={() => openConversation(place.channel, place.ts)}>
        {children}
      </button>
    );
  }
  if (!ALLOWED_SCHEMES.test(href)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** What the renderer leaves to its user: links, and times as the reader's own. */
export const makeRendererHooks = (reader: { tz: string; now: () => number }) => ({
  link: ({ href, children }: { href: string; children: ReactNode }) => <SafeLink href={href}>{children}</SafeLink>,
  date: ({ timestamp, format, fallback }: { timestamp: string; format: string; fallback: string }) => {
    const at = new Date(Number(timestamp) * 1000);
    // Anybody may write any number; a time that no calendar has is shown as its author's own words.
    if (Number.isNaN(at.getTime())) return <>{fallback}</>;
    return (
      <time dateTime={at.toISOString()} title={fallback}>
        {slackDate(format, Number(timestamp), { tz: reader.tz, now: reader.now() })}
      </time>
    );
  },
});
