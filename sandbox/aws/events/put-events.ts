import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { EventBus } from "./event-bus.ts";

export interface PutEventsEntry {
  Time?: number;
  Source?: string;
  Resources?: string[];
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
}

/** Older documentation pages say 256 KB, newer ones 1 MB. The stand-in enforces the lower limit. */
const MAX_TOTAL_BYTES = 256 * 1024;
const MAX_DETAIL_TYPE_LENGTH = 128;

/**
 * Publishes 1 to 10 entries. Each succeeds or fails separately: the reply is HTTP 200 with an id or an error for each
 * entry, in order. Sources: the PutEvents API reference, and "Calculating PutEvents event entry size".
 */
export function putEvents(
  deps: { bus: EventBus; now: () => number },
  caller: Caller,
  input: { Entries: PutEventsEntry[] },
): { FailedEntryCount: number; Entries: object[] } {
  const total = input.Entries.reduce((sum, entry) => sum + countEntryBytes(entry), 0);
  if (total >= MAX_TOTAL_BYTES) {
    throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
  }
  const results = input.Entries.map((entry) => putEntry(deps, caller, entry));
  return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
}

/** Counts the bytes of an entry as AWS does: 14 bytes for Time, plus the UTF-8 bytes of the strings. */
export function countEntryBytes(entry: PutEventsEntry): number {
  const strings = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = strings.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
  return bytes + (entry.Time === undefined ? 0 : 14);
}

function putEntry(deps: { bus: EventBus; now: () => number }, caller: Caller, entry: PutEventsEntry): object {
  const failure = deps.bus.takeFailure();
  if (failure !== undefined) return { ErrorCode: failure.code, ErrorMessage: failure.message };
  const { Source = "", DetailType = "", Detail = "" } = entry;
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === "") return toInvalidArgument(name, `${name} is a required argument.`);
  }
  if (DetailType.length > MAX_DETAIL_TYPE_LENGTH) return toInvalidArgument("DetailType", "Detail type is too long.");
  if (Source.startsWith("aws.")) {
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  }
  const detail = parseObject(Detail);
  if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const bus = (entry.EventBusName ?? "default").replace(/^arn:.*:event-bus\//, "");
  const event = { "detail-type": DetailType, source: Source, resources: entry.Resources ?? [], detail, bus };
  const at = entry.Time === undefined ? deps.now() : entry.Time * 1000;
  return { EventId: deps.bus.publish(event, caller, at) };
}

function toInvalidArgument(name: string, reason: string): object {
  return { ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}` };
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
