import { describeAction } from "./actions.ts";
import type { BotFaults, Harness } from "./harness.ts";
import { type Evaluation, evaluateEvidence } from "./oracle/evaluate-evidence.ts";
import { type Evidence, gatherEvidence } from "./oracle/evidence.ts";
import { type ActionCounts, performSchedule } from "./perform.ts";
import type { Schedule } from "./schedule.ts";
import { waitUntilIdle } from "./wait-until-idle.ts";

export interface ScheduleResult extends Evaluation, ActionCounts {
  seed: number;
  seconds: number;
  /** Its speed as a multiple of real time. */
  scale: number;
  /** With violations: the actions, and the last output of each bot. Otherwise empty. */
  report: string[];
}

const MAX_REPEATS = 3;
const isUnfinished = (click: Evidence["records"]["clicks"][number]) =>
  click.evaluatedAt === null || (click.reply !== null && click.repliedAt === null);

/** Kills every bot, then gathers the evidence. */
async function killBotsAndGatherEvidence(harness: Harness): Promise<Evidence> {
  await Promise.all(harness.bots().map((bot) => bot?.kill()));
  return gatherEvidence(harness);
}

/** Runs one schedule from empty stand-ins and an empty database to the evaluation. */
export async function runSchedule(
  harness: Harness,
  schedule: Schedule,
  botFaults: BotFaults = {},
): Promise<ScheduleResult> {
  const began = Date.now();
  await harness.reset(schedule.setting);
  const counts = await performSchedule(harness, schedule, botFaults);
  let remaining = await waitUntilIdle(harness, botFaults);
  let evidence = await killBotsAndGatherEvidence(harness);
  // A paused bot may receive a click late and record it immediately before the kill.
  for (let repeats = 0; repeats < MAX_REPEATS && evidence.records.clicks.some(isUnfinished); repeats++) {
    harness.time.unfreeze();
    remaining = await waitUntilIdle(harness, botFaults);
    evidence = await killBotsAndGatherEvidence(harness);
  }
  const evaluation = evaluateEvidence(evidence);
  const violations = [
    ...evaluation.violations,
    ...harness.unexpectedExits(),
    ...(remaining === null ? [] : [`work remained at the end: ${remaining}`]),
  ];
  const lines = harness
    .bots()
    .flatMap((bot, replica) => (bot?.lines ?? []).slice(-80).map((line) => `bot ${replica}: ${line}`));
  return {
    ...counts,
    ...evaluation,
    violations,
    seed: schedule.seed,
    scale: harness.time.shared().scale,
    seconds: (Date.now() - began) / 1000,
    report:
      violations.length === 0
        ? []
        : [
            JSON.stringify(schedule.setting),
            ...schedule.actions.map(describeAction),
            ...describeRequests(evidence, violations.join(" ")),
            ...lines,
          ],
  };
}

/** Lists the messages and requests that violations name, with their attempts, their audit records and the signals that AWS received. */
function describeRequests({ records, executions }: Evidence, violations: string): string[] {
  const messages = records.messages.filter(({ id }) => violations.includes(id));
  const named = records.requests.filter(
    ({ id, executionId }) =>
      violations.includes(id) || violations.includes(executionId) || messages.some((each) => each.requestId === id),
  );
  const isOf = ({ requestId }: { requestId: string }) => named.some(({ id }) => id === requestId);
  return [
    ...messages.map(({ shownContent, ...row }) => `message: ${JSON.stringify(row)}`),
    ...named.map(({ facts, ...request }) => `request: ${JSON.stringify({ ...request, step: facts.stepName })}`),
    ...records.signals.filter(isOf).map((attempt) => `attempt: ${JSON.stringify(attempt)}`),
    ...records.audit.filter(isOf).map((record) => `audit: ${JSON.stringify(record)}`),
    ...executions
      .filter(({ AutomationExecutionId: id }) => named.some(({ executionId }) => executionId === id))
      .map(
        ({ AutomationExecutionId, signals, StepExecutions }) =>
          `execution: ${JSON.stringify({ AutomationExecutionId, signals, StepExecutions })}`,
      ),
  ];
}
