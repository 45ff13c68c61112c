import { counted } from "../../wire/counted.ts";
import { AwsError } from "../protocol/aws-error.ts";

/** Entries of one batch. Source: SQS API reference, SendMessageBatch. */
const MAX_ENTRIES = 10;
const ENTRY_ID = /^[\w-]{1,80}$/;

/**
 * Runs each entry of a batch. An entry that fails does not affect the others: the reply is HTTP 200 with the entries in two
 * lists. Throws the error of a batch that is rejected as a whole.
 */
export function runBatch<Entry extends { Id: string }>(
  entries: readonly Entry[],
  name: string,
  run: (entry: Entry) => object,
): { Successful: object[]; Failed: object[] } {
  checkBatch(entries, name);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checkBatch(entries: readonly { Id: string }[], name: string): void {
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequest", `There should be at least one ${name} in the request.`);
  if (entries.length > MAX_ENTRIES) {
    const text = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw new AwsError("TooManyEntriesInBatchRequest", text);
  }
  const invalid = entries.find(({ Id }) => !ENTRY_ID.test(Id));
  if (invalid !== undefined) {
    const text =
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
    throw new AwsError("InvalidBatchEntryId", text);
  }
  const repeated = entries.find(({ Id }, index) => entries.findIndex((other) => other.Id === Id) !== index);
  if (repeated !== undefined) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${repeated.Id} repeated.`);
}

/** Throws if the messages of a batch are together longer than one message may be. */
export function checkTotalSize(bytes: number, max: number): void {
  if (bytes <= max) return;
  const text = `Batch requests cannot be longer than ${counted(max, "byte")}. You have sent ${counted(bytes, "byte")}.`;
  throw new AwsError("BatchRequestTooLong", text);
}
