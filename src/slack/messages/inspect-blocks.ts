import type { KnownBlock } from "@slack/types";
import type { InspectedRequest, ShownRequest } from "../../app/admin/inspect.ts";
import { READ_RULE } from "../../core/read-access.ts";
import { context, header, type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { type ListContext, pendingBlock } from "./pending-items.ts";
import { shownRequestBlocks } from "./shown-request.ts";
import { code } from "./text.ts";

const MAX_SHOWN = 4;

const HELP = [
  "*`/approvals`* or *`/approvals pending`*: the requests that are waiting, since when, and for which approvers.",
  "*`/approvals show ID`*: one request in full. ID is the request ID or the AWS execution ID: each request's Details show both.",
  "Admins can also break glass from there, in any channel.",
  "*`/approvals health`*: Slack, database, targets and queues with the last errors, for admins.",
  "*`/approvals help`*: this text.",
].join("\n");

/** Renders the reply to `/approvals pending`. `total` also counts requests that `items` leaves out. */
export function pendingBlocks(items: readonly InspectedRequest[], list: ListContext & { total: number }): Rendered {
  const all = Math.max(list.total, items.length);
  if (all === 0) return sentenceReply("No request is waiting for approval.");
  const text = all === 1 ? "1 request is waiting." : `${all} requests are waiting.`;
  const shown = fitting(
    items.slice(0, MAX_BLOCKS.message).map((item) => pendingBlock(item, list)),
    CHAR_BUDGET - 300,
    MAX_BLOCKS.message - 2,
  );
  const cut = describeShown(shown.length, all, "requests");
  const rest = cut === null ? [] : [context(`${cut}, oldest first. Use \`/approvals show ID\` for any other.`)];
  return { text, blocks: [section(`*${text}*`), ...shown, ...rest] };
}

/** Renders the reply to `/approvals show ID`: the requests with that ID, newest first. Admins get a way to break glass. */
export function showBlocks(
  requests: readonly ShownRequest[],
  { workspaceUrl, admin = false }: ListContext & { admin?: boolean },
): Rendered {
  if (requests.length === 0) return sentenceReply(notVisibleText());
  const text = requests.length === 1 ? "1 request." : `${requests.length} requests of one execution.`;
  const heads: KnownBlock[] = requests.length > 1 ? [header(text)] : [];
  const count = Math.min(requests.length, MAX_SHOWN);
  const share = Math.floor((CHAR_BUDGET - textLength(heads) - 200) / count);
  const parts = requests.slice(0, count).map((shown) => shownRequestBlocks(shown, share, { workspaceUrl, admin }));
  const cut = describeShown(count, requests.length, "requests");
  const rest = cut === null ? [] : [context(`${cut}, newest first. Use the request ID for any other.`)];
  return { text, blocks: [...heads, ...parts.flat(), ...rest] };
}

/** Explains the command; `unknown` is a subcommand that does not exist. */
export function helpBlocks(unknown?: string): Rendered {
  const help = "Use /approvals pending, /approvals show ID, /approvals health or /approvals help.";
  if (unknown === undefined) return { text: help, blocks: [section(HELP)] };
  const missed = `Unknown subcommand: ${code(unknown, 60)}.`;
  return { text: `${missed} ${help}`, blocks: [section(missed), section(HELP)] };
}

/** For people who may not list requests. */
export function refusalText(): string {
  return `You cannot read any waiting request. ${READ_RULE} To become an approver, ask an admin to add you to the configuration.`;
}

/** For an ID without a request that the person may see. Does not tell whether the request exists. */
export function notVisibleText(): string {
  return `There is no request with this ID that you may see. Use the whole request ID or execution ID, as in the request's Details. ${READ_RULE}`;
}

/** A reply of one sentence by Countersign. */
function sentenceReply(sentence: string): Rendered {
  return { text: sentence, blocks: [section(sentence)] };
}
