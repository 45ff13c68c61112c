import type { Action } from "./actions.ts";
import type { Schedule } from "./schedule.ts";
import { PLAIN } from "./setting.ts";

const click = (at: number, user: string, more: Partial<Action & { kind: "click" }> = {}): Action => ({
  at,
  kind: "click",
  user,
  execution: 0,
  channel: "C0APPROVALS",
  verdict: "approve",
  twice: false,
  stale: false,
  ...more,
});

/** For each mutant, the shortest actions that need the removed safeguard. */
const SCENARIOS: Record<string, Action[]> = {
  // The first gate is approved in the console, and no event or list has told the bot when an approver clicks on its message.
  "no-fresh-read": [
    { at: 100, kind: "run", runbook: "Two-Gates" },
    { at: 24_000, kind: "event-fault", fault: { kind: "lose", times: 60 } },
    {
      at: 24_000,
      kind: "aws-fault",
      fault: { operation: "DescribeAutomationExecutions", kind: "throttle", times: 60 },
    },
    { at: 25_000, kind: "console", execution: 0, decision: "Approve" },
    click(25_500, "U0JANE"),
    click(32_000, "U0DAN", { stale: true }),
  ],
  // The message is in the channel, but the bot did not receive Slack's reply to the post.
  "no-metadata-search": [
    { at: 0, kind: "slack-fault", fault: { operation: "chat.postMessage", kind: "drop-reply", times: 1 } },
    { at: 100, kind: "run", runbook: "One-Gate" },
    { at: 24_000, kind: "advance-time", ms: 1_000 },
  ],
  // The first gate is approved in the console while our signal for it is on its way to AWS.
  "no-check-after-signal": [
    { at: 100, kind: "run", runbook: "Two-Gates" },
    {
      at: 24_000,
      kind: "aws-fault",
      fault: { operation: "SendAutomationSignal", kind: "delay", delayMs: 6_000, times: 1 },
    },
    click(25_000, "U0JANE"),
    { at: 28_000, kind: "console", execution: 0, decision: "Approve" },
  ],
  // AWS accepts the signal and does nothing, and a minute passes.
  "no-effect-unreported": [
    { at: 100, kind: "lose-effect", runbook: "Two-Gates", users: ["U0JANE"], decidedAfterMs: null },
    { at: 40_000, kind: "advance-time", ms: 1_000 },
  ],
  // Events have announced the first execution, after the bot has identified its target, and none announces the second.
  "trusts-every-event": [
    { at: 10_000, kind: "run", runbook: "Two-Gates" },
    { at: 24_000, kind: "event-fault", fault: { kind: "lose", times: 60 } },
    { at: 24_100, kind: "run", runbook: "Two-Gates" },
    { at: 30_000, kind: "advance-time", ms: 1_000 },
  ],
  // Two clicks wait while a third is evaluated. Then both are evaluated at the same time, each as the deciding vote.
  "unguarded-update": [
    { at: 100, kind: "run", runbook: "One-Gate" },
    {
      at: 24_000,
      kind: "slack-fault",
      fault: { operation: "users.info", kind: "delay", delayMs: 4_000, times: 3 },
    },
    click(25_000, "U0ROSA"),
    click(26_000, "U0JANE"),
    click(26_000, "U0DAN"),
  ],
  // A member of the group approves one execution, leaves the group, and clicks on the next one.
  "no-fresh-list": [
    { at: 100, kind: "run", runbook: "One-Gate" },
    { at: 200, kind: "run", runbook: "One-Gate" },
    click(24_000, "U0MIA"),
    { at: 29_000, kind: "group", users: [] },
    click(32_000, "U0MIA", { execution: 1 }),
  ],
  // One approver takes the approval back before the other one approves.
  "counts-withdrawn-votes": [
    { at: 100, kind: "run", runbook: "Goes-On" },
    click(24_000, "U0JANE"),
    click(28_000, "U0JANE", { verdict: "withdraw" }),
    click(33_000, "U0DAN"),
  ],
  // The gate is decided, and its next turn has the same id.
  "no-start-time": [{ at: 100, kind: "run", runbook: "Loop" }, click(24_000, "U0JANE")],
  // The escalation is due, and later another reminder.
  "repeat-reminder": [
    { at: 100, kind: "run", runbook: "One-Gate" },
    { at: 24_000, kind: "advance-time", ms: 310_000 },
    { at: 28_000, kind: "advance-time", ms: 180_000 },
  ],
  // The first reminder is due.
  "lose-reminder": [
    { at: 100, kind: "run", runbook: "One-Gate" },
    { at: 24_000, kind: "advance-time", ms: 70_000 },
  ],
  // The approval is to be sent in a session of the person who gave it.
  "signs-as-another": [{ at: 100, kind: "run", runbook: "One-Gate" }, click(24_000, "U0JANE")],
};

const SETTINGS: Record<string, Partial<Schedule["setting"]>> = {
  "no-start-time": { stepIds: "reused" },
  "signs-as-another": { signers: "approvers" },
  "repeat-reminder": { deadlines: true },
  "lose-reminder": { deadlines: true },
};

/** Returns the shortest schedule in which the oracle finds the mutant. */
export function makeMutantSchedule(mutant: string): Schedule {
  const setting = { ...PLAIN, ...SETTINGS[mutant] };
  return { seed: 0, replicas: 1, setting, actions: SCENARIOS[mutant] ?? [] };
}
