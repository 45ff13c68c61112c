import type { Action, FaultBody, Verdict } from "./actions.ts";
import type { Prng } from "./prng.ts";
import { APPROVERS, OTHERS, PAUSED } from "./runbooks.ts";

/** Times of a schedule, in milliseconds. Every other runbook has started before the first. */
const [STARTS_AT, DECIDED_UNTIL] = [19_000, 32_000];

/**
 * Makes one or two executions with a pause, their decisions in Slack and in the console, and lost replies to a stop.
 * `before`: the number of executions that start earlier.
 */
export function makePauses(prng: Prng, before: number): Action[] {
  const runbooks = Array.from({ length: prng.int(1, 2) }, () => prng.pick(PAUSED));
  return runbooks.flatMap((runbook, index): Action[] => {
    const execution = before + index;
    const startedAt = STARTS_AT + index * 1_000;
    const at = () => prng.int(startedAt + 3_000, DECIDED_UNTIL);
    return [
      { at: startedAt, kind: "run", runbook },
      ...Array.from({ length: prng.int(3, 6) }, () => makeDecision(prng, execution, at())).flat(),
      ...(prng.chance(0.3) ? [makeStopFault(prng, at())] : []),
    ];
  });
}

/** Makes a click, or a decision in the console that a click follows at once. */
function makeDecision(prng: Prng, execution: number, at: number): Action[] {
  const click = (after: number): Action => ({
    ...{ at: at + after, kind: "click", execution, channel: "C0APPROVALS" },
    user: prng.pick(prng.chance(0.9) ? APPROVERS : OTHERS),
    // Approve is for the gate after a pause, or, on the message of a pause, a click that its buttons do not make.
    verdict: prng.pick<Verdict>(["resume", "resume", "resume", "resume", "stop", "approve", "withdraw"]),
    twice: prng.chance(0.15),
    stale: prng.chance(0.15),
  });
  if (prng.chance(0.7)) return [click(0)];
  const decision = prng.pick(["Resume", "Resume", "Approve", "Cancel"] as const);
  return [{ at, kind: "console", execution, decision }, click(prng.int(0, 2_000))];
}

function makeStopFault(prng: Prng, at: number): Action {
  const common = { operation: "StopAutomationExecution", times: prng.int(1, 2) };
  const fault: FaultBody = prng.pick([
    { ...common, kind: "drop-reply" },
    { ...common, kind: "error", status: 500, afterExecution: true },
    { ...common, kind: "delay", delayMs: prng.int(500, 8_000) },
    { ...common, kind: "throttle" },
  ]);
  return { at, kind: "aws-fault", fault };
}
