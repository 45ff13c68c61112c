import { shortPrincipal } from "../aws/starters.ts";
import type { SidedEntry } from "../live/wire-entry.ts";

export interface Filter {
  side: "both" | "slack" | "aws";
  text: string;
  /** Whether to leave out the calls that only look, and come every second. */
  quiet: boolean;
}

/** How the operations begin that only look. Countersign asks some of them every second. */
export const LOOKS =
  "Describe,Get,List,auth.test,usergroups.,users.info,conversations.info,conversations.history".split(",");

export const onlyLooks = ({ operation }: { operation: string }): boolean =>
  LOOKS.some((each) => operation.startsWith(each));

export function matches(entry: SidedEntry, { side, text, quiet }: Filter): boolean {
  if (side !== "both" && entry.side !== side) return false;
  const fault = entry.outcome.fault !== undefined;
  if (quiet && onlyLooks(entry) && entry.outcome.status < 400 && !fault) return false;
  if (text === "") return true;
  return JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}

/** The role that the bot's key is of. Others call AWS too: a terminal, or a person's session that the bot assumed. */
const BOT_ROLE = ":assumed-role/CountersignBot/";

const callerOf = (principal = "somebody unknown"): string =>
  principal.includes(BOT_ROLE) ? "Countersign" : shortPrincipal(principal);

/** Which way a call went, in words. */
export function wayOf(entry: SidedEntry): string {
  if (entry.side === "aws") return `${callerOf(entry.principal)} → AWS`;
  return entry.operation.startsWith("deliver:") ? "Slack → Countersign" : "Countersign → Slack";
}
