import { told } from "./actions.ts";
import { calm } from "./wait-until-idle.ts";
import { type Evidence, gatherEvidence } from "./oracle/evidence.ts";
import { type Judgement, judge } from "./oracle/evaluate-evidence.ts";
import { type Done, perform } from "./perform.ts";
import type { Schedule } from "./schedule.ts";
import type { Spoil, Stage } from "./harness.ts";

export interface Result extends Judgement, Done {
  seed: number;
  seconds: number;
  /** How many times as fast as the machine's clock it ran. */
  scale: number;
  /** What happened, for a violation: the actions, and what each bot said last. */
  story: string[];
}

const MOST_AGAIN = 3;
const isUnderWay = (click: Evidence["records"]["clicks"][number]) =>
  click.evaluatedAt === null || (click.reply !== null && click.repliedAt === null);

/** What is seen once every bot is killed. */
async function evidenceAtRest(stage: Stage): Promise<Evidence> {
  await Promise.all(stage.bots().map((bot) => bot?.kill()));
  return gatherEvidence(stage);
}

/** One schedule from an empty world to its judgement. */
export async function runSchedule(stage: Stage, schedule: Schedule, spoil: Spoil = {}): Promise<Result> {
  const began = Date.now();
  await stage.reset();
  const done = await perform(stage, schedule, spoil);
  let left = await calm(stage, spoil);
  let evidence = await evidenceAtRest(stage);
  // A click that was on its way to a bot that had been paused may be recorded in the last moment before the kill.
  for (let again = 0; again < MOST_AGAIN && evidence.records.clicks.some(isUnderWay); again++) {
    stage.time.release();
    left = await calm(stage, spoil);
    evidence = await evidenceAtRest(stage);
  }
  const judgement = judge(evidence);
  const violations = [
    ...judgement.violations,
    ...stage.collapsed(),
    ...(left === null ? [] : [`not everything came to rest: ${left}`]),
  ];
  const lines = stage.bots().flatMap((bot, replica) => (bot?.lines ?? []).map((line) => `bot ${replica}: ${line}`));
  return {
    ...done,
    ...judgement,
    violations,
    seed: schedule.seed,
    scale: stage.time.shared().scale,
    seconds: (Date.now() - began) / 1000,
    story: violations.length === 0 ? [] : [...schedule.actions.map(told), ...lines.slice(-80)],
  };
}
