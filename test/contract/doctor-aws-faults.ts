import { type DoctorWorld, POLICY } from "../support/doctor-world.ts";
import { BOT_ROLE, ONE_GATE } from "../support/world.ts";
import {
  APPROVER,
  type Fault,
  READER,
  READS_AS_ROLE,
  role,
  SIGNS_AS_PEOPLE,
  WITH_PAUSES,
  withPauses,
  withRoles,
} from "./doctor-fault.ts";

const denied = (action: string, report: "failed" | "warning" = "failed"): Fault => ({
  part: "aws-permission",
  name: `${action} is denied`,
  breaks: (w) => w.deny(action),
  expected: [
    new RegExp(
      `^${report} target default/us-east-1 ${action}: AWS denies it \\(AccessDeniedException: .*\\)\\. Allow ${action} for ${BOT_ROLE}\\.`,
      "m",
    ),
  ],
});

const withQueue = (name: string) => (w: DoctorWorld) => ({
  env: { WAITING_QUEUE_URL: w.environment.WAITING_QUEUE_URL?.replace(/[\w-]+$/, name) },
});

export const AWS_FAULTS: readonly Fault[] = [
  {
    part: "aws-identity",
    name: "credentials that AWS does not know: what depends on them is not checked",
    run: { env: { AWS_ACCESS_KEY_ID: "AKIANOSUCHKEY0000000" } },
    expected: [
      /^failed target default\/us-east-1: InvalidClientTokenId: .* Replace the credentials of the bot, or enable the Region in the account\.$/m,
      /^skipped target default\/us-east-1 permissions and roles: not checked, because the check of the identity of default\/us-east-1 failed\.$/m,
      /^skipped target default\/us-east-1 waiting steps: not checked/m,
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: UnrecognizedClientException: .* Replace the credentials of the bot, or/m,
      /^ok channels/m,
    ],
  },
  {
    part: "aws-identity",
    name: "a target in another account without a role to read",
    run: { policy: withRoles('approverRole: "arn:aws:iam::444455556666:role/CountersignApprover"') },
    expected: [/^failed target production\/us-east-1: WrongAccount: .*add readRole to this target\. Correct targets/m],
  },
  {
    part: "aws-identity",
    name: "two targets for the same account and Region",
    run: {
      policy: `targets: [{ name: a, regions: [us-east-1] }, { name: b, accounts: ["111122223333"], regions: [us-east-1] }]\n${POLICY}`,
    },
    expected: [/^failed target \S*us-east-1: TargetTwice: .* Correct targets in the configuration file\.$/m],
  },
  {
    part: "aws-identity",
    name: "no AWS at this address",
    run: { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } },
    expected: [/^failed target default\/us-east-1: ECONNREFUSED: .*Check the network, HTTPS_PROXY and the Region\.$/m],
  },
  {
    part: "aws-read-role",
    name: "a read role that does not trust the bot",
    run: READS_AS_ROLE,
    breaks: role(READER, ["ssm:*"], { trusts: [] }),
    expected: [
      /^failed target production\/us-east-1 readRole: AWS denies it \(AccessDenied: .*\)\. Allow sts:AssumeRole on arn:\S+CountersignReader for the bot, in its policy and in the role's trust policy\.$/m,
      /^skipped target production\/us-east-1 permissions to read: not checked, because the bot cannot assume/m,
      /^ok target production\/us-east-1 ssm:SendAutomationSignal/m,
    ],
  },
  denied("ssm:SendAutomationSignal"),
  denied("ssm:DescribeAutomationExecutions"),
  denied("ssm:GetAutomationExecution"),
  denied("ssm:DescribeAutomationStepExecutions"),
  denied("ssm:ListTagsForResource"),
  denied("ssm:GetDocument", "warning"),
  {
    part: "aws-stop",
    name: "ssm:StopAutomationExecution is denied, and a route covers pauses",
    run: WITH_PAUSES,
    breaks: (w) => w.deny("ssm:StopAutomationExecution"),
    expected: [
      new RegExp(
        `^warning target default/us-east-1 ssm:StopAutomationExecution: AWS denies it \\(AccessDeniedException: .*\\)\\. A pause can be resumed and not stopped\\. To offer Stop, allow ssm:StopAutomationExecution for ${BOT_ROLE}, without a condition on tags\\.$`,
        "m",
      ),
    ],
  },
  {
    part: "aws-stop",
    name: "an approver role that may not stop",
    run: withPauses(SIGNS_AS_PEOPLE),
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"]),
    expected: [
      /^warning target production\/us-east-1 ssm:StopAutomationExecution: .* allow \S+ for \S+CountersignApprover,/m,
    ],
  },
  {
    part: "aws-stop",
    name: "an approver role that cannot be assumed: the permission to stop is not checked",
    run: withPauses(SIGNS_AS_PEOPLE),
    breaks: role(APPROVER, ["ssm:*"], { trusts: [] }),
    expected: [/^skipped target production\/us-east-1 ssm:StopAutomationExecution: not checked, because the bot/m],
  },
  {
    part: "aws-permission",
    name: "a read role without a permission",
    run: READS_AS_ROLE,
    breaks: role(READER, ["ssm:DescribeAutomationExecutions"]),
    expected: [
      /^failed target production\/us-east-1 ssm:GetAutomationExecution: .*Allow \S+ for \S+CountersignReader\./m,
    ],
  },
  {
    part: "aws-approver-role",
    name: "an approver role whose trust policy lacks the source identity",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"], { trustsSourceIdentity: false }),
    expected: [
      /^failed target production\/us-east-1 approverRole: AWS denies it \(AccessDenied: .*sts:SetSourceIdentity.*\)\. Allow sts:SetSourceIdentity on \S+CountersignApprover for the bot/m,
      /^skipped target production\/us-east-1 ssm:SendAutomationSignal: not checked, because the bot cannot assume/m,
    ],
  },
  {
    part: "aws-approver-role",
    name: "an approver role that does not trust the bot",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"], { trusts: [] }),
    expected: [
      / approverRole: AWS denies it .*Allow sts:AssumeRole and sts:SetSourceIdentity on \S+CountersignApprover/,
    ],
  },
  {
    part: "aws-approver-role",
    name: "a bot that may not set the source identity",
    run: SIGNS_AS_PEOPLE,
    breaks: (w) => w.deny("sts:SetSourceIdentity"),
    expected: [/ approverRole: AWS denies it .*Allow sts:SetSourceIdentity on \S+CountersignApprover/],
  },
  {
    part: "aws-approver-role",
    name: "an approver role that may not signal",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, []),
    expected: [
      /^failed target \S+ ssm:SendAutomationSignal: .*Allow ssm:SendAutomationSignal for \S+CountersignApprover/m,
    ],
  },
  {
    part: "aws-waiting-steps",
    name: "a step that waits for other principals",
    breaks: (w) =>
      w.aws("seed", {
        documents: [{ name: "Gate", content: ONE_GATE.replace(BOT_ROLE, "arn:aws:iam::111122223333:role/Other") }],
        executions: [{ document: "Gate" }],
      }),
    expected: [
      /^warning target default\/us-east-1 waiting steps: AWS accepts no decision of the bot for step approve of Gate\. Add to Approvers of the runbook: - arn:aws:iam::111122223333:role\/CountersignBot$/m,
    ],
  },
  {
    part: "aws-waiting-steps",
    name: "a step whose approvers cannot be compared",
    breaks: (w) =>
      w.aws("seed", {
        documents: [{ name: "Gate", content: ONE_GATE.replace(BOT_ROLE, "CountersignBot") }],
        executions: [{ document: "Gate" }],
      }),
    expected: [
      /^warning .* waiting steps: doctor cannot tell whether AWS accepts the bot for 1 of 1 waiting step\. Add/m,
    ],
  },
  {
    part: "listed people",
    name: "a step that lists single people of the approver role",
    breaks: async (w) => {
      await role(APPROVER, ["ssm:*"])(w);
      const entry = `${APPROVER.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/jane@example.com`;
      await w.aws("seed", {
        documents: [{ name: "Gate", content: ONE_GATE.replace(BOT_ROLE, entry) }],
        executions: [{ document: "Gate" }],
      });
    },
    run: SIGNS_AS_PEOPLE,
    expected: [
      /^warning target production\/us-east-1 waiting steps: 1 of 1 waiting step lists single people or names that doctor cannot compare\. Compare them with the session names of \S+CountersignApprover/m,
    ],
  },
  {
    part: "event-bus",
    name: "no permission to publish",
    breaks: (w) => w.deny("events:PutEvents"),
    expected: [/^failed EVENT_BUS_NAME: AWS denies it .*Allow events:PutEvents on default\.$/m],
  },
  {
    part: "event-bus",
    name: "no event bus",
    run: { env: { EVENT_BUS_NAME: undefined } },
    expected: [/^ok EVENT_BUS_NAME: not set: audit events are recorded and not published\.$/m],
  },
  {
    part: "event-queue",
    name: "no permission to receive",
    breaks: (w) => w.deny("sqs:ReceiveMessage"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: AWS denies it .*\. Allow sqs:ReceiveMessage on arn:aws:sqs:us-east-1:111122223333:countersign-waiting\.$/m,
      /^ok WAITING_QUEUE_URL sqs:DeleteMessage: allowed on arn:\S+countersign-waiting\.$/m,
      /^ok WAITING_QUEUE_URL dead-letter queue: /m,
    ],
  },
  {
    part: "event-queue",
    name: "no permission to delete",
    breaks: (w) => w.deny("sqs:DeleteMessage"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:DeleteMessage: AWS denies it .*\. Allow sqs:DeleteMessage on arn:\S+\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "no permission to read the attributes",
    breaks: (w) => w.deny("sqs:GetQueueAttributes"),
    expected: [
      /^ok WAITING_QUEUE_URL sqs:ReceiveMessage: /m,
      /^warning WAITING_QUEUE_URL dead-letter queue: AWS denies it .*Without it, the bot deletes messages that are not events\. Allow sqs:GetQueueAttributes on arn:\S+\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "a queue without a dead-letter queue",
    breaks: (w) => w.queues.add({ account: "111122223333", region: "us-east-1" }, "countersign-waiting"),
    expected: [
      /^warning WAITING_QUEUE_URL dead-letter queue: The queue has none, so the bot deletes messages that are not events\. Add a redrive policy/m,
    ],
  },
  {
    part: "event-queue",
    name: "a queue that does not exist: what depends on it is not checked",
    run: withQueue("none"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: There is no queue none in account 111122223333, us-east-1\. Correct WAITING_QUEUE_URL, or remove it to find steps by polls only\.$/m,
      /^skipped WAITING_QUEUE_URL sqs:DeleteMessage: not checked, because the queue cannot be reached\.$/m,
      /^skipped WAITING_QUEUE_URL dead-letter queue: not checked/m,
    ],
  },
  {
    part: "event-queue",
    name: "no queue at this address",
    run: { env: { WAITING_QUEUE_URL: "http://127.0.0.1:9/111122223333/countersign-waiting" } },
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: ECONNREFUSED: .*Check the network, HTTPS_PROXY and WAITING_QUEUE_URL\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "no queue",
    run: { env: { WAITING_QUEUE_URL: undefined } },
    expected: [/^ok WAITING_QUEUE_URL: not set: waiting steps are found by polls only\.$/m],
  },
];
