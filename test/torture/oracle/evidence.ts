import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Harness } from "../harness.ts";

/** The calls and state of the stand-ins and the bot's records, after all work is complete. */
export interface Evidence {
  executions: Json[];
  awsCalls: Json[];
  slackCalls: Json[];
  /** Messages by channel; `onlyFor` marks ephemeral ones. */
  channels: Record<string, Json[]>;
  /** Events of the bot on the bus. */
  events: Json[];
  records: DatabaseRecords;
  /** Time jumps: `at` is the time of AWS and Slack before the jump. */
  jumps: readonly { at: number; ms: number }[];
}

/** Whether a principal is a session of the bot's role. */
export const isBot = (principal: unknown) => String(principal).includes("CountersignBot");

export async function gatherEvidence(harness: Harness): Promise<Evidence> {
  const [{ executions }, aws, slack, state, { events }, records] = await Promise.all([
    harness.control.aws("executions"),
    harness.control.aws("requests"),
    harness.control.slack("requests"),
    harness.control.slack("state"),
    harness.control.aws("bus?source=countersign"),
    harness.readRecords(),
  ]);
  const channels = Object.fromEntries(state.channels.map((each: Json) => [each.id, each.messages]));
  return {
    executions,
    awsCalls: aws.requests,
    slackCalls: slack.requests,
    channels,
    events,
    records,
    jumps: harness.jumps(),
  };
}

/** Finds a step execution in an execution. */
export function findStep(execution: Json, stepExecutionId: string): Json | undefined {
  return execution.StepExecutions.find((step: Json) => step.StepExecutionId === stepExecutionId);
}

/** Finds the bot's messages for a request, a notice or a digest in a channel. */
export function findMessages(evidence: Evidence, channel: string, id: string): Json[] {
  return (evidence.channels[channel] ?? []).filter(
    (message) => message.onlyFor === undefined && message.metadata?.event_payload?.request_id === id,
  );
}
