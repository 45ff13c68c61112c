import { DIGEST_THRESHOLD } from "../../src/app/deliver/digest.ts";
import type { Action, FaultBody, Verdict } from "./actions.ts";
import { makePauses } from "./pauses.ts";
import { makePrng, type Prng } from "./prng.ts";
import { APPROVERS, findRoute, GROUP_MEMBER, OTHERS, ROUTED, UNROUTED } from "./runbooks.ts";
import { makeSetting, type Setting } from "./setting.ts";
import { makeSignalsInFlight } from "./signals-in-flight.ts";

export interface Schedule {
  seed: number;
  replicas: number;
  setting: Setting;
  actions: Action[];
}

/** The period in which a schedule starts its actions, in milliseconds of the fast clock. */
const DURATION_MS = 30_000;
/** Limit of the clock skew. The bot's search for a message allows five minutes. */
const MAX_SKEW_MS = 45_000;

/** Makes the schedule of a seed. Pure: the same seed and number of replicas give the same actions in the same order. */
export function makeSchedule(seed: number, replicas: number): Schedule {
  const prng = makePrng(seed);
  // With numbers of their own, so that a seed keeps its other actions.
  const own = makePrng(seed ^ 0x5eed);
  const setting = { ...makeSetting(prng), deadlines: own.chance(0.6) };
  const actions: Action[] = [];
  const started: string[] = [];
  const later = (max: number) => prng.int(0, max);

  for (let index = 0, count = prng.int(2, 6); index < count; index++) {
    const runbook = prng.pick(ROUTED);
    started.push(runbook);
    // In start order, so that the index of an execution in later actions refers to this runbook.
    actions.push({ at: Math.round((index * DURATION_MS) / (2 * count)) + later(3_000), kind: "run", runbook });
  }
  for (let count = prng.int(8, 16); count > 0; count--)
    actions.push(...makeDecisions(prng, started, 3_000 + later(DURATION_MS)));
  for (const [execution, runbook] of started.entries())
    if (findRoute(runbook).quorum > 1 && prng.chance(0.7))
      actions.push(...makeWithdrawal(prng, started, execution, 3_000 + later(DURATION_MS)));
  if (prng.chance(0.35)) actions.push(...makeGroupChange(prng, started, 3_000 + later(DURATION_MS)));
  if (prng.chance(0.2)) {
    const execution = prng.int(0, started.length - 1);
    const channel = prng.pick(findRoute(started[execution] ?? "").channels);
    const clicks = prng.int(15, 40);
    actions.push({
      at: 3_000 + later(DURATION_MS),
      kind: "storm",
      user: prng.pick(OTHERS),
      execution,
      channel,
      clicks,
    });
  }
  for (let count = prng.int(2, 9); count > 0; count--) actions.push(makeFault(prng, later(DURATION_MS)));
  for (let count = prng.int(0, 3); count > 0; count--) {
    const replica = prng.int(0, replicas - 1);
    actions.push({ at: later(DURATION_MS), kind: "kill", replica, downMs: later(12_000) });
  }
  if (prng.chance(replicas > 1 ? 0.7 : 0.25)) {
    const replica = prng.int(0, replicas - 1);
    actions.push({ at: later(DURATION_MS), kind: "pause", replica, ms: prng.int(2_000, 100_000) });
  }
  if (prng.chance(0.4)) actions.push({ at: later(DURATION_MS), kind: "advance-time", ms: prng.int(20, 700) * 1000 });
  if (prng.chance(0.2)) actions.push({ at: later(DURATION_MS), kind: "skew", ms: prng.int(1_000, MAX_SKEW_MS) });
  if (prng.chance(0.06)) {
    const count = prng.int(DIGEST_THRESHOLD + 2, DIGEST_THRESHOLD + 8);
    actions.push({ at: later(DURATION_MS), kind: "flood", runbook: "One-Gate", count });
  }
  if (prng.chance(0.15)) actions.push({ at: later(DURATION_MS), kind: "flood", runbook: UNROUTED, count: 1 });
  // Last, so that the other actions of a seed stay as they were.
  for (let count = prng.int(0, 4); count > 0; count--) actions.push(makeEventFault(prng, later(DURATION_MS)));
  for (let count = setting.deadlines ? own.int(0, 2) : 0; count > 0; count--) {
    const execution = own.int(0, started.length - 1);
    const channel = own.pick(findRoute(started[execution] ?? "").channels);
    actions.push({ at: 2_000 + own.int(0, DURATION_MS), kind: "delete-message", execution, channel });
  }
  if (own.chance(0.5)) actions.push(...makePauses(own, started.length));
  actions.push(...makeSignalsInFlight(makePrng(seed ^ 0xf117), setting));
  return { seed, replicas, setting, actions: actions.sort((a, b) => a.at - b.at) };
}

/** Makes a decision by one person, or two decisions close together, which is when races occur. */
function makeDecisions(prng: Prng, started: readonly string[], at: number): Action[] {
  const execution = prng.int(0, started.length - 1);
  const soon = () => at + prng.int(0, 3_000);
  if (prng.chance(0.3)) {
    const elsewhere: Action = {
      at,
      kind: "console",
      execution,
      decision: prng.pick(["Approve", "Approve", "Approve", "Reject", "Cancel"]),
    };
    return prng.chance(0.7) ? [elsewhere, makeClick(prng, started, execution, soon())] : [elsewhere];
  }
  const clicks = [makeClick(prng, started, execution, at)];
  if (prng.chance(0.35)) clicks.push(makeClick(prng, started, execution, soon()));
  return clicks;
}

