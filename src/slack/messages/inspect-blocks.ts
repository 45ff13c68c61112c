import type { KnownBlock } from "@slack/types";
import { context, header, type Rendered, section } from "./blocks.ts";
import { fitting, lengthOf, MOST_BLOCKS, ROOM, shownOf } from "./budget.ts";
import { type PendingItem, pendingBlock } from "./pending-items.ts";
import { type ShownRequest, shownRequestBlocks } from "./shown-request.ts";
import { code, plain } from "./text.ts";
import { counted } from "./time.ts";

const MOST_SHOWN = 4;

const HELP = [
  "*`/approvals`* or *`/approvals pending`*: what waits, since when, and for whom.",
  "*`/approvals show ID`*: one request in full, by its request id or by the AWS execution id. Both stand at the foot of each message.",
  "*`/approvals help`*: this text.",
].join("\n");

/** `/approvals pending`: what waits, in the order given. `total` counts also what was not handed in. */
export function pendingReply(items: readonly PendingItem[], { now, total }: { now: number; total: number }): Rendered {
  const all = Math.max(total, items.length);
  if (all === 0) return sentenceReply("Nothing waits for an approval.");
  const text = all === 1 ? "1 request waits." : `${all} requests wait.`;
  const shown = fitting(
    items.slice(0, MOST_BLOCKS.message).map((item) => pendingBlock(item, now)),
    ROOM - 300,
    MOST_BLOCKS.message - 2,
  );
  const cut = shownOf(shown.length, all, "requests");
  const rest = cut === null ? [] : [context(`${cut}, the oldest first. For any other use \`/approvals show ID\`.`)];
  return { text, blocks: [section(`*${text}*`), ...shown, ...rest] };
}

/** `/approvals show ID`: the requests of that id, newest first. */
export function showReply(requests: readonly ShownRequest[], id: string): Rendered {
  if (requests.length === 0) return sentenceReply(unknownText(id));
  const text = `${counted(requests.length, "request")} with the id ${plain(id, 100)}.`;
  const heads: KnownBlock[] = requests.length > 1 ? [header(text)] : [];
  const count = Math.min(requests.length, MOST_SHOWN);
  const share = Math.floor((ROOM - lengthOf(heads) - 200) / count);
  const parts = requests.slice(0, count).map((shown) => shownRequestBlocks(shown, share));
  const cut = shownOf(count, requests.length, "requests");
  const rest = cut === null ? [] : [context(`${cut}, the newest first. Use the request id for any other.`)];
  return { text, blocks: [...heads, ...parts.flat(), ...rest] };
}

export function helpReply(): Rendered {
  return { text: "How to use /approvals", blocks: [section(HELP)] };
}

/** For people who are neither admins nor concerned by anything that was asked for. */
export function refusalText(): string {
  return "Only admins of Countersign and the approvers of a request may see this. Ask one of them, or ask an admin to add you to the configuration.";
}

/** For an id that is not on record. It is told apart from nothing else, so that ids cannot be tried out. */
export function unknownText(id: string): string {
  return `No request with the id ${code(id, 100)} is on record. Use the request id or the execution id from the foot of a message.`;
}

/** A reply of one sentence of ours. */
export function sentenceReply(sentence: string): Rendered {
  return { text: sentence, blocks: [section(sentence)] };
}
