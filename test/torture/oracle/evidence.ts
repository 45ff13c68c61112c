import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Harness } from "../harness.ts";

/** What the stand-ins saw and what the bot wrote down, after everything has come to rest. */
export interface Evidence {
  executions: Json[];
  awsCalls: Json[];
  slackCalls: Json[];
  /** Messages by channel; `onlyFor` marks those for one person. */
  channels: Record<string, Json[]>;
  /** Events of the bot on the bus. */
  events: Json[];
  records: DatabaseRecords;
  /** When time was moved forward, as AWS and Slack showed it, and by how much. */
  jumps: readonly { at: number; ms: number }[];
}

/** A principal of the bot's own role. */
export const isBot = (principal: unknown) => String(principal).includes("CountersignBot");

export async function gatherEvidence(harness: Harness): Promise<Evidence> {
  const [{ executions }, aws, slack, state, { events }, records] = await Promise.all([
    harness.control.aws("executions"),
    harness.control.aws("requests"),
    harness.control.slack("requests"),
    harness.control.slack("state"),
    harness.control.aws("bus?source=countersign"),
    harness.tables(),
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

/** A step execution of an execution that AWS shows. */
export function findStep(execution: Json, stepExecutionId: string): Json | undefined {
  return execution.StepExecutions.find((step: Json) => step.StepExecutionId === stepExecutionId);
}

/** Messages of the bot in a channel that are a request's, a notice's or a digest's. */
export function findMessages(evidence: Evidence, channel: string, id: string): Json[] {
  return (evidence.channels[channel] ?? []).filter(
    (message) => message.onlyFor === undefined && message.metadata?.event_payload?.request_id === id,
  );
}
