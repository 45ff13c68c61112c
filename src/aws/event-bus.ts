import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { EventBus, PublishResult } from "../app/ports/aws.ts";
import { type AuditRecord, eventName } from "../core/audit.ts";
import { describe } from "./aws-failures.ts";

/** Under which name the events can be matched by rules. */
export const EVENT_SOURCE = "countersign";

/** Errors of an entry that sending it again cannot mend. Source: EventBridge API, PutEventsResultEntry. */
const FINAL: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "InvalidArgument",
  "MalformedDetail",
  "NotAuthorizedForSource",
  "NotAuthorizedForSourceException",
  "NotAuthorizedForDetailTypeException",
]);

/** Publishes audit records with PutEvents. HTTP 200 may carry failed entries, so each entry has its own result. */
export function makeEventBus(options: { busName: string; region: string }): EventBus & { close(): void } {
  const client = new EventBridgeClient({
    region: options.region,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  return {
    async publish(records, abort) {
      try {
        const command = new PutEventsCommand({ Entries: records.map((record) => entry(record, options.busName)) });
        const answer = await client.send(command, { abortSignal: abort });
        return records.map((_, index): PublishResult => {
          const result = answer.Entries?.[index];
          if (result?.EventId !== undefined) return { kind: "published", eventId: result.EventId };
          const code = result?.ErrorCode ?? "NoAnswer";
          return { kind: "failed", code, message: result?.ErrorMessage ?? "", final: FINAL.has(code) };
        });
      } catch (error) {
        return records.map(() => ({ kind: "failed", ...describe(error), final: false }));
      }
    },
    close: () => client.destroy(),
  };
}

function entry(record: AuditRecord, busName: string) {
  const { executionId, account, region } = record.detail as Record<string, string>;
  return {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: eventName(record.kind) ?? record.kind,
    Time: new Date(record.at),
    Resources: executionId ? [`arn:aws:ssm:${region}:${account}:automation-execution/${executionId}`] : [],
    Detail: JSON.stringify({
      id: record.id,
      seq: record.seq,
      requestId: record.requestId,
      at: new Date(record.at).toISOString(),
      actor: record.actor,
      ...record.detail,
    }),
  };
}
