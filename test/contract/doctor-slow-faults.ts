import type { Fault } from "./doctor-fault.ts";

/** Longer than the time that these runs have. */
const SLOW = { kind: "delay", operation: "*", delayMs: 6_000 };
const LIMIT_MS = 1_500;

/** Matches lines without a check of this kind that is called good. */
const neverOk = (subject: string) => new RegExp(`^(?![\\s\\S]*^ok (?:${subject}))`);
const OF_SLACK = "SLACK_|Slack scopes|slash command|channels|people|groups|quorum|clock, compared with Slack";
const OF_AWS = "target|EVENT_BUS_NAME|WAITING_QUEUE_URL|clock, compared with AWS";

/** Services that answer late, or ask to call later. */
export const SLOW_FAULTS: readonly Fault[] = [
  {
    part: "slow Slack",
    name: "a Slack that answers after the time of doctor",
    breaks: (w) => w.slack("faults", SLOW),
    run: { limitMs: LIMIT_MS },
    expected: [
      /^failed SLACK_BOT_TOKEN: No clear answer from Slack: \S+\. Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
      /^failed SLACK_APP_TOKEN: No clear answer from Slack: \S+\. Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
      /^skipped Slack scopes: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^skipped channels: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^ok target default\/us-east-1: /m,
      neverOk(OF_SLACK),
    ],
  },
  {
    part: "slow lookups",
    name: "a Slack that answers one lookup after the time of doctor",
    breaks: (w) => w.slack("faults", { ...SLOW, operation: "users.info" }),
    run: { limitMs: LIMIT_MS },
    expected: [
      /^ok SLACK_BOT_TOKEN: /m,
      /^failed .* U0JANE: Slack did not answer the lookup \(\S+\)\. Run the check again in a minute\.$/m,
      /^skipped quorum .*: not checked where an approver is not known/m,
      neverOk("people|quorum"),
    ],
  },
  {
    part: "limited Slack",
    name: "a Slack that asks to wait",
    breaks: (w) => w.slack("faults", { kind: "throttle", operation: "*", retryAfterSeconds: 40 }),
    expected: [
      /^failed SLACK_BOT_TOKEN: Slack asks to wait 40 s\. Run the command again after that time\.$/m,
      /^failed SLACK_APP_TOKEN: Slack asks to wait 40 s\. Run the command again after that time\.$/m,
      /^skipped people: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      neverOk(OF_SLACK.replace("|clock, compared with Slack", "")),
    ],
  },
  ...(
    [
      ["conversations.info", "C0PRODDBA", "channels"],
      ["users.info", "U0JANE", "people|quorum"],
      ["usergroups.list", "S0DBA", "groups|quorum"],
    ] as const
  ).map(
    ([operation, id, checks]): Fault => ({
      part: "limited lookups",
      name: `a Slack that asks to wait before the next ${operation}`,
      breaks: (w) => w.slack("faults", { kind: "throttle", operation, retryAfterSeconds: 40 }),
      run: { limitMs: LIMIT_MS },
      expected: [
        new RegExp(
          `^failed .* ${id}: Slack did not answer the lookup \\(\\S+\\)\\. Run the check again in a minute\\.$`,
          "m",
        ),
        neverOk(checks),
      ],
    }),
  ),
  {
    part: "slow AWS",
    name: "an AWS that answers after the time of doctor",
    breaks: (w) => w.aws("faults", SLOW),
    run: { limitMs: LIMIT_MS },
    expected: [
      /^failed target default\/us-east-1: \S+Error: .*\. Check the network, HTTPS_PROXY and the Region\.$/m,
      /^skipped target default\/us-east-1 permissions and roles: not checked, because the check of the identity of default\/us-east-1 failed\.$/m,
      /^failed EVENT_BUS_NAME: AWS did not check it \(\S+Error: .*\)\. Check the network, HTTPS_PROXY and the Region\. Then run doctor again\.$/m,
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: \S+Error: .*\. Check the network, HTTPS_PROXY and WAITING_QUEUE_URL\.$/m,
      /^warning WAITING_QUEUE_URL rules: AWS did not check it \(\S+Error: .*\)\. Check the network/m,
      /^ok SLACK_BOT_TOKEN: /m,
      neverOk(OF_AWS),
    ],
  },
  {
    part: "slow permission",
    name: "an AWS that answers one call after the time of doctor",
    breaks: (w) => w.aws("faults", { ...SLOW, operation: "SendAutomationSignal" }),
    run: { limitMs: LIMIT_MS },
    expected: [
      /^ok target default\/us-east-1: /m,
      /^failed target default\/us-east-1 ssm:SendAutomationSignal: AWS did not check it \(\S+Error: .*\)\. Check the network, HTTPS_PROXY and the Region\. Then run doctor again\.$/m,
    ],
  },
  {
    part: "limited AWS",
    name: "an AWS that throttles every call",
    breaks: (w) => w.aws("faults", { kind: "throttle", operation: "*" }),
    expected: [
      /^failed target default\/us-east-1: Throttling: Rate exceeded\. Run doctor again\.$/m,
      /^failed EVENT_BUS_NAME: AWS gave no answer \(ThrottlingException: Rate exceeded\)\. Run doctor again\.$/m,
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: ThrottlingException: Rate exceeded\. Run doctor again\.$/m,
      /^warning WAITING_QUEUE_URL rules: AWS gave no answer \(ThrottlingException: Rate exceeded\)\. Run doctor again\./m,
      neverOk(OF_AWS.replace("|clock, compared with AWS", "")),
    ],
  },
  {
    part: "limited AWS",
    name: "an AWS that throttles the list of executions",
    breaks: (w) => w.aws("faults", { kind: "throttle", operation: "DescribeAutomationExecutions" }),
    expected: [
      /^failed target default\/us-east-1 ssm:DescribeAutomationExecutions: AWS gave no answer .*\. Run doctor again\.$/m,
      /^skipped target default\/us-east-1 waiting steps: not checked, because waiting executions could not be listed\.$/m,
    ],
  },
];
