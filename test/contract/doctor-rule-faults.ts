import { API_CALL, STATUS_EVENTS, WAITING_RULES } from "../../sandbox/aws/events/waiting-rule.ts";
import { parseQueuePolicy } from "../../sandbox/aws/sqs/queue-policy.ts";
import { type DoctorWorld, POLICY } from "../support/doctor-world.ts";
import type { Fault } from "./doctor-fault.ts";

const QUEUE = "arn:aws:sqs:us-east-1:111122223333:countersign-waiting";
const STATUS_RULE = "arn:aws:events:us-east-1:111122223333:rule/countersign-status";
/** A policy of the queue that lets one rule send. */
const allowOnly = (rule: string) =>
  parseQueuePolicy({
    ...{ Version: "2012-10-17" },
    Statement: [
      {
        ...{
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: QUEUE,
        },
        Condition: { ArnEquals: { "aws:SourceArn": rule } },
      },
    ],
  });
const [STATUS = {}, CALLS = {}] = WAITING_RULES;

/** Replaces parts of the rule for status events, or of another one. */
const status =
  (more: object = {}, name = "countersign-status") =>
  (w: DoctorWorld) =>
    w.aws("rules", { name, pattern: STATUS, targets: [QUEUE], ...more });

const own = (title: string) => `WAITING_QUEUE_URL rules, events of ${title} of 111122223333/us-east-1: `;
const unsent = (type: string, which: string) => `No enabled rule sends events "${type}" ${which} to ${QUEUE}\\. `;
const line = (...parts: string[]) => new RegExp(`^${parts.join("")}`, "m");
const wrongPattern = (title: string, type: string, which: string, names = "countersign-signals, countersign-status") =>
  line(
    `failed ${own(title)}${unsent(type, which)}The rules with this target are ${names}\\. `,
    'Correct a pattern, or add a rule on the bus default, with this pattern: \\{"source":\\["aws.ssm"\\],"detail-type":\\[.*\\]\\}\\.$',
  );

const MEMBERS = {
  policy: `targets: [{ name: a, accounts: ["444455556666"], regions: [eu-west-1], readRole: Reader }]\n${POLICY}`,
};
const member = "of 444455556666/eu-west-1: ";

