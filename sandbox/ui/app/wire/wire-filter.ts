import { principalText } from "../aws/starters.ts";
import type { WireCall } from "../live/wire-call.ts";

export interface WireFilter {
  side: "both" | "slack" | "aws";
  text: string;
  /** Whether to leave out the calls that only look, and come every second. */
  hideReads: boolean;
}

/** How the operations begin that only look. Countersign asks some of them every second. */
export const READ_OPERATIONS =
  "Describe,Get,List,auth.test,usergroups.,users.info,conversations.info,conversations.history".split(",");

export const isRead = ({ operation }: { operation: string }): boolean =>
  READ_OPERATIONS.some((each) => operation.startsWith(each));

export function matches(entry: WireCall, { side, text, hideReads: quiet }: WireFilter): boolean {
  if (side !== "both" && entry.side !== side) return false;
  const fault = entry.outcome.fault !== undefined;
  if (quiet && isRead(entry) && entry.outcome.status < 400 && !fault) return false;
  if (text === "") return true;
  return JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}

/** The role that the bot's key is of. Others call AWS too: a terminal, or a person's session that the bot assumed. */
const BOT_ROLE = ":assumed-role/CountersignBot/";

const callerText = (principal = "somebody unknown"): string =>
  principal.includes(BOT_ROLE) ? "Countersign" : principalText(principal);

/** Which way a call went, in words. */
export function directionText(entry: WireCall): string {
  if (entry.side === "aws") return `${callerText(entry.principal)} → AWS`;
  return entry.operation.startsWith("deliver:") ? "Slack → Countersign" : "Countersign → Slack";
}
