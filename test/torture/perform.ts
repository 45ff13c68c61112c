import type { Action, FaultBody } from "./actions.ts";
import { press } from "./click-message.ts";
import type { Schedule } from "./schedule.ts";
import type { Spoil, Stage } from "./harness.ts";

/** What was done in a schedule, for its figures. */
export interface Done {
  kills: number;
  pauses: number;
  clicks: number;
  /** By what they are: `slack drop-reply`, `aws outage`... */
  faults: Record<string, number>;
}

/** Does everything that a schedule says, each at its time. Resolves when all of it is done and every bot runs again. */
export async function perform(stage: Stage, schedule: Schedule, spoil: Spoil): Promise<Done> {
  const done: Done = { kills: 0, pauses: 0, clicks: 0, faults: {} };
  const executions: string[] = [];
  const down = new Set<number>();
  const starting = Array.from({ length: schedule.replicas }, (_, replica) => stage.startBot(replica, spoil));
  await Promise.all(starting);
  const under: Promise<unknown>[] = [];
  const began = Date.now();
  for (const action of schedule.actions) {
    const passed = (Date.now() - began) / stage.time.real(1);
    if (action.at > passed) await stage.wait(action.at - passed);
    under.push(act({ stage, action, executions, done, down, spoil }));
  }
  // One that fails must not leave another that goes on into the next schedule.
  for (const result of await Promise.allSettled(under)) if (result.status === "rejected") throw result.reason;
  return done;
}

async function act(given: {
  stage: Stage;
  action: Action;
  /** Ids, in the order of their starts. */
  executions: string[];
  done: Done;
  /** Replicas that were killed and will be started. */
  down: Set<number>;
  spoil: Spoil;
}): Promise<void> {
  const { stage, action, executions, done, down, spoil } = given;
  const executionOf = (index: number) => executions[index % Math.max(1, executions.length)];
  const count = (what: string, times = 1) => {
    done.faults[what] = (done.faults[what] ?? 0) + times;
  };
  switch (action.kind) {
    case "run":
      executions.push(await stage.run(action.runbook));
      return;
    case "unattended":
      await stage.run(action.runbook, action.count);
      return;
    case "click": {
      const executionId = executionOf(action.execution);
      if (executionId !== undefined && (await press(stage, { ...action, executionId }))) done.clicks += 1;
      return;
    }
    case "console": {
      const executionId = executionOf(action.execution);
      if (executionId !== undefined) await stage.decide(executionId, action.does);
      return;
    }
    case "slack-fault":
      count(`slack ${action.fault.kind}`, action.fault.times);
      await stage.control.slack("faults", action.fault);
      return;
    case "aws-fault":
      count(`aws ${action.fault.kind}`, action.fault.times);
      await stage.control.aws("faults", onMachineTime(stage, action.fault));
      return;
    case "outage":
      count(`${action.of} outage`);
      await stage.control[action.of]("faults", { operation: "*", kind: "refuse" });
      await stage.wait(action.ms);
      await stage.clearFaults();
      return;
    case "disconnect":
      count("slack disconnect");
      await stage.control.slack("disconnect", { reason: action.reason }).catch(() => undefined); // nobody connected
      return;
    case "kill": {
      const bot = stage.bots()[action.replica];
      if (bot === undefined || down.has(action.replica)) return; // it is coming back already
      done.kills += 1;
      down.add(action.replica);
      await bot.kill();
      await stage.wait(action.downMs);
      down.delete(action.replica);
      await stage.startBot(action.replica, spoil);
      return;
    }
    case "pause": {
      const bot = stage.bots()[action.replica];
      if (bot === undefined || down.has(action.replica)) return;
      done.pauses += 1;
      bot.signal("SIGSTOP");
      await stage.wait(action.ms / 4);
      stage.pass(action.ms / 2); // the others live on meanwhile; it need not take that long
      await stage.wait(action.ms / 4);
      bot.signal("SIGCONT");
      return;
    }
    case "pass":
      return stage.pass(action.ms);
    case "skew":
      return stage.skew(action.ms);
    default:
      throw new Error(`no such action: ${action satisfies never}`);
  }
}

/** The AWS stand-in takes delays in the machine's milliseconds and knows no seconds of Retry-After. */
function onMachineTime(stage: Stage, fault: FaultBody): FaultBody {
  const { retryAfterSeconds: _, ...rest } = fault;
  return rest.delayMs === undefined ? rest : { ...rest, delayMs: Math.round(stage.time.real(rest.delayMs)) };
}