export const RULE_FAULTS: readonly Fault[] = [
  {
    part: "event-rules",
    name: "a pattern without aws.ssm",
    breaks: status({ pattern: { ...STATUS, source: ["aws.ec2"] } }),
    expected: [
      wrongPattern("steps", STATUS_EVENTS.step, "with the status Waiting"),
      wrongPattern("executions", STATUS_EVENTS.execution, "with the status Waiting"),
      line(`ok ${own("decisions outside Slack")}sent to the queue by countersign-signals on the bus default\\.$`),
    ],
  },
  {
    part: "event-rules",
    name: "a pattern with another detail-type",
    breaks: status({ pattern: { ...STATUS, "detail-type": [STATUS_EVENTS.execution] } }),
    expected: [
      wrongPattern("steps", STATUS_EVENTS.step, "with the status Waiting"),
      line(`ok ${own("executions")}sent to the queue by countersign-status on the bus default\\.$`),
    ],
  },
  {
    part: "event-rules",
    name: "a pattern with one status only",
    breaks: status({ pattern: { ...STATUS, detail: { Status: ["Waiting"] } } }),
    expected: [wrongPattern("steps", STATUS_EVENTS.step, "with the status Success")],
  },
  {
    part: "disabled rule",
    name: "a rule that is disabled",
    breaks: status({ state: "DISABLED" }),
    expected: [
      line(
        `failed ${own("steps")}${unsent(STATUS_EVENTS.step, "with the status Waiting")}The rule countersign-status is disabled\\. `,
        "Enable it: aws events enable-rule --region us-east-1 --event-bus-name default --name countersign-status\\.$",
      ),
    ],
  },
  {
    part: "target of a rule",
    name: "a rule that sends to another queue",
    breaks: status({ targets: [`${QUEUE}-dead-letters`] }),
    expected: [
      line(
        `failed ${own("steps")}.*The rule countersign-status matches them, but the queue is not its target\\. `,
        `Add it: aws events put-targets --region us-east-1 --event-bus-name default --rule countersign-status --targets Id=countersign,Arn=${QUEUE}\\.$`,
      ),
    ],
  },
  {
    part: "event-rules",
    name: "no rule for decisions outside Slack: a warning, because polls find them",
    breaks: status({ pattern: { ...CALLS, source: ["aws.s3"] } }, "countersign-signals"),
    expected: [
      line(
        `warning ${own("decisions outside Slack")}${unsent(API_CALL, "of SendAutomationSignal")}.*"eventName":\\["SendAutomationSignal","StopAutomationExecution"\\]\\}\\}\\.$`,
      ),
      line(`ok ${own("steps")}`),
    ],
  },
  {
    part: "event-rules",
    name: "no rule at all",
    breaks: (w) => {
      for (const { name, bus } of [...w.rules.all()]) w.rules.remove(name, bus);
    },
    expected: [
      line(`failed ${own("steps")}.*No rule has this target\\. Correct a pattern, or add a rule on the bus default`),
    ],
  },
  {
    part: "policy of the queue",
    name: "a queue without a policy that lets the rules send",
    breaks: (w) => {
      w.queues.waiting().policy = undefined;
    },
    expected: [
      line(
        `warning ${own("steps")}The policy of the queue does not allow ${STATUS_RULE} to send to it, so no event arrives\\. `,
        `Add this statement to the policy of ${QUEUE}: \\{"Effect":"Allow","Principal":\\{"Service":"events.amazonaws.com"\\},`,
        `"Action":"sqs:SendMessage","Resource":"${QUEUE}","Condition":\\{"ArnEquals":\\{"aws:SourceArn":\\["${STATUS_RULE}"\\]\\}\\}\\}\\.$`,
      ),
      line(`warning ${own("executions")}The policy of the queue does not allow ${STATUS_RULE} to send to it`),
    ],
  },
  {
    part: "policy of the queue",
    name: "a policy that names other rules",
    breaks: (w) => {
      w.queues.waiting().policy = allowOnly("arn:aws:events:us-east-1:111122223333:rule/countersign-signals");
    },
    expected: [
      line(`warning ${own("steps")}The policy of the queue does not allow ${STATUS_RULE} to send to it`),
      line(`ok ${own("decisions outside Slack")}sent to the queue by countersign-signals on the bus default\\.$`),
    ],
  },
  {
    part: "policy of the queue",
    name: "a policy that may not be read",
    breaks: (w) => w.deny("sqs:GetQueueAttributes"),
    expected: [
      line(
        `ok ${own("steps")}sent to the queue by countersign-status on the bus default, `,
        "if the policy of the queue allows it, which is not checked without sqs:GetQueueAttributes\\.$",
      ),
    ],
  },
  {
    part: "rules of other accounts",
    name: "a bus whose rule does not take the events of other accounts",
    run: MEMBERS,
    breaks: status(
      { bus: "countersign-waiting", pattern: { source: ["aws.ssm"], account: ["999988887777"] } },
      "countersign-members",
    ),
    expected: [
      line(
        `warning WAITING_QUEUE_URL rules, events of steps ${member}${unsent(STATUS_EVENTS.step, "with the status Waiting")}`,
        "The rules with this target are countersign-members\\. ",
        "Correct a pattern, or add a rule on the bus that receives the events of other accounts, with this pattern: ",
      ),
      line(
        "skipped WAITING_QUEUE_URL rules that forward events: Countersign reads the rules of the queue's account and Region only\\. ",
        "Check by hand in each other one: aws events list-rule-names-by-target --region REGION ",
        "--target-arn arn:aws:events:us-east-1:111122223333:event-bus/countersign-waiting; ",
      ),
    ],
  },
  {
    part: "rules of other accounts",
    name: "a target in another account, whose events a bus receives",
    run: MEMBERS,
    expected: [
      line(
        `ok WAITING_QUEUE_URL rules, events of steps ${member}sent to the queue by countersign-members on the bus countersign-waiting\\.$`,
      ),
      line(`ok WAITING_QUEUE_URL rules, events of decisions outside Slack ${member}`),
    ],
  },
  {
    part: "rules of other accounts",
    name: "a target in another account, whose rules forward to the default bus",
    run: MEMBERS,
    breaks: (w) => w.rules.remove("countersign-members", "countersign-waiting"),
    expected: [
      line(
        `ok WAITING_QUEUE_URL rules, events of steps ${member}sent to the queue by countersign-status on the bus default\\.$`,
      ),
      line("skipped WAITING_QUEUE_URL rules that forward events: .* --target-arn arn:\\S+:event-bus/default; "),
    ],
  },
  ...["events:ListEventBuses", "events:ListRuleNamesByTarget", "events:ListRules", "events:TestEventPattern"].map(
    (action): Fault => ({
      part: "permission for rules",
      name: `${action} is denied`,
      breaks: (w) => w.deny(action),
      expected: [
        line(
          `warning WAITING_QUEUE_URL rules: AWS denies it \\(AccessDeniedException: .*\\)\\. Allow ${action} on \\*\\. `,
          `Or check by hand: aws events list-rule-names-by-target --region us-east-1 --target-arn ${QUEUE}; `,
        ),
      ],
    }),
  ),
  {
    part: "queue of another account",
    name: "a queue of another account",
    run: (w) => ({
      env: { WAITING_QUEUE_URL: w.environment.WAITING_QUEUE_URL?.replace("111122223333", "444455556666") },
    }),
    expected: [
      line(
        "skipped WAITING_QUEUE_URL rules: not checked, because the queue is in the account 444455556666, and the bot is in 111122223333\\. Or check by hand",
      ),
    ],
  },
  {
    part: "bus that does not exist",
    name: "a bus that does not exist",
    run: { env: { EVENT_BUS_NAME: "typo" } },
    expected: [
      line("ok EVENT_BUS_NAME: events:PutEvents on typo is allowed\\.$"),
      line(
        "failed EVENT_BUS_NAME existence: There is no bus typo in us-east-1\\. AWS accepts events for a bus that does not exist, and drops them\\. Create it, or correct EVENT_BUS_NAME\\.$",
      ),
    ],
  },
  {
    part: "event-bus",
    name: "no permission to read the bus",
    breaks: (w) => w.deny("events:DescribeEventBus"),
    expected: [
      line("warning EVENT_BUS_NAME existence: AWS denies it .*Allow events:DescribeEventBus on default, or check"),
    ],
  },
];
