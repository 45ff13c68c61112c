import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Clock } from "../../app/ports/aws.ts";
import { describe } from "../aws-failures.ts";
import { makeRequestHandler } from "../request-handler.ts";
import { type Finding, finding } from "./assumptions.ts";

/** EventBridge delivers within seconds. Milliseconds. */
const EVENTS_MS = 10_000;
const MAX_RECEIVES = 100;
/** Other readers of the queue see the messages again after this time, in seconds. */
const HIDDEN_SECONDS = 5;

/**
 * Looks for events with the status Waiting of these executions in a queue. The messages stay in the queue: nothing is
 * deleted. Source of the detail types: EventBridge events of Systems Manager, "Automation".
 */
export async function findWaitingEvents(
  { queueUrl, region, clock }: { queueUrl: string | null; region: string; clock: Clock },
  executionIds: readonly string[],
): Promise<Finding> {
  if (queueUrl === null)
    return finding("waitingEvent", null, "Not observed: name the queue of the EventBridge rule with --queue.");
  const client = new SQSClient({
    region,
    requestHandler: makeRequestHandler({ requestTimeout: 30_000 }),
    maxAttempts: 2,
  });
  const seen = new Set<string>();
  try {
    const end = clock.now() + EVENTS_MS;
    for (let count = 0; count < MAX_RECEIVES && clock.now() < end && seen.size < 2; count++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
          VisibilityTimeout: HIDDEN_SECONDS,
        }),
      );
      for (const { Body = "" } of Messages)
        if (/"Waiting"/.test(Body) && executionIds.some((id) => Body.includes(id)))
          seen.add(/Step Status-change/i.test(Body) ? "the step" : "the execution");
    }
  } catch (error) {
    return finding("waitingEvent", null, `Not observed: ${describe(error).message}`);
  } finally {
    client.destroy();
  }
  if (seen.size === 2) return finding("waitingEvent", true, "Both emit an event with the status Waiting.");
  const emitters = seen.size === 0 ? "Neither emits" : `Only ${[...seen].join()} emits`;
  return finding("waitingEvent", false, `${emitters} an event with the status Waiting within 10 s.`);
}

/** Looks for the record of a signal to one of these executions in CloudTrail, which has it after up to 15 minutes. */
export async function findTrail(
  region: string,
  since: number,
  caller: string,
  executionIds: readonly string[],
): Promise<Finding> {
  const client = new CloudTrailClient({
    region,
    requestHandler: makeRequestHandler({ requestTimeout: 30_000 }),
    maxAttempts: 2,
  });
  try {
    const { Events = [] } = await client.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "SendAutomationSignal" }],
        StartTime: new Date(since),
      }),
    );
    const record = Events.map(({ CloudTrailEvent = "" }) => CloudTrailEvent).find((text) =>
      executionIds.some((id) => text.includes(id)),
    );
    if (record === undefined)
      return finding("trail", null, "Not observed: CloudTrail has no record yet. It takes up to 15 minutes.");
    const [hasType, hasPrincipal] = [/"signalType"/i.test(record), record.includes(caller)];
    const named = ["the execution", ...(hasType ? ["the type"] : []), ...(hasPrincipal ? ["the principal"] : [])];
    return finding("trail", hasType && hasPrincipal, `The record names ${named.join(", ")}.`);
  } catch (error) {
    return finding("trail", null, `Not observed: ${describe(error).message}`);
  } finally {
    client.destroy();
  }
}
