import type { Execution, Runbook } from "./aws-state.ts";
import { control } from "./control-client.ts";
import { share } from "./share-structure.ts";
import type { SlackState } from "./slack-state.ts";
import type { ActiveFault } from "./wire-call.ts";
import { type Names, world } from "./world.ts";

/** Returns a function that runs `work` at most once per `pauseMs`, and always once more after its last call. */
export function throttled(work: () => Promise<void>, pauseMs: number): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    while (again) {
      again = false;
      await work();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    running = false;
  };
  return () => {
    again = true;
    if (!running) void run();
  };
}

async function readSlack(): Promise<void> {
  const reply = await control.get("slack", "/state");
  if (reply.ok === false) return;
  const state = reply as unknown as SlackState;
  world.set(({ slack, names }) => ({
    slack: share(slack, state),
    names: share(names, toNames(state)),
    clockOffset: state.now - Date.now(),
  }));
}

const toNames = (state: SlackState): Names => ({
  users: state.people.map(({ id, realName }) => ({ id, name: realName })),
  channels: state.channels.map(({ id, name }) => ({ id, name })),
  // Slack shows a group by its handle.
  user_groups: state.groups.map(({ id, handle }) => ({ id, name: handle })),
});

async function readAws(): Promise<void> {
  const [executions, documents] = await Promise.all([
    control.get("aws", "/executions"),
    control.get("aws", "/documents"),
  ]);
  if (executions.ok === false || documents.ok === false) return;
  const read = { executions: executions.executions as Execution[], runbooks: documents.documents as Runbook[] };
  world.set(({ aws }) => ({ aws: share(aws, read) }));
}

/** Reads the active faults of both stand-ins. */
export async function readFaults(): Promise<void> {
  const [slack, aws] = await Promise.all([control.get("slack", "/faults"), control.get("aws", "/faults")]);
  if (slack.ok === false || aws.ok === false) return;
  const read = { slack: (slack.faults ?? []) as ActiveFault[], aws: (aws.faults ?? []) as ActiveFault[] };
  world.set(({ faults }) => ({ faults: share(faults, read) }));
}

export const refreshSlack = throttled(readSlack, 40);
export const refreshAws = throttled(readAws, 60);
/** For changes without an event. */
export const refreshAwsLater = throttled(readAws, 2000);
export const refreshFaults = throttled(readFaults, 100);

export function refreshAll(): void {
  refreshSlack();
  refreshAws();
  refreshFaults();
}
