import { evaluateQueuePolicy } from "../../core/queue-policy.ts";
import type { AwsFailure } from "../ports/aws.ts";
import type { QueueSettings } from "../ports/waiting-queue.ts";
import { describeProbe } from "./doctor-aws.ts";
import { type Check, failed, ok, skipped, warning } from "./doctor-check.ts";

/** An EventBridge rule that has a pattern. */
export interface EventRule {
  name: string;
  bus: string;
  /** JSON. */
  pattern: string;
  isEnabled: boolean;
  /** Whether the queue is a target of the rule. */
  isToQueue: boolean;
}

/** Asks EventBridge about the rules in the Region of the queue. */
export interface RuleProbes {
  /** Lists the rules on every bus of the bot's own account. `action`: the permission of the call that failed. */
  list(
    queueArn: string,
  ): Promise<{ kind: "rules"; account: string; rules: EventRule[] } | (AwsFailure & { action: string })>;
  /** Tells whether AWS matches an event, in JSON, with a pattern. */
  matches(pattern: string, event: string): Promise<boolean | AwsFailure>;
}

/** An account and Region whose executions the bot watches. `account`: null for the bot's own. */
export interface Origin {
  account: string | null;
  region: string;
}

const SUBJECT = "WAITING_QUEUE_URL rules";
const DEFAULT_BUS = "default";

const STEP = "EC2 Automation Step Status-change Notification";
const EXECUTION = "EC2 Automation Execution Status-change Notification";
const CALL = "AWS API Call via CloudTrail";
const CALLS = ["SendAutomationSignal", "StopAutomationExecution"];
/** The patterns of the rules in docs/permissions.md. */
const STATUS_PATTERN = { source: ["aws.ssm"], "detail-type": [STEP, EXECUTION] };
const CALL_PATTERN = {
  source: ["aws.ssm"],
  "detail-type": [CALL],
  detail: { eventSource: ["ssm.amazonaws.com"], eventName: CALLS },
};

interface Sample {
  name: string;
  detail: object;
}
const withStatuses = (more: object): Sample[] =>
  ["Waiting", "Success"].map((Status) => ({
    name: `with the status ${Status}`,
    detail: { ExecutionId: "00000000-0000-0000-0000-000000000000", Definition: "Runbook", Status, ...more },
  }));

/** The events that the bot uses. Without events of calls, it only learns later of decisions outside Slack. */
const KINDS = [
  {
    ...{ title: "events of steps", type: STEP, pattern: STATUS_PATTERN, isOptional: false },
    samples: withStatuses({ DefinitionVersion: 1, StepName: "approve", Action: "aws:approve" }),
  },
  {
    ...{ title: "events of executions", type: EXECUTION, pattern: STATUS_PATTERN, isOptional: false },
    samples: withStatuses({ DefinitionVersion: 1 }),
  },
  {
    ...{ title: "events of decisions outside Slack", type: CALL, pattern: CALL_PATTERN, isOptional: true },
    samples: CALLS.map((eventName) => ({
      name: `of ${eventName}`,
      detail: { eventSource: "ssm.amazonaws.com", eventName },
    })),
  },
];
type Kind = (typeof KINDS)[number];

interface Queue {
  arn: string;
  account: string;
  region: string;
  settings: Promise<QueueSettings | AwsFailure>;
}

