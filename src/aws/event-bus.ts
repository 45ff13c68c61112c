import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { AwsCalls, EventBus, PublishResult } from "../app/ports/aws.ts";
import { EVENT_NAMES, type PublishedRecord } from "../core/audit-records.ts";
import { toPartition } from "../core/partition.ts";
import { describe } from "./aws-failures.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeRequestHandler } from "./request-handler.ts";

/** The `source` of every event, for the pattern of an EventBridge rule. */
export const EVENT_SOURCE = "countersign";

/**
 * Error codes of an entry that the bus can never accept. A missing permission is none of them: an operator can add it.
 * Source: EventBridge API, PutEventsResultEntry.
 */
const FINAL: ReadonlySet<string> = new Set(["InvalidArgument", "MalformedDetail"]);

/** Makes the bus that publishes audit records with PutEvents. A reply with HTTP 200 may contain failed entries, so each entry has its own result. */
export function makeEventBus(options: {
  busName: string;
  region: string;
  calls: AwsCalls;
}): EventBus & { close(): void } {
  const client = new EventBridgeClient({
    region: options.region,
    requestHandler: makeRequestHandler(),
    ...ownCredentials(),
  });
  client.middlewareStack.use(observeCalls(options.calls));
  return {
    async publish(records, abort) {
      try {
        const command = new PutEventsCommand({
          Entries: records.map((record) => toEventEntry(record, options.busName)),
        });
        const reply = await client.send(command, { abortSignal: abort });
        return records.map((_, index): PublishResult => {
          const result = reply.Entries?.[index];
          if (result?.EventId !== undefined) return { kind: "published", eventId: result.EventId };
          const code = result?.ErrorCode ?? "NoReply";
          return { kind: "failed", code, message: result?.ErrorMessage ?? "", final: FINAL.has(code) };
        });
      } catch (error) {
        return records.map(() => ({ kind: "failed", ...describe(error), final: false }));
      }
    },
    close: () => client.destroy(),
  };
}

/** Returns the entry of PutEvents for a record. docs/events.md describes it. */
export function toEventEntry(record: PublishedRecord, busName: string) {
  const { executionId, account, region } = record.detail;
  return {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: EVENT_NAMES[record.kind],
    Time: new Date(record.at),
    Resources: [`arn:${toPartition(region)}:ssm:${region}:${account}:automation-execution/${executionId}`],
    Detail: JSON.stringify({
      id: record.id,
      seq: record.seq,
      hash: record.hash,
      requestId: record.requestId,
      at: new Date(record.at).toISOString(),
      actor: record.actor,
      ...record.detail,
    }),
  };
}
