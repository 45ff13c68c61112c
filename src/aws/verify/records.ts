import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Clock } from "../../app/ports/aws.ts";
import { describe, readFailure } from "../aws-failures.ts";
import { ownCredentials } from "../own-credentials.ts";
import { makeRequestHandler } from "../request-handler.ts";
import { connectQueue } from "../waiting-queue.ts";
import { type Finding, finding } from "./assumptions.ts";

/** EventBridge delivers within seconds. Milliseconds. */
const EVENTS_MS = 10_000;
const MAX_RECEIVES = 100;
/** CloudTrail shows a call after up to 15 minutes. Source: AWS CloudTrail User Guide, "CloudTrail event history". */
const TRAIL_MS = 15 * 60_000;
const LOOKUP_EVERY_MS = 30_000;
const NO_TRAIL =
  "Not observed: CloudTrail shows a signal up to 15 minutes later. Then search its event history for SendAutomationSignal.";
/** Other readers of the queue see the messages again after this time, in seconds. */
const HIDDEN_SECONDS = 5;

/**
 * Looks for events with the status Waiting of these executions in a queue. The messages stay in the queue: nothing is
 * deleted. Without any event, nothing is observed: another reader of the queue may have deleted them. Source of the detail types: EventBridge events of Systems Manager, "Automation".
 */
export async function findWaitingEvents(
  { queue, clock }: { queue: { url: string; region: string } | null; clock: Clock },
  executionIds: readonly string[],
): Promise<Finding> {
  if (queue === null)
    return finding("waitingEvent", null, "Not observed: name the queue of the EventBridge rule with --queue.");
  const client = connectQueue(queue.url, queue.region, 2);
  const seen = new Set<string>();
  try {
    const end = clock.now() + EVENTS_MS;
    for (let count = 0; count < MAX_RECEIVES && clock.now() < end && seen.size < 2; count++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queue.url,
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
  if (seen.size === 0)
    return finding(
      "waitingEvent",
      null,
      "Not observed: no event arrived. Check the rule, and use a queue that no bot reads.",
    );
  return finding("waitingEvent", false, `Only ${[...seen].join()} emits an event with the status Waiting within 10 s.`);
}

/**
 * Looks for the record of a signal to one of these executions in CloudTrail, every 30 seconds for up to 15 minutes. `signal`
 * ends the wait.
 */
export async function findTrail(
  { region, since, clock, signal }: { region: string; since: number; clock: Clock; signal: AbortSignal },
  caller: string,
  executionIds: readonly string[],
): Promise<Finding> {
  const client = new CloudTrailClient({
    region,
    requestHandler: makeRequestHandler({ requestTimeout: 30_000 }),
    ...ownCredentials(),
    maxAttempts: 2,
  });
  const lookup = new LookupEventsCommand({
    LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "SendAutomationSignal" }],
    StartTime: new Date(since),
  });
  let observed = NO_TRAIL;
  try {
    for (const end = clock.now() + TRAIL_MS; !signal.aborted; await clock.sleep(LOOKUP_EVERY_MS, signal)) {
      try {
        const { Events = [] } = await client.send(lookup, { abortSignal: signal });
        observed = NO_TRAIL;
        const record = Events.map(({ CloudTrailEvent = "" }) => CloudTrailEvent).find((text) =>
          executionIds.some((id) => text.includes(id)),
        );
        if (record !== undefined) return describeRecord(record, caller);
      } catch (error) {
        const failure = readFailure(error);
        if (!signal.aborted) observed = `Not observed: ${failure.message}`;
        if (!failure.retry) break;
      }
      if (clock.now() >= end) break;
    }
    return finding("trail", null, observed);
  } finally {
    client.destroy();
  }
}

function describeRecord(record: string, caller: string): Finding {
  const [hasType, hasPrincipal] = [/"signalType"/i.test(record), record.includes(caller)];
  const named = ["the execution", ...(hasType ? ["the type"] : []), ...(hasPrincipal ? ["the principal"] : [])];
  return finding("trail", hasType && hasPrincipal, `The record names ${named.join(", ")}.`);
}
