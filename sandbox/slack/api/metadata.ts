import { isObject } from "../blocks/check.ts";
import type { Json } from "../workspace/model.ts";
import { json } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** The maximum size of metadata as JSON. Assumed: Slack documents the error, but not the number. */
export const MAX_METADATA_BYTES = 8192;
/** Slack's documentation says “human readable and alphanumeric”; its examples join words with underscores. */
const EVENT_TYPE = /^[A-Za-z0-9_]{1,255}$/;

const isScalar = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
const isFlat = (value: unknown): boolean => isObject(value) && Object.values(value).every(isScalar);

/** A payload value after `MessageMetadata` of @slack/types: a scalar, a flat object, or a list of flat objects. */
const isPayloadValue = (value: unknown): boolean =>
  isScalar(value) || isFlat(value) || (Array.isArray(value) && value.every(isFlat));

/** Reads a message's metadata; an empty object removes it. https://docs.slack.dev/messaging/message-metadata */
export function readMetadata(args: Args): Json | undefined | Refusal {
  const read = json(args, "metadata");
  if ("bad" in read) return refuse("invalid_metadata_format");
  if (read.value === undefined) return undefined;
  if (!isObject(read.value)) return refuse("invalid_metadata_format");
  if (Object.keys(read.value).length === 0) return {};
  const { event_type: type, event_payload: payload, ...others } = read.value;
  if (typeof type !== "string" || !EVENT_TYPE.test(type) || Object.keys(others).length > 0) {
    return refuse("invalid_metadata_schema");
  }
  if (!isObject(payload) || !Object.values(payload).every(isPayloadValue)) return refuse("invalid_metadata_schema");
  if (Buffer.byteLength(JSON.stringify(read.value)) > MAX_METADATA_BYTES) return refuse("metadata_too_large");
  return read.value;
}
