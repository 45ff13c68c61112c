import type { ReactNode } from "react";
import { openConversation } from "../shell/page-state.ts";
import { slackDate } from "./slack-date.ts";

/** Links with any other scheme are rendered as text. */
const ALLOWED_SCHEMES = /^(https?|mailto):/i;

/** Parses a Slack permalink: its message is on this page. */
function parsePermalink(href: string): { channel: string; ts: string } | undefined {
  const found = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(href);
  if (found === null) return undefined;
  const [, channel = "", seconds, micros] = found;
  return { channel, ts: `${seconds}.${micros}` };
}

export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  const message = parsePermalink(href);
  if (message !== undefined) {
    return (
      <button type="button" className="link" onClick={() => openConversation(message.channel, message.ts)}>
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

/** Makes the renderer's hooks: safe links, and times in the reader's time zone. */
export const makeRendererHooks = (reader: { tz: string; now: () => number }) => ({
  link: ({ href, children }: { href: string; children: ReactNode }) => <SafeLink href={href}>{children}</SafeLink>,
  date: ({ timestamp, format, fallback }: { timestamp: string; format: string; fallback: string }) => {
    const at = new Date(Number(timestamp) * 1000);
    // The timestamp may be out of range for Date: show the author's fallback text.
    if (Number.isNaN(at.getTime())) return <>{fallback}</>;
    return (
      <time dateTime={at.toISOString()} title={`${fallback} (shown in ${reader.tz})`}>
        {slackDate(format, Number(timestamp), { tz: reader.tz, now: reader.now() })}
      </time>
    );
  },
});
