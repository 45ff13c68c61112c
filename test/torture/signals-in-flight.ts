import type { Action } from "./actions.ts";
import { clickMessage, hasOpenMessage } from "./click-message.ts";
import type { Harness } from "./harness.ts";
import type { Prng } from "./prng.ts";
import type { Setting } from "./setting.ts";

/** The period in which these actions start, in milliseconds of the fast clock. */
const [STARTS_AT, STARTS_UNTIL] = [500, 20_000];
/** The delay of a signal: long enough for a decision elsewhere, and shorter than the time limit of the bot's call. */
const [MIN_DELAY_MS, MAX_DELAY_MS] = [6_000, 12_000];

/**
 * Makes decisions elsewhere while a signal is in flight, in runbooks in which another gate follows at once or after two
 * seconds, and signals that AWS accepts without effect.
 */
export function makeSignalsInFlight(prng: Prng, { signers }: Pick<Setting, "signers">): Action[] {
  // As approvers, AWS needs both of them for a gate of Goes-On: one decision elsewhere does not end it.
  const overtaken =
    signers === "bot" ? ["Two-Gates", "Two-Gates", "Goes-On", "Loop"] : ["Two-Gates", "Two-Gates", "Loop"];
  const actions: Action[] = [];
  if (prng.chance(0.5)) {
    const runbook = prng.pick(overtaken);
    const delayMs = prng.int(MIN_DELAY_MS, MAX_DELAY_MS);
    actions.push({
      at: prng.int(STARTS_AT, STARTS_UNTIL),
      kind: "overtake",
      runbook,
      users: pickUsers(prng, runbook),
      delayMs,
    });
  }
  if (prng.chance(0.3)) {
    const runbook = prng.pick(["One-Gate", "Two-Gates"]);
    const decidedAfterMs = prng.chance(0.4) ? prng.int(500, 8_000) : null;
    const at = prng.int(STARTS_AT, STARTS_UNTIL);
    actions.push({ at, kind: "lose-effect", runbook, users: pickUsers(prng, runbook), decidedAfterMs });
  }
  return actions;
}

/** Picks the people whose approvals decide a gate of the runbook. */
function pickUsers(prng: Prng, runbook: string): string[] {
  const [first, second] = prng.chance(0.5) ? ["U0JANE", "U0DAN"] : ["U0DAN", "U0JANE"];
  return runbook === "Goes-On" ? [first, second] : [first];
}

/** How long the action waits for a message, and after each try of the clicks for the signal, in milliseconds of the fast clock. */
const MESSAGE_TIMEOUT_MS = 60_000;
const SIGNAL_TIMEOUT_MS = 15_000;
/** A person clicks again if the message does not change. */
const MAX_TRIES = 3;
const CHECK_INTERVAL_MS = 200;

type Given<K extends Action["kind"]> = { harness: Harness; action: Action & { kind: K } };

/**
 * Starts an execution, delays the next signal, completes the decision in Slack, and decides the step elsewhere as soon as the
 * signal is in flight. Resolves with the number of clicks. Without a message or a signal in time, nothing more happens.
 */
export async function overtakeSignal({ harness, action }: Given<"overtake">): Promise<number> {
  const executionId = await harness.run(action.runbook);
  if (!(await waitForMessage(harness, executionId))) return 0;
  const delayMs = Math.round(harness.time.toMachineMs(action.delayMs));
  await harness.control.aws("faults", { operation: "SendAutomationSignal", kind: "delay", delayMs, times: 1 });
  const isTaken = async () => {
    const { faults } = await harness.control.aws("faults");
    return !faults.some((fault: typeof faults) => fault.kind === "delay" && fault.delayMs === delayMs);
  };
  const { clicks, isSignaled } = await decide(harness, executionId, action.users, isTaken);
  if (isSignaled) await harness.decide(executionId, "Approve");
  return clicks;
}

/**
 * Starts an execution and completes the decision in Slack while signals have no effect. Resolves with the number of clicks.
 */
export async function loseEffect({ harness, action }: Given<"lose-effect">): Promise<number> {
  const executionId = await harness.run(action.runbook);
  if (!(await waitForMessage(harness, executionId))) return 0;
  await harness.control.aws("assumptions", { signalEffect: "none" });
  const hasSignal = async () => {
    const { executions } = await harness.control.aws("executions");
    const own = executions.find((each: typeof executions) => each.AutomationExecutionId === executionId);
    return own.signals.length > 0;
  };
  const { clicks } = await decide(harness, executionId, action.users, hasSignal);
  await harness.control.aws("assumptions", { signalEffect: "decides" });
  if (action.decidedAfterMs !== null) {
    await harness.wait(action.decidedAfterMs);
    await harness.decide(executionId, "Approve");
  }
  return clicks;
}

/** The first channel of every route. */
const CHANNEL = "C0APPROVALS";

const waitForMessage = (harness: Harness, executionId: string) =>
  waitFor(harness, () => hasOpenMessage(harness, CHANNEL, executionId), MESSAGE_TIMEOUT_MS);

/** Clicks until the signal is there. Resolves with the number of clicks. */
async function decide(
  harness: Harness,
  executionId: string,
  users: readonly string[],
  hasSignal: () => Promise<boolean>,
): Promise<{ clicks: number; isSignaled: boolean }> {
  let clicks = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    for (const user of (await hasOpenMessage(harness, CHANNEL, executionId)) ? users : []) {
      const click = { user, channel: CHANNEL, executionId, verdict: "approve", twice: false, stale: false } as const;
      if (await clickMessage(harness, click)) clicks += 1;
    }
    if (await waitFor(harness, hasSignal, SIGNAL_TIMEOUT_MS)) return { clicks, isSignaled: true };
  }
  return { clicks, isSignaled: false };
}

async function waitFor(harness: Harness, isDone: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (let waited = 0; waited < timeoutMs; waited += CHECK_INTERVAL_MS) {
    if (await isDone()) return true;
    await harness.wait(CHECK_INTERVAL_MS);
  }
  return false;
}
