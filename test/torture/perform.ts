import type { Action, FaultBody } from "./actions.ts";
import { clickMessage, clickOften } from "./click-message.ts";
import type { BotFaults, Harness } from "./harness.ts";
import type { Schedule } from "./schedule.ts";
import { loseEffect, overtakeSignal } from "./signals-in-flight.ts";

/** The number of actions that a schedule performed, for the figures. */
export interface ActionCounts {
  kills: number;
  pauses: number;
  clicks: number;
  /** Clicks of storms. */
  stormClicks: number;
  /** By service and kind: `slack drop-reply`, `aws outage`... */
  faults: Record<string, number>;
}

/** Performs each action of a schedule at its time. Resolves when all actions are complete and every bot runs again. */
export async function performSchedule(
  harness: Harness,
  schedule: Schedule,
  botFaults: BotFaults,
): Promise<ActionCounts> {
  const counts: ActionCounts = { kills: 0, pauses: 0, clicks: 0, stormClicks: 0, faults: {} };
  const executions: string[] = [];
  const down = new Set<number>();
  const starting = Array.from({ length: schedule.replicas }, (_, replica) => harness.startBot(replica, botFaults));
  await Promise.all(starting);
  const running: Promise<unknown>[] = [];
  const began = Date.now();
  for (const action of schedule.actions) {
    const elapsed = (Date.now() - began) / harness.time.toMachineMs(1);
    if (action.at > elapsed) await harness.wait(action.at - elapsed);
    running.push(performAction({ harness, action, executions, counts, down, botFaults }));
  }
  // Wait for all, even after a failure: an action must not continue into the next schedule.
  for (const result of await Promise.allSettled(running)) if (result.status === "rejected") throw result.reason;
  return counts;
}

async function performAction(given: {
  harness: Harness;
  action: Action;
  /** Execution ids, in start order. */
  executions: string[];
  counts: ActionCounts;
  /** Replicas that were killed and not started again yet. */
  down: Set<number>;
  botFaults: BotFaults;
}): Promise<void> {
  const { harness, action, executions, counts, down, botFaults } = given;
  const findExecution = (index: number) => executions[index % Math.max(1, executions.length)];
  const countFault = (name: string, times = 1) => {
    counts.faults[name] = (counts.faults[name] ?? 0) + times;
  };
  switch (action.kind) {
    case "run":
      executions.push(await harness.run(action.runbook));
      return;
    case "flood":
      await harness.run(action.runbook, action.count);
      return;
    case "click": {
      const executionId = findExecution(action.execution);
      if (executionId !== undefined && (await clickMessage(harness, { ...action, executionId }))) counts.clicks += 1;
      return;
    }
    case "storm": {
      const executionId = findExecution(action.execution);
      if (executionId !== undefined) counts.stormClicks += await clickOften(harness, { ...action, executionId });
      return;
    }
    case "group":
      return harness.changeGroup(action.users);
    case "delete-message": {
      const executionId = findExecution(action.execution);
      if (executionId !== undefined) await harness.deleteMessage(executionId, action.channel);
      return;
    }
    case "console": {
      const executionId = findExecution(action.execution);
      if (executionId !== undefined) await harness.decide(executionId, action.decision);
      return;
    }
    case "overtake":
      countFault("aws delay");
      counts.clicks += await overtakeSignal({ harness, action });
      return;
    case "lose-effect":
      countFault("aws signals without effect");
      counts.clicks += await loseEffect({ harness, action });
      return;
    case "slack-fault":
      countFault(`slack ${action.fault.kind}`, action.fault.times);
      await harness.control.slack("faults", action.fault);
      return;
    case "aws-fault":
      countFault(`aws ${action.fault.kind}`, action.fault.times);
      await harness.control.aws("faults", toMachineTime(harness, action.fault));
      return;
    case "event-fault":
      countFault(`event ${action.fault.kind}`, action.fault.times);
      await harness.control.aws("bus/faults", action.fault);
      return;
    case "outage":
      countFault(`${action.service} outage`);
      await harness.control[action.service]("faults", { operation: "*", kind: "refuse" });
      await harness.wait(action.ms);
      await harness.clearFaults();
      return;
    case "disconnect":
      countFault("slack disconnect");
      await harness.control.slack("disconnect", { reason: action.reason }).catch(() => undefined); // no open socket
      return;
    case "kill": {
      const bot = harness.bots()[action.replica];
      if (bot === undefined || down.has(action.replica)) return; // it is already restarting
      counts.kills += 1;
      down.add(action.replica);
      await bot.kill();
      await harness.wait(action.downMs);
      down.delete(action.replica);
      await harness.startBot(action.replica, botFaults);
      return;
    }
    case "pause": {
      const bot = harness.bots()[action.replica];
      if (bot === undefined || down.has(action.replica)) return;
      counts.pauses += 1;
      bot.signal("SIGSTOP");
      await harness.wait(action.ms / 4);
      harness.advanceTime(action.ms / 2); // half of the pause is a time jump, so that it takes less real time
      await harness.wait(action.ms / 4);
      bot.signal("SIGCONT");
      return;
    }
    case "advance-time":
      if (action.ms > MAX_JUMP_IN_FLIGHT_MS) await waitForSignals(harness);
      return harness.advanceTime(action.ms);
    case "skew":
      return harness.skew(action.ms);
    default:
      throw new Error(`no such action: ${action satisfies never}`);
  }
}

/**
 * The longest time jump while a signal may be in flight: with the delays of faults and pauses, the signal is younger than five
 * minutes when it takes effect. AWS accepts a signature for that time.
 */
const MAX_JUMP_IN_FLIGHT_MS = 150_000;
/** Longer than any delay of a signal, in milliseconds of the fast clock. After a crash, a request stays in `sending`. */
const MAX_IN_FLIGHT_MS = 20_000;
const CHECK_INTERVAL_MS = 400;

/** Waits until no signal is in flight. */
async function waitForSignals(harness: Harness): Promise<void> {
  for (let waited = 0; waited < MAX_IN_FLIGHT_MS; waited += CHECK_INTERVAL_MS) {
    const bots = harness.bots().filter((bot) => bot !== undefined && !bot.hasEnded());
    const pending = await Promise.all(bots.map((bot) => bot?.pending()));
    if (bots.length > 0 && pending.every((each) => each?.sending.length === 0)) return;
    await harness.wait(CHECK_INTERVAL_MS);
  }
}

/** Converts a fault for the AWS stand-in, which takes delays in real milliseconds and has no `retryAfterSeconds`. */
function toMachineTime(harness: Harness, fault: FaultBody): FaultBody {
  const { retryAfterSeconds: _, ...rest } = fault;
  return rest.delayMs === undefined ? rest : { ...rest, delayMs: Math.round(harness.time.toMachineMs(rest.delayMs)) };
}
