import { GATE_ACTIONS } from "../../src/core/execution.ts";
import type { Json } from "../support/http-json.ts";
import { formatTurn } from "./bot-messages.ts";
import type { BotFaults, Harness } from "./harness.ts";
import { isOpen } from "./open-message.ts";
import { findRoute } from "./runbooks.ts";

/** Time for the bots to finish without a time jump: the longer of `machineMs` real and `clockMs` fast milliseconds. */
const IDLE = { machineMs: 600, clockMs: 4_000 };
/** While the remaining work changes, time does not jump, because a channel takes one post a second; but not forever. */
const MAX_WINDOWS = 20;
/** Real milliseconds between two checks. Each check reads the complete state of both stand-ins. */
const CHECK_INTERVAL_MS = 120;
/** After that, time jumps forward in growing strides, because some work is due only after minutes. */
const STRIDE_MS = 10_000;
const MAX_STRIDE_MS = 300_000;
const MAX_STRIDES = 28;

/**
 * Ends all faults, starts every dead bot, and waits until no work remains. Then freezes the time of the stand-ins, so that
 * no step times out before the evaluation. Resolves with null, or with the remaining work if there is still some at the end.
 */
export async function waitUntilIdle(harness: Harness, botFaults: BotFaults = {}): Promise<string | null> {
  await harness.endFaults();
  for (const [replica, bot] of harness.bots().entries()) {
    if (bot === undefined || bot.hasEnded()) await harness.startBot(replica, botFaults);
    else bot.signal("SIGCONT");
  }
  let left = "";
  for (let strides = 0, stride = STRIDE_MS; strides < MAX_STRIDES; strides++) {
    const windowMs = Math.max(IDLE.machineMs, harness.time.toMachineMs(IDLE.clockMs));
    const last = Date.now() + MAX_WINDOWS * windowMs;
    let end = Date.now() + windowMs;
    while (Date.now() < Math.min(end, last)) {
      let found = await findRemainingWork(harness);
      if (found === null) {
        // Only when no work is left: frozen, the clock of the stand-ins falls behind the clocks of the bots.
        harness.time.freeze();
        found = await findRemainingWork(harness);
        if (found === null) return null;
        harness.time.unfreeze();
      }
      if (found !== left) end = Date.now() + windowMs;
      left = found;
      await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS));
    }
    harness.advanceTime(stride);
    stride = Math.min(MAX_STRIDE_MS, stride * 2);
  }
  return left;
}

/** Returns null if the store has no work and the messages match the state in AWS; otherwise lists the differences. */
async function findRemainingWork(harness: Harness): Promise<string | null> {
  const bot = harness.bots().find((each) => each !== undefined && !each.hasEnded());
  const pending = (await bot?.pending()) ?? null;
  if (pending === null) return "no bot replies";
  const { executions } = await harness.control.aws("executions");
  const waiting = new Map<string, string>(executions.flatMap(findWaitingSteps));
  const { watched, open, withoutEffect, sending: _, ...rows } = pending;
  const due = Object.entries({
    ...rows,
    "polled without a waiting step": watched.filter((id) => ![...waiting.values()].includes(id)),
    "open without a waiting step": open.filter((id) => !waiting.has(id)),
    "waiting without a request": [...waiting.keys()].filter((id) => ![...open, ...withoutEffect].includes(id)),
    running: executions.filter(isRunning).map((each: Json) => each.AutomationExecutionId),
  });
  const remaining = due.filter(([, ids]) => ids.length > 0).map(([name, ids]) => `${name}: ${ids.join(" ")}`);
  const { channels } = await harness.control.slack("state");
  for (const execution of executions) {
    const expected = findWaitingSteps(execution).filter(([turn]) => !withoutEffect.includes(turn)).length;
    for (const channel of findRoute(execution.DocumentName).channels) {
      const open = countOpenMessages(channels, channel, execution.AutomationExecutionId);
      // Extra messages do not go away with time: the evaluation reports them.
      if (expected === 0 ? open > 0 : open < expected)
        remaining.push(`${execution.AutomationExecutionId} has ${open} open messages in ${channel}`);
    }
  }
  return remaining.length === 0 ? null : remaining.join("; ");
}

/** Finds the turns of steps that wait for an approval or at a pause, each with its execution. */
function findWaitingSteps(execution: Json): [string, string][] {
  return execution.StepExecutions.filter(
    (step: Json) => step.StepStatus === "Waiting" && GATE_ACTIONS.includes(step.Action),
  ).map((step: Json) => [
    formatTurn(step.StepExecutionId, Math.round(step.ExecutionStartTime * 1000)),
    execution.AutomationExecutionId,
  ]);
}

function isRunning(execution: Json): boolean {
  return execution.AutomationExecutionStatus === "InProgress";
}

function countOpenMessages(channels: Json[], channelId: string, executionId: string): number {
  const { messages } = channels.find((channel) => channel.id === channelId);
  return messages.filter((message: Json) => {
    return isOpen(message) && JSON.stringify(message.blocks).includes(executionId);
  }).length;
}
