import { isObject, length, type Problem } from "../blocks/check.ts";
import { normalizeBlocks } from "../blocks/normalize.ts";
import { messageLine, validateBlocks } from "../blocks/validate.ts";
import { MAX_TEXT_OF_BLOCKS, textSize } from "../blocks/whole.ts";
import type { Json } from "../workspace/model.ts";
import { json, text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** What a message says. Undefined members were not given. */
export interface Content {
  text: string | undefined;
  blocks: Json[] | undefined;
  attachments: Json[] | undefined;
  metadata: Json | undefined;
}

/** chat.postMessage cuts its text here. https://docs.slack.dev/reference/methods/chat.postMessage/#truncating */
export const TEXT_CUT = 40_000;
const MAX_MARKDOWN_TEXT = 12_000;
const MAX_ATTACHMENTS = 100;

/** Reads and checks text, blocks, attachments and metadata of a message, in the order in which Slack complains. */
export function readContent(args: Args): Content | Refusal {
  const markdown = text(args, "markdown_text");
  if (markdown !== undefined && (args.text !== undefined || args.blocks !== undefined)) {
    return refuse("markdown_text_conflict");
  }
  if (markdown !== undefined && length(markdown) > MAX_MARKDOWN_TEXT) return refuse("msg_too_long");
  const blocks = readBlocks(args);
  if (blocks !== undefined && "ok" in blocks) return blocks;
  const attachments = readAttachments(args);
  if (attachments !== undefined && "ok" in attachments) return attachments;
  const metadata = readMetadata(args);
  if (metadata !== undefined && "ok" in metadata) return metadata as Refusal;
  return { text: markdown ?? text(args, "text"), blocks, attachments, metadata };
}

/** Whether there is anything to show. */
export const isEmpty = (content: Content): boolean =>
  !content.text?.trim() && !content.blocks?.length && !content.attachments?.length;

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
  if (textSize(read.value) > MAX_TEXT_OF_BLOCKS) return refuse("msg_blocks_too_long");
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

/** https://docs.slack.dev/messaging/message-metadata */
function readMetadata(args: Args): Json | undefined | Refusal {
  const read = json(args, "metadata");
  if ("bad" in read) return refuse("invalid_metadata_format");
  if (read.value === undefined) return undefined;
  if (!isObject(read.value)) return refuse("invalid_metadata_format");
  if (Object.keys(read.value).length === 0) return {};
  const { event_type: type, event_payload: payload, ...others } = read.value;
  if (typeof type !== "string" || type === "" || !isObject(payload) || Object.keys(others).length > 0) {
    return refuse("invalid_metadata_schema");
  }
  return read.value;
}
