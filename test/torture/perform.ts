import type { Action, FaultBody } from "./actions.ts";
import { clickMessage } from "./click-message.ts";
import type { BotFaults, Harness } from "./harness.ts";
import type { Schedule } from "./schedule.ts";

/** What was done in a schedule, for its figures. */
export interface ActionCounts {
  kills: number;
  pauses: number;
  clicks: number;
  /** By what they are: `slack drop-reply`, `aws outage`... */
  faults: Record<string, number>;
}

/** Does everything that a schedule says, each at its time. Resolves when all of it is done and every bot runs again. */
export async function performSchedule(
  harness: Harness,
  schedule: Schedule,
  botFaults: BotFaults,
): Promise<ActionCounts> {
  const done: ActionCounts = { kills: 0, pauses: 0, clicks: 0, faults: {} };
  const executions: string[] = [];
  const down = new Set<number>();
  const starting = Array.from({ length: schedule.replicas }, (_, replica) => harness.startBot(replica, botFaults));
  await Promise.all(starting);
  const under: Promise<unknown>[] = [];
  const began = Date.now();
  for (const action of schedule.actions) {
    const passed = (Date.now() - began) / harness.time.toMachineMs(1);
    if (action.at > passed) await harness.wait(action.at - passed);
    under.push(performAction({ harness, action, executions, done, down, botFaults }));
  }
  // One that fails must not leave another that goes on into the next schedule.
  for (const result of await Promise.allSettled(under)) if (result.status === "rejected") throw result.reason;
  return done;
}

async function performAction(given: {
  harness: Harness;
  action: Action;
  /** Ids, in the order of their starts. */
  executions: string[];
  done: ActionCounts;
  /** Replicas that were killed and will be started. */
  down: Set<number>;
  botFaults: BotFaults;
}): Promise<void> {
  const { harness, action, executions, done, down, botFaults } = given;
  const executionOf = (index: number) => executions[index % Math.max(1, executions.length)];
  const count = (what: string, times = 1) => {
    done.faults[what] = (done.faults[what] ?? 0) + times;
  };
  switch (action.kind) {
    case "run":
      executions.push(await harness.run(action.runbook));
      return;
    case "unattended":
      await harness.run(action.runbook, action.count);
      return;
    case "click": {
      const executionId = executionOf(action.execution);
      if (executionId !== undefined && (await clickMessage(harness, { ...action, executionId }))) done.clicks += 1;
      return;
    }
    case "console": {
      const executionId = executionOf(action.execution);
      if (executionId !== undefined) await harness.decide(executionId, action.does);
      return;
    }
    case "slack-fault":
      count(`slack ${action.fault.kind}`, action.fault.times);
      await harness.control.slack("faults", action.fault);
      return;
    case "aws-fault":
      count(`aws ${action.fault.kind}`, action.fault.times);
      await harness.control.aws("faults", toMachineTime(harness, action.fault));
      return;
    case "outage":
      count(`${action.of} outage`);
      await harness.control[action.of]("faults", { operation: "*", kind: "refuse" });
      await harness.wait(action.ms);
      await harness.clearFaults();
      return;
    case "disconnect":
      count("slack disconnect");
      await harness.control.slack("disconnect", { reason: action.reason }).catch(() => undefined); // nobody connected
      return;
    case "kill": {
      const bot = harness.bots()[action.replica];
      if (bot === undefined || down.has(action.replica)) return; // it is coming back already
      done.kills += 1;
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
      done.pauses += 1;
      bot.signal("SIGSTOP");
      await harness.wait(action.ms / 4);
      harness.pass(action.ms / 2); // the others live on meanwhile; it need not take that long
      await harness.wait(action.ms / 4);
      bot.signal("SIGCONT");
      return;
    }
    case "pass":
      return harness.pass(action.ms);
    case "skew":
      return harness.skew(action.ms);
    default:
      throw new Error(`no such action: ${action satisfies never}`);
  }
}

/** The AWS stand-in takes delays in the machine's milliseconds and knows no seconds of Retry-After. */
function toMachineTime(harness: Harness, fault: FaultBody): FaultBody {
  const { retryAfterSeconds: _, ...rest } = fault;
  return rest.delayMs === undefined ? rest : { ...rest, delayMs: Math.round(harness.time.toMachineMs(rest.delayMs)) };
}
