import { codePoints, isObject, type Problem } from "../blocks/check.ts";
import { countText, MAX_BLOCKS_TEXT_LENGTH } from "../blocks/message-rules.ts";
import { normalizeBlocks } from "../blocks/normalize.ts";
import { MAX_BLOCKS } from "../blocks/surfaces.ts";
import { messageLine, validateBlocks } from "../blocks/validate.ts";
import type { Json } from "../workspace/model.ts";
import { json, text } from "./arguments.ts";
import { readMetadata } from "./metadata.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** The content of a message. Undefined fields were not given. */
export interface Content {
  text: string | undefined;
  blocks: Json[] | undefined;
  attachments: Json[] | undefined;
  metadata: Json | undefined;
}

/** chat.postMessage truncates longer text. https://docs.slack.dev/reference/methods/chat.postMessage/#truncating */
export const MAX_TEXT_LENGTH = 40_000;
const MAX_MARKDOWN_LENGTH = 12_000;
const MAX_ATTACHMENTS = 100;

/** Reads and validates the content of a message, in the order of Slack's errors. */
export function readContent(args: Args): Content | Refusal {
  const markdown = text(args, "markdown_text");
  if (markdown !== undefined && (args.text !== undefined || args.blocks !== undefined)) {
    return refuse("markdown_text_conflict");
  }
  if (markdown !== undefined && codePoints(markdown) > MAX_MARKDOWN_LENGTH) return refuse("msg_too_long");
  const blocks = readBlocks(args);
  if (blocks !== undefined && "ok" in blocks) return blocks;
  const attachments = readAttachments(args);
  if (attachments !== undefined && "ok" in attachments) return attachments;
  const overLimit = checkTotals(blocks ?? [], attachments ?? []);
  if (overLimit !== undefined) return overLimit;
  const metadata = readMetadata(args);
  if (metadata !== undefined && "ok" in metadata) return metadata as Refusal;
  return { text: markdown ?? text(args, "text"), blocks, attachments, metadata };
}

/** Whether the message has nothing to display. */
export const isEmpty = (content: Content): boolean =>
  !content.text?.trim() && !content.blocks?.length && !content.attachments?.length;

/** Truncates a text to the limit of chat.postMessage. */
export function truncateText(text: string): { text: string; truncated: boolean } {
  const truncated = codePoints(text) > MAX_TEXT_LENGTH;
  return { text: truncated ? [...text].slice(0, MAX_TEXT_LENGTH).join("") : text, truncated };
}

/** Checks the limits of the whole message: blocks in attachments count toward its number of blocks and its text. */
export function checkTotals(blocks: Json[], attachments: Json[]): Refusal | undefined {
  const attached = attachments.flatMap((each) => (Array.isArray(each.blocks) ? each.blocks : []));
  if (blocks.length + attached.length > MAX_BLOCKS.message) {
    const message = `no more than ${MAX_BLOCKS.message} items allowed`;
    return refuse("invalid_attachments", {
      response_metadata: { messages: [messageLine({ pointer: "/attachments", message })] },
    });
  }
  return countText([blocks, attached]) > MAX_BLOCKS_TEXT_LENGTH ? refuse("msg_blocks_too_long") : undefined;
}

export function invalidBlocks(problems: Problem[]): Refusal {
  return refuse("invalid_blocks", {
    errors: problems.map((each) => `${each.message} [json-pointer:${each.pointer}]`),
    response_metadata: { messages: problems.map(messageLine) },
  });
}

function readBlocks(args: Args): Json[] | undefined | Refusal {
  const read = json(args, "blocks");
  if ("bad" in read) return refuse("invalid_blocks_format");
  if (read.value === undefined) return undefined;
  if (!Array.isArray(read.value) || !read.value.every(isObject)) return refuse("invalid_blocks_format");
  const problems = validateBlocks(read.value, "message");
  if (problems.length > 0) return invalidBlocks(problems);
  return normalizeBlocks(read.value);
}

function readAttachments(args: Args): Json[] | undefined | Refusal {
  const read = json(args, "attachments");
  if ("bad" in read) return refuse("invalid_attachments");
  if (read.value === undefined) return undefined;
  if (!Array.isArray(read.value) || !read.value.every(isObject)) return refuse("invalid_attachments");
  if (read.value.length > MAX_ATTACHMENTS) return refuse("too_many_attachments");
  const problems = read.value.flatMap((each, index) =>
    each.blocks === undefined ? [] : validateBlocks(each.blocks, "message", `/attachments/${index}/blocks`),
  );
  if (problems.length > 0) {
    return refuse("invalid_attachments", { response_metadata: { messages: problems.map(messageLine) } });
  }
  return read.value.map((each, index) => ({
    id: index + 1,
    ...each,
    ...(Array.isArray(each.blocks) ? { blocks: normalizeBlocks(each.blocks) } : {}),
  }));
}
