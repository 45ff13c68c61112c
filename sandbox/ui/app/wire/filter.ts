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

/** Which way a call went, in words. */
export function wayOf(entry: SidedEntry): string {
  if (entry.side === "aws") return "Countersign → AWS";
  return entry.operation.startsWith("deliver:") ? "Slack → Countersign" : "Countersign → Slack";
}
