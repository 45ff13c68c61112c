import type { Json } from "../support/http-json.ts";
import type { BotFaults, Harness } from "./harness.ts";
import { findRoute } from "./runbooks.ts";

/** How long nothing is moved while everything comes to rest by itself: of the machine's milliseconds, and of the clock's. */
const IDLE = { machineMs: 600, clockMs: 4_000 };
/** Between two looks, of the machine's milliseconds: each costs both stand-ins their whole state. */
const CHECK_INTERVAL_MS = 120;
/** Then time is moved on, in ever longer strides: some things wait for minutes. */
const STRIDE_MS = 10_000;
const MAX_STRIDE_MS = 300_000;
const MAX_STRIDES = 28;

/**
 * Ends all trouble and waits until nothing is left to do; then the stand-ins' time stands still, so that no step runs out
 * of it before the judgement. Resolves with what is left when that does not come about.
 */
export async function waitUntilIdle(harness: Harness, botFaults: BotFaults = {}): Promise<string | null> {
  await harness.clearFaults();
  for (const [replica, bot] of harness.bots().entries()) {
    if (bot === undefined || bot.hasEnded()) await harness.startBot(replica, botFaults);
    else bot.signal("SIGCONT");
  }
  let left = "";
  for (let strides = 0, stride = STRIDE_MS; strides < MAX_STRIDES; strides++) {
    const end = Date.now() + Math.max(IDLE.machineMs, harness.time.toMachineMs(IDLE.clockMs));
    while (Date.now() < end) {
      harness.time.freeze();
      const found = await findRemainingWork(harness);
      if (found === null) return null;
      harness.time.unfreeze();
      left = found;
      await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS));
    }
    harness.pass(stride);
    stride = Math.min(MAX_STRIDE_MS, stride * 2);
  }
  return left;
}

/** Null when the store asks for nothing more and the messages tell what AWS shows; else what is not so. */
async function findRemainingWork(harness: Harness): Promise<string | null> {
  const bot = harness.bots().find((each) => each !== undefined && !each.hasEnded());
  const pending = (await bot?.pending()) ?? null;
  if (pending === null) return "no bot answers";
  const { executions } = await harness.control.aws("executions");
  const waiting = new Map<string, string>(executions.flatMap(findWaitingSteps));
  const { watched, open, ...rows } = pending;
  const due = Object.entries({
    ...rows,
    followed: watched.filter((id) => ![...waiting.values()].includes(id)),
    ended: open.filter((id) => !waiting.has(id)),
    unknown: [...waiting.keys()].filter((id) => !open.includes(id)),
    "under way": executions.filter(isRunning).map((each: Json) => each.AutomationExecutionId),
  });
  const words = due.filter(([, ids]) => ids.length > 0).map(([what, ids]) => `${what}: ${ids.join(" ")}`);
  const { channels } = await harness.control.slack("state");
  for (const execution of executions) {
    const want = findWaitingSteps(execution).length;
    for (const channel of findRoute(execution.DocumentName).channels) {
      const open = countOpenMessages(channels, channel, execution.AutomationExecutionId);
      // Too many of them come to rest too: that is for the judgement.
      if (want === 0 ? open > 0 : open < want)
        words.push(`${execution.AutomationExecutionId} has ${open} open messages in ${channel}`);
    }
  }
  return words.length === 0 ? null : words.join("; ");
}

/** Step executions that wait for an approval, each with its execution. */
function findWaitingSteps(execution: Json): [string, string][] {
  return execution.StepExecutions.filter(
    (step: Json) => step.StepStatus === "Waiting" && step.Action === "aws:approve",
  ).map((step: Json) => [step.StepExecutionId, execution.AutomationExecutionId]);
}

function isRunning(execution: Json): boolean {
  return execution.AutomationExecutionStatus === "InProgress";
}

function countOpenMessages(channels: Json[], channelId: string, executionId: string): number {
  const { messages } = channels.find((channel) => channel.id === channelId);
  return messages.filter((message: Json) => {
    const blocks = JSON.stringify(message.blocks ?? []);
    return blocks.includes(executionId) && blocks.includes('"action_id":"approve"');
  }).length;
}
