import { AutomationExecutionFilterKey, DescribeAutomationExecutionsCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { Clock } from "../../app/ports/aws.ts";
import { cut } from "../../core/cut.ts";
import { describe } from "../aws-failures.ts";
import { type Finding, finding } from "./assumptions.ts";
import { findStep, type HarmlessExecutions, waitingStep } from "./harmless-executions.ts";

/** Longer delays than this count as a delay: a read takes that long. Milliseconds. */
const NO_DELAY_MS = 1_000;
/** The time for an effect that must not happen to show. Milliseconds. */
const SETTLE_MS = 3_000;
/** The executions that the check of the quota starts. */
export const QUOTA_EXECUTIONS = 101;
/** The time after which a Pending execution is queued. Milliseconds. */
const MAX_PENDING_MS = 30_000;

export interface CheckDeps {
  ssm: SSMClient;
  clock: Clock;
  on: HarmlessExecutions;
}

type Check = (deps: CheckDeps) => Promise<Finding[]>;

/** A signal by a principal that the gate does not list. */
const foreignSignal: Check = async ({ on, clock }) => {
  const id = await on.start(on.runbooks.foreign);
  await on.waiting(id);
  const code = await on.signal(id, "Approve");
  await clock.sleep(SETTLE_MS);
  const isWaiting = waitingStep(await on.read(id)) !== undefined;
  const effect = isWaiting ? "nothing changed" : "the step no longer waits";
  return [
    finding(
      "approverNotListed",
      code === "InvalidAutomationSignalException" && isWaiting,
      `${code ?? "It was accepted"}, and ${effect}.`,
    ),
  ];
};

/** Two approvals by one principal toward two that are required. */
const repeatedApproval: Check = async ({ on, clock }) => {
  const id = await on.start(on.runbooks.gates);
  await on.waiting(id);
  const first = await on.signal(id, "Approve");
  if (first !== null) return [finding("repeatedApproval", null, `The first Approve failed: ${first}.`)];
  await clock.sleep(SETTLE_MS);
  const second = await on.signal(id, "Approve");
  await clock.sleep(SETTLE_MS);
  const isWaiting = waitingStep(await on.read(id))?.StepName === "first";
  const effect = isWaiting ? "does not count again" : "counts again";
  const observed = second === null ? `It is accepted and ${effect}.` : `${second}; it ${effect}.`;
  return [finding("repeatedApproval", second === null && isWaiting, observed)];
};

/** A gate that is approved: the delays before and after the signal, and the output that names the approver. */
const approval: Check = async ({ on, clock }) => {
  const startedAt = clock.now();
  const id = await on.start(on.runbooks.single);
  await on.waiting(id);
  const waitingAfter = clock.now() - startedAt;
  const sentAt = clock.now();
  const refused = await on.signal(id, "Approve");
  const delay = finding(
    "startDelay",
    waitingAfter <= NO_DELAY_MS,
    `The step waited ${seconds(waitingAfter)} after the start.`,
  );
  if (refused !== null)
    return [delay, ...(["signalLag", "approverDecisions"] as const).map((each) => finding(each, null, refused))];
  const ended = await on.until(id, ({ AutomationExecutionStatus }) => AutomationExecutionStatus === "Success");
  const lag = clock.now() - sentAt;
  const [entry, ...more] = findStep(ended, "only")?.Outputs?.ApproverDecisions ?? [];
  return [
    delay,
    finding("signalLag", lag <= NO_DELAY_MS, `The execution ended ${seconds(lag)} after the signal.`),
    describeDecision(entry, more.length + 1),
  ];
};

function describeDecision(entry: string | undefined, count: number): Finding {
  if (entry === undefined) return finding("approverDecisions", false, "There is no output ApproverDecisions.");
  let keys: string[] | null = null;
  try {
    const parsed: unknown = JSON.parse(entry);
    keys = typeof parsed === "object" && parsed !== null ? Object.keys(parsed).sort() : null;
  } catch {
    // Not JSON.
  }
  if (keys === null) return finding("approverDecisions", false, `No JSON: ${JSON.stringify(cut(entry, 200))}.`);
  const expected = ["Approver", "Comment", "Decision", "DecisionTime"];
  return finding(
    "approverDecisions",
    keys.join() === expected.join(),
    `${count === 1 ? "One map" : `${count} maps`} of JSON text with ${keys.join(", ")}.`,
  );
}

/** A gate to which the runbook returns. */
const repeatedStep: Check = async ({ on }) => {
  const id = await on.start(on.runbooks.again);
  const before = waitingStep(await on.waiting(id));
  const refused = await on.signal(id, "Approve");
  if (refused !== null) return [finding("stepIds", null, `The Approve failed: ${refused}.`)];
  const isNext = (start: Date | undefined) => start?.getTime() !== before?.ExecutionStartTime?.getTime();
  const after = await on.until(id, (execution) => {
    const step = waitingStep(execution);
    return step !== undefined && (step.StepExecutionId !== before?.StepExecutionId || isNext(step.ExecutionStartTime));
  });
  const isNew = waitingStep(after)?.StepExecutionId !== before?.StepExecutionId;
  const isKept = after.StepExecutions?.some(
    ({ StepExecutionId, StepStatus }) => StepExecutionId === before?.StepExecutionId && StepStatus !== "Waiting",
  );
  const list = isKept ? "stays in the list" : "leaves the list";
  return [
    finding("stepIds", isNew && isKept === true, `${isNew ? "A new id" : "The same id"}, and the earlier run ${list}.`),
  ];
};

/** A gate in a loop. */
const loop: Check = async ({ on }) => {
  const id = await on.start(on.runbooks.loop);
  const execution = await on.waiting(id);
  const outer = findStep(execution, "loop")?.StepStatus ?? "absent";
  const status = execution.AutomationExecutionStatus ?? "no status";
  const observed = `The loop step shows ${outer}, the step inside it Waiting, the execution ${status}.`;
  return [finding("loopStatus", outer === "InProgress" && status === "Waiting", observed)];
};

/** A gate in a child execution. */
const child: Check = async ({ ssm, on }) => {
  const id = await on.start(on.runbooks.parent);
  const children = new DescribeAutomationExecutionsCommand({
    Filters: [{ Key: AutomationExecutionFilterKey.PARENT_EXECUTION_ID, Values: [id] }],
  });
  const isChildWaiting = async () => {
    const { AutomationExecutionMetadataList: [found] = [] } = await ssm.send(children);
    return found?.AutomationExecutionStatus === "Waiting" ? found.AutomationExecutionId : undefined;
  };
  let childId: string | undefined;
  let parent = await on.read(id);
  for (let reads = 0; reads < 60 && childId === undefined; reads++) {
    childId = await isChildWaiting();
    parent = await on.until(id, () => true);
  }
  if (childId === undefined)
    return (["parentStatus", "childrenListed"] as const).map((each) =>
      finding(each, null, "No waiting child execution was found."),
    );
  const status = parent.AutomationExecutionStatus ?? "no status";
  const waiting = new DescribeAutomationExecutionsCommand({
    Filters: [{ Key: AutomationExecutionFilterKey.EXECUTION_STATUS, Values: ["Waiting"] }],
    MaxResults: 50,
  });
  const { AutomationExecutionMetadataList: listed = [] } = await ssm.send(waiting);
  const isListed = listed.some(({ AutomationExecutionId }) => AutomationExecutionId === childId);
  return [
    finding("parentStatus", status === "InProgress", `The parent shows ${status}; the child shows Waiting.`),
    finding("childrenListed", isListed, isListed ? "It lists them." : "The first page does not list the child."),
  ];
};

/** A paused step. */
const pause: Check = async ({ on }) => {
  const id = await on.start(on.runbooks.pause);
  const execution = await on.waiting(id);
  const status = execution.AutomationExecutionStatus ?? "no status";
  const refused = await on.signal(id, "Resume", { StepName: ["pause"] });
  const shown = `The paused step shows Waiting, the execution ${status}`;
  if (refused !== null) return [finding("pause", false, `${shown}. Resume with StepName: ${refused}.`)];
  await on.until(id, ({ AutomationExecutionStatus }) => AutomationExecutionStatus === "Success");
  return [finding("pause", status === "Waiting", `${shown}, and a Resume with StepName continues the step.`)];
};

/** Whether waiting executions count toward the quota of 100 concurrent executions: AWS keeps further ones Pending. */
const quota: Check = async ({ on, clock }) => {
  let last = "";
  for (let count = 1; count <= QUOTA_EXECUTIONS; count++) {
    try {
      last = await on.start(on.runbooks.foreign);
    } catch (error) {
      const { code } = describe(error);
      const holds = /Throttl/.test(code) ? null : false;
      return [finding("quota", holds, `${code} at the start of execution ${count} of this check.`)];
    }
  }
  const end = clock.now() + MAX_PENDING_MS;
  const execution = await on.until(last, (each) => waitingStep(each) !== undefined || clock.now() > end);
  if (waitingStep(execution) !== undefined)
    return [finding("quota", true, `${QUOTA_EXECUTIONS} executions were started and wait at the same time.`)];
  const status = execution.AutomationExecutionStatus ?? "no status";
  const observed = `Execution ${QUOTA_EXECUTIONS} of this check shows ${status} ${seconds(MAX_PENDING_MS)} after its start.`;
  return [finding("quota", status === "Pending" ? false : null, observed)];
};

export const CHECKS: readonly Check[] = [foreignSignal, repeatedApproval, approval, repeatedStep, loop, child, pause];
export const QUOTA_CHECK: Check = quota;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