/** Checks whether enabled rules send each kind of event to the queue: AWS itself matches sample events with their patterns. */
export async function checkRules(probes: RuleProbes, queue: Queue, origins: readonly Origin[]): Promise<Check[]> {
  const listed = await probes.list(queue.arn);
  if (listed.kind === "failed") return [toUnread(listed, listed.action, queue)];
  const { rules, account } = listed;
  if (account !== queue.account) {
    const reason = `not checked, because the queue is in the account ${queue.account}, and the bot is in ${account}.`;
    return [skipped("event-rules", SUBJECT, `${reason} ${byHand(queue)}`)];
  }
  const isOwn = (origin: Origin) => (origin.account ?? account) === account && origin.region === queue.region;
  const member = origins.find((each) => !isOwn(each));
  const checks: Check[] = [];
  for (const origin of [...(origins.some(isOwn) ? [queue] : []), ...(member === undefined ? [] : [member])])
    for (const kind of KINDS) {
      const found = { account: origin.account ?? account, region: origin.region };
      const check = await checkKind({ probes, queue, origin: found, isOwn: origin === queue, kind }, rules);
      checks.push(check.check);
      if (check.kind === "unknown") return checks;
    }
  if (member !== undefined) checks.push(toForwarding(queue, rules));
  return checks;
}

interface Need {
  probes: RuleProbes;
  queue: Queue;
  origin: { account: string; region: string };
  /** Whether the events arise in the account and Region of the queue: these are on the default bus. */
  isOwn: boolean;
  kind: Kind;
}

type KindCheck = { kind: "known" | "unknown"; check: Check };

/** Finds a rule for each sample. `unknown`: AWS did not match it. */
async function checkKind(need: Need, rules: readonly EventRule[]): Promise<KindCheck> {
  const { kind, origin, queue, probes } = need;
  const subject = `${SUBJECT}, ${kind.title} of ${origin.account}/${origin.region}`;
  // Events of other accounts and Regions arrive on another bus; if none sends to the queue, they can only arrive on the default bus.
  const others = rules.filter(({ bus }) => bus !== DEFAULT_BUS);
  const usable =
    !need.isOwn && others.some(({ isToQueue }) => isToQueue) ? others : rules.filter(({ bus }) => bus === DEFAULT_BUS);
  const used = new Map<string, EventRule>();
  for (const sample of kind.samples) {
    const event = toEvent(kind.type, origin, sample.detail);
    const matching: EventRule[] = [];
    for (const rule of usable) {
      // Other rules of the account are matched only if they name Systems Manager.
      if (!rule.isToQueue && !rule.pattern.includes("aws.ssm")) continue;
      const matches = await probes.matches(rule.pattern, event);
      if (typeof matches !== "boolean")
        return { kind: "unknown", check: toUnread(matches, "events:TestEventPattern", queue) };
      if (matches) matching.push(rule);
    }
    const sending = matching.find(({ isToQueue, isEnabled }) => isToQueue && isEnabled);
    if (sending === undefined) {
      const report = kind.isOptional || !need.isOwn ? warning : failed;
      const fix = describeFix(need, matching, usable);
      const text = `No enabled rule sends events "${kind.type}" ${sample.name} to ${queue.arn}. ${fix}`;
      return { kind: "known", check: report("event-rules", subject, text) };
    }
    used.set(`${sending.name} on the bus ${sending.bus}`, sending);
  }
  return { kind: "known", check: await checkAccess(subject, queue, used) };
}

/** Checks whether the policy of the queue lets these rules send. */
async function checkAccess(subject: string, queue: Queue, used: ReadonlyMap<string, EventRule>): Promise<Check> {
  const sent = `sent to the queue by ${[...used.keys()].join(", ")}`;
  const settings = await queue.settings;
  if (settings.kind === "failed") {
    const text = `${sent}, if the policy of the queue allows it, which is not checked without sqs:GetQueueAttributes.`;
    return ok("event-rules", subject, text);
  }
  const bad = [...used.values()]
    .map((rule) => toRuleArn(rule, queue))
    .map((ruleArn) => ({ ruleArn, access: evaluateQueuePolicy(settings.policy, { ruleArn, queueArn: queue.arn }) }))
    .filter(({ access }) => access !== "allowed");
  const [first] = bad;
  if (first === undefined) return ok("event-rules", subject, `${sent}.`);
  const arns = bad.map(({ ruleArn }) => ruleArn).join(", ");
  const found =
    first.access === "unknown"
      ? `doctor cannot tell whether the policy of the queue allows ${arns} to send to it.`
      : `The policy of the queue does not allow ${arns} to send to it, so no event arrives.`;
  const statement = JSON.stringify({
    ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" },
    ...{ Resource: queue.arn, Condition: { ArnEquals: { "aws:SourceArn": bad.map(({ ruleArn }) => ruleArn) } } },
  });
  return warning("event-rules", subject, `${found} Add this statement to the policy of ${queue.arn}: ${statement}.`);
}

