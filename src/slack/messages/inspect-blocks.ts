import type { KnownBlock } from "@slack/types";
import type { InspectedRequest, ShownRequest } from "../../app/admin/inspect.ts";
import { context, header, type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { type ListContext, pendingBlock } from "./pending-items.ts";
import { shownRequestBlocks } from "./shown-request.ts";
import { code } from "./text.ts";

const MAX_SHOWN = 4;

const HELP = [
  "*`/approvals`* or *`/approvals pending`*: what waits, since when, and for whom.",
  "*`/approvals show ID`*: one request in full, by its request id or by the AWS execution id. Both stand at the foot of each message.",
  "Admins of Countersign find there also the way to break glass, wherever they are.",
  "*`/approvals health`*: how the bot is, for admins: targets, Slack, and what is behind, with the last errors.",
  "*`/approvals help`*: this text.",
].join("\n");

/** `/approvals pending`: what waits, in the order given. `total` counts also what was not handed in. */
export function pendingBlocks(items: readonly InspectedRequest[], list: ListContext & { total: number }): Rendered {
  const all = Math.max(list.total, items.length);
  if (all === 0) return sentenceReply("Nothing waits for an approval.");
  const text = all === 1 ? "1 request waits." : `${all} requests wait.`;
  const shown = fitting(
    items.slice(0, MAX_BLOCKS.message).map((item) => pendingBlock(item, list)),
    CHAR_BUDGET - 300,
    MAX_BLOCKS.message - 2,
  );
  const cut = describeShown(shown.length, all, "requests");
  const rest = cut === null ? [] : [context(`${cut}, the oldest first. For any other use \`/approvals show ID\`.`)];
  return { text, blocks: [section(`*${text}*`), ...shown, ...rest] };
}

/** `/approvals show ID`: the requests of that id, newest first. Admins get a way to break glass. */
export function showBlocks(
  requests: readonly ShownRequest[],
  { workspaceUrl, admin = false }: ListContext & { admin?: boolean },
): Rendered {
  if (requests.length === 0) return sentenceReply(absentText());
  const text = requests.length === 1 ? "One request." : `${requests.length} requests of one execution.`;
  const heads: KnownBlock[] = requests.length > 1 ? [header(text)] : [];
  const count = Math.min(requests.length, MAX_SHOWN);
  const share = Math.floor((CHAR_BUDGET - textLength(heads) - 200) / count);
  const parts = requests.slice(0, count).map((shown) => shownRequestBlocks(shown, share, { workspaceUrl, admin }));
  const cut = describeShown(count, requests.length, "requests");
  const rest = cut === null ? [] : [context(`${cut}, the newest first. Use the request id for any other.`)];
  return { text, blocks: [...heads, ...parts.flat(), ...rest] };
}

/** How to use the command; `unknown` is what was asked for in vain. */
export function helpBlocks(unknown?: string): Rendered {
  const help = "Use /approvals pending, /approvals show ID, /approvals health or /approvals help.";
  if (unknown === undefined) return { text: help, blocks: [section(HELP)] };
  const missed = `There is no ${code(unknown, 60)} here.`;
  return { text: `${missed} ${help}`, blocks: [section(missed), section(HELP)] };
}

/** For people who are neither admins nor concerned by anything that was asked for. */
export function refusalText(): string {
  return "Only admins of Countersign and the approvers of a request may see this. Ask one of them, or ask an admin to add you to the configuration.";
}

/** For an id of which nothing is on record. */
export function absentText(): string {
  return "No request with this id is on record here. Use the request id or the execution id from the foot of a message, or `/approvals pending`.";
}

/** A reply of one sentence of ours. */
function sentenceReply(sentence: string): Rendered {
  return { text: sentence, blocks: [section(sentence)] };
}