/** Makes an approval that its author soon takes back, and sometimes one by another person right after that. */
function makeWithdrawal(prng: Prng, started: readonly string[], execution: number, at: number): Action[] {
  const [user, other] = prng.chance(0.5) ? ["U0JANE", "U0DAN"] : ["U0DAN", "U0JANE"];
  const click = (by: string, verdict: Verdict, after: number): Action => {
    const channel = prng.pick(findRoute(started[execution] ?? "").channels);
    return {
      at: at + after,
      kind: "click",
      user: by,
      execution,
      channel,
      verdict,
      twice: prng.chance(0.1),
      stale: false,
    };
  };
  const withdrawnAfter = prng.int(1_500, 6_000);
  return [
    click(user, "approve", 0),
    click(user, "withdraw", withdrawnAfter),
    ...(prng.chance(0.7) ? [click(other, "approve", withdrawnAfter + prng.int(-500, 2_000))] : []),
  ];
}

/** Removes a member from the group of approvers; the member clicks before and after that, and may join again. */
function makeGroupChange(prng: Prng, started: readonly string[], at: number): Action[] {
  const click = (after: number): Action => {
    const execution = prng.int(0, started.length - 1);
    const channel = prng.pick(findRoute(started[execution] ?? "").channels);
    const common = { execution, channel, twice: false, stale: false };
    return { at: at + after, kind: "click", user: GROUP_MEMBER, verdict: "approve", ...common };
  };
  return [
    click(prng.int(-3_000, -200)),
    { at, kind: "group", users: [] },
    click(prng.int(0, 1_000)),
    click(prng.int(500, 8_000)),
    ...(prng.chance(0.4) ? [{ at: at + prng.int(2_000, 9_000), kind: "group" as const, users: [GROUP_MEMBER] }] : []),
  ];
}

function makeClick(prng: Prng, started: readonly string[], execution: number, at: number): Action {
  return {
    at,
    kind: "click",
    user: prng.pick(prng.chance(0.85) ? APPROVERS : OTHERS),
    execution,
    channel: prng.pick(findRoute(started[execution] ?? "").channels),
    verdict: prng.chance(0.75) ? "approve" : "reject",
    twice: prng.chance(0.15),
    stale: prng.chance(0.2),
  };
}

const SLACK_OPERATIONS = [
  ...["chat.postMessage", "chat.postMessage", "chat.postMessage", "chat.update", "chat.update"],
  ...["conversations.history", "chat.postEphemeral", "users.info", "usergroups.users.list", "views.open"],
  ...["apps.connections.open", "auth.test"],
];
const AWS_OPERATIONS = [
  ...["SendAutomationSignal", "SendAutomationSignal", "SendAutomationSignal", "GetAutomationExecution"],
  ...["GetAutomationExecution", "DescribeAutomationExecutions", "PutEvents", "GetCallerIdentity", "GetDocument"],
  ...["AssumeRole"],
];

function makeFault(prng: Prng, at: number): Action {
  const which = prng.next();
  if (which < 0.38) return { at, kind: "slack-fault", fault: makeCallFault(prng, prng.pick(SLACK_OPERATIONS)) };
  if (which < 0.76) return { at, kind: "aws-fault", fault: makeCallFault(prng, prng.pick(AWS_OPERATIONS)) };
  if (which < 0.86) return { at, kind: "slack-fault", fault: makeDeliveryFault(prng) };
  if (which < 0.94) {
    return { at, kind: "disconnect", reason: prng.pick(["warning", "refresh_requested", "link_disabled", "none"]) };
  }
  return { at, kind: "outage", service: prng.pick(["slack", "aws"]), ms: prng.int(2_000, 25_000) };
}

function makeEventFault(prng: Prng, at: number): Action {
  const kind = prng.pick(["lose", "lose", "duplicate", "delay"] as const);
  const fault = { kind, times: prng.int(1, 12), ...(kind === "delay" ? { delayMs: prng.int(500, 120_000) } : {}) };
  return { at, kind: "event-fault", fault };
}

function makeCallFault(prng: Prng, operation: string): FaultBody {
  const times = prng.int(1, 3);
  switch (prng.int(0, 6)) {
    case 0:
      return { operation, times, kind: "throttle", retryAfterSeconds: prng.int(1, 20) };
    case 1:
      return { operation, times, kind: "error", status: 503 };
    case 2:
      return { operation, times, kind: "error", status: 500, afterExecution: true };
    case 3:
      return { operation, times, kind: "refuse" };
    case 4:
      return { operation, times, kind: "delay", delayMs: prng.int(500, 15_000) };
    default:
      return { operation, times, kind: "drop-reply" };
  }
}

function makeDeliveryFault(prng: Prng): FaultBody {
  const operation = prng.pick(["deliver:block_actions", "deliver:block_actions", "deliver:view_submission"]);
  const kind = prng.pick(["twice", "twice", "drop-reply", "refuse", "delay"] as const);
  return { operation, kind, times: prng.int(1, 2), ...(kind === "delay" ? { delayMs: prng.int(500, 6_000) } : {}) };
}
