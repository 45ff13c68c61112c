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
  /** How many times as fast as the machine's clock it ran. */
  scale: number;
  /** What happened, for a violation: the actions, and what each bot said last. */
  report: string[];
}

const MAX_REPEATS = 3;
const isUnfinished = (click: Evidence["records"]["clicks"][number]) =>
  click.evaluatedAt === null || (click.reply !== null && click.repliedAt === null);

/** What is seen once every bot is killed. */
async function killBotsAndGatherEvidence(harness: Harness): Promise<Evidence> {
  await Promise.all(harness.bots().map((bot) => bot?.kill()));
  return gatherEvidence(harness);
}

/** One schedule from an empty world to its judgement. */
export async function runSchedule(
  harness: Harness,
  schedule: Schedule,
  botFaults: BotFaults = {},
): Promise<ScheduleResult> {
  const began = Date.now();
  await harness.reset();
  const done = await performSchedule(harness, schedule, botFaults);
  let left = await waitUntilIdle(harness, botFaults);
  let evidence = await killBotsAndGatherEvidence(harness);
  // A click that was on its way to a bot that had been paused may be recorded in the last moment before the kill.
  for (let again = 0; again < MAX_REPEATS && evidence.records.clicks.some(isUnfinished); again++) {
    harness.time.unfreeze();
    left = await waitUntilIdle(harness, botFaults);
    evidence = await killBotsAndGatherEvidence(harness);
  }
  const judgement = evaluateEvidence(evidence);
  const violations = [
    ...judgement.violations,
    ...harness.collapsed(),
    ...(left === null ? [] : [`not everything came to rest: ${left}`]),
  ];
  const lines = harness.bots().flatMap((bot, replica) => (bot?.lines ?? []).map((line) => `bot ${replica}: ${line}`));
  return {
    ...done,
    ...judgement,
    violations,
    seed: schedule.seed,
    scale: harness.time.shared().scale,
    seconds: (Date.now() - began) / 1000,
    report: violations.length === 0 ? [] : [...schedule.actions.map(describeAction), ...lines.slice(-80)],
  };
}
