import type { Json } from "../support/http-json.ts";
import { routeOf } from "./runbooks.ts";
import type { Spoil, Stage } from "./harness.ts";

/** How long nothing is moved while everything comes to rest by itself: of the machine's milliseconds, and of the clock's. */
const PATIENCE = { machineMs: 600, clockMs: 4_000 };
/** Between two looks, of the machine's milliseconds: each costs both stand-ins their whole state. */
const LOOK_MS = 120;
/** Then time is moved on, in ever longer strides: some things wait for minutes. */
const STRIDE_MS = 10_000;
const LONGEST_STRIDE_MS = 300_000;
const MOST_STRIDES = 28;

/**
 * Ends all trouble and waits until nothing is left to do; then the stand-ins' time stands still, so that no step runs out
 * of it before the judgement. Resolves with what is left when that does not come about.
 */
export async function calm(stage: Stage, spoil: Spoil = {}): Promise<string | null> {
  await stage.clearFaults();
  for (const [replica, bot] of stage.bots().entries()) {
    if (bot === undefined || bot.isOver()) await stage.startBot(replica, spoil);
    else bot.signal("SIGCONT");
  }
  let left = "";
  for (let strides = 0, stride = STRIDE_MS; strides < MOST_STRIDES; strides++) {
    const end = Date.now() + Math.max(PATIENCE.machineMs, stage.time.real(PATIENCE.clockMs));
    while (Date.now() < end) {
      stage.time.hold();
      const found = await unsettled(stage);
      if (found === null) return null;
      stage.time.release();
      left = found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    stage.pass(stride);
    stride = Math.min(LONGEST_STRIDE_MS, stride * 2);
  }
  return left;
}

/** Null when the store asks for nothing more and the messages tell what AWS shows; else what is not so. */
async function unsettled(stage: Stage): Promise<string | null> {
  const bot = stage.bots().find((each) => each !== undefined && !each.isOver());
  const pending = (await bot?.pending()) ?? null;
  if (pending === null) return "no bot answers";
  const { executions } = await stage.control.aws("executions");
  const waiting = new Map<string, string>(executions.flatMap(waitingSteps));
  const { watched, open, ...rows } = pending;
  const due = Object.entries({
    ...rows,
    followed: watched.filter((id) => ![...waiting.values()].includes(id)),
    ended: open.filter((id) => !waiting.has(id)),
    unknown: [...waiting.keys()].filter((id) => !open.includes(id)),
    "under way": executions.filter(isUnderWay).map((each: Json) => each.AutomationExecutionId),
  });
  const words = due.filter(([, ids]) => ids.length > 0).map(([what, ids]) => `${what}: ${ids.join(" ")}`);
  const { channels } = await stage.control.slack("state");
  for (const execution of executions) {
    const want = waitingSteps(execution).length;
    for (const channel of routeOf(execution.DocumentName).channels) {
      const open = openMessages(channels, channel, execution.AutomationExecutionId);
      // Too many of them come to rest too: that is for the judgement.
      if (want === 0 ? open > 0 : open < want)
        words.push(`${execution.AutomationExecutionId} has ${open} open messages in ${channel}`);
    }
  }
  return words.length === 0 ? null : words.join("; ");
}

/** Step executions that wait for an approval, each with its execution. */
function waitingSteps(execution: Json): [string, string][] {
  return execution.StepExecutions.filter(
    (step: Json) => step.StepStatus === "Waiting" && step.Action === "aws:approve",
  ).map((step: Json) => [step.StepExecutionId, execution.AutomationExecutionId]);
}

function isUnderWay(execution: Json): boolean {
  return execution.AutomationExecutionStatus === "InProgress";
}

function openMessages(channels: Json[], channelId: string, executionId: string): number {
  const { messages } = channels.find((channel) => channel.id === channelId);
  return messages.filter((message: Json) => {
    const blocks = JSON.stringify(message.blocks ?? []);
    return blocks.includes(executionId) && blocks.includes('"action_id":"approve"');
  }).length;
}
