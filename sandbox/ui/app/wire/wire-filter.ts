import { principalText } from "../aws/requesters.ts";
import type { WireCall } from "../live/wire-call.ts";

export interface WireFilter {
  side: "both" | "slack" | "aws";
  text: string;
  /** Whether to hide successful read calls, which Countersign sends every second. */
  hideReads: boolean;
}

/** Prefixes of the operations that only read. Countersign calls some of them every second. */
export const READ_OPERATIONS =
  "Describe,Get,List,auth.test,usergroups.,users.info,conversations.info,conversations.history".split(",");

export const isRead = ({ operation }: { operation: string }): boolean =>
  READ_OPERATIONS.some((each) => operation.startsWith(each));

export function matches(entry: WireCall, { side, text, hideReads }: WireFilter): boolean {
  if (side !== "both" && entry.side !== side) return false;
  const fault = entry.outcome.fault !== undefined;
  if (hideReads && isRead(entry) && entry.outcome.status < 400 && !fault) return false;
  if (text === "") return true;
  return JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}

/** The role of the bot's access key. Terminals and per-approver sessions call AWS with other principals. */
const BOT_ROLE = ":assumed-role/CountersignBot/";

const callerText = (principal = "unknown caller"): string =>
  principal.includes(BOT_ROLE) ? "Countersign" : principalText(principal);

/** Describes the caller and the receiver of a call. */
export function directionText(entry: WireCall): string {
  if (entry.side === "aws") return `${callerText(entry.principal)} → AWS`;
  return entry.operation.startsWith("deliver:") ? "Slack → Countersign" : "Countersign → Slack";
}
