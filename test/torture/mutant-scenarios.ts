import type { Action } from "./actions.ts";

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

/** For each mutant the shortest story in which its missing safeguard would have been needed. */
export const MUTANT_SCENARIOS: Record<string, Action[]> = {
  // The bot has not seen that somebody approved the first gate when an approver clicks on it.
  "no-fresh-read": [
    { at: 100, kind: "run", runbook: "Two-Gates" },
    {
      at: 24_000,
      kind: "aws-fault",
      fault: { operation: "DescribeAutomationExecutions", kind: "throttle", times: 60 },
    },
    { at: 25_000, kind: "console", execution: 0, does: "Approve" },
    click(25_500, "U0JANE"),
    click(32_000, "U0DAN", { stale: true }),
  ],
  // The message stands in the channel, but nobody heard Slack say so.
  "no-metadata-search": [
    { at: 0, kind: "slack-fault", fault: { operation: "chat.postMessage", kind: "drop-reply", times: 1 } },
    { at: 100, kind: "run", runbook: "One-Gate" },
    { at: 24_000, kind: "pass", ms: 1_000 },
  ],
  // While one is judged, two others wait, and are then judged at the same time, both as the one whose vote decides.
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
};