function toRuleArn({ bus, name }: EventRule, { arn, region, account }: Queue): string {
  return `arn:${arn.split(":")[1]}:events:${region}:${account}:rule/${bus === DEFAULT_BUS ? "" : `${bus}/`}${name}`;
}

/** Names the fix: a disabled rule, a rule with another target, or a rule with another pattern. */
function describeFix({ kind, queue, isOwn }: Need, matching: readonly EventRule[], usable: readonly EventRule[]) {
  const at = ({ name, bus }: EventRule, option: string) =>
    `--region ${queue.region} --event-bus-name ${bus} ${option} ${name}`;
  const disabled = matching.find(({ isToQueue }) => isToQueue);
  if (disabled !== undefined)
    return `The rule ${disabled.name} is disabled. Enable it: aws events enable-rule ${at(disabled, "--name")}.`;
  const [other] = matching;
  if (other !== undefined)
    return `The rule ${other.name} matches them, but the queue is not its target. Add it: aws events put-targets ${at(other, "--rule")} --targets Id=countersign,Arn=${queue.arn}.`;
  const names = usable.filter(({ isToQueue }) => isToQueue).map(({ name }) => name);
  const existing =
    names.length === 0 ? "No rule has this target" : `The rules with this target are ${names.join(", ")}`;
  const place = isOwn ? "on the bus default" : "on the bus that receives the events of other accounts";
  return `${existing}. Correct a pattern, or add a rule ${place}, with this pattern: ${JSON.stringify(kind.pattern)}.`;
}

/** Makes an event with every field that TestEventPattern requires. */
function toEvent(type: string, { account, region }: { account: string; region: string }, detail: object): string {
  return JSON.stringify({
    ...{ version: "0", id: "00000000-0000-0000-0000-000000000000", "detail-type": type, source: "aws.ssm" },
    ...{ account, region, time: "2026-01-01T00:00:00Z", resources: [], detail },
  });
}

function toUnread(failure: AwsFailure, action: string, queue: Queue): Check {
  return warning("event-rules", SUBJECT, `${describeProbe(failure, `Allow ${action} on *.`)} ${byHand(queue)}`);
}

const toCommands = (region: string, arn: string) =>
  `aws events list-rule-names-by-target --region ${region} --target-arn ${arn}; then for each rule: aws events describe-rule --region ${region} --name NAME --query EventPattern --output text`;

function byHand({ region, arn }: Queue): string {
  const expected = [STATUS_PATTERN, CALL_PATTERN].map((pattern) => JSON.stringify(pattern)).join(" and ");
  return `Or check by hand: ${toCommands(region, arn)}. For a bus other than default, add --event-bus-name to both. Expected: ${expected}.`;
}

/** The bot has no permission in the accounts that forward events. */
function toForwarding({ region, account, arn }: Queue, rules: readonly EventRule[]): Check {
  const bus = rules.find((rule) => rule.isToQueue && rule.bus !== DEFAULT_BUS)?.bus ?? DEFAULT_BUS;
  const [, partition] = arn.split(":");
  const target = `arn:${partition}:events:${region}:${account}:event-bus/${bus}`;
  const text = `Countersign reads the rules of the queue's account and Region only. Check by hand in each other one: ${toCommands("REGION", target)}.`;
  return skipped("event-rules", `${SUBJECT} that forward events`, text);
}
