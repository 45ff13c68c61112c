import { type Principal, type Role, sessionPrincipal, userPrincipal } from "./principal.ts";

/** The seeded accounts, roles and keys. The secrets are public: they give no access to a real account. */
export const ACCOUNT = "111122223333";
export const SECOND_ACCOUNT = "444455556666";

/** The actions that the managed policy AmazonSSMAutomationApproverAccess allows. */
const APPROVER_ACCESS = ["ssm:DescribeAutomationExecutions", "ssm:GetAutomationExecution", "ssm:SendAutomationSignal"];

const READER = [
  "ssm:DescribeAutomationExecutions",
  "ssm:GetAutomationExecution",
  "ssm:DescribeAutomationStepExecutions",
];

/** The minimum that the bot needs: read, signal, publish, receive events, assume the roles of other targets, and read rules for doctor. */
const BOT = [
  ...READER,
  "ssm:GetDocument",
  "ssm:ListTagsForResource",
  "ssm:SendAutomationSignal",
  "ssm:StopAutomationExecution",
  "events:PutEvents",
  "events:DescribeEventBus",
  "events:ListEventBuses",
  "events:ListRules",
  "events:ListRuleNamesByTarget",
  "events:TestEventPattern",
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sts:AssumeRole",
  "sts:SetSourceIdentity",
];

const OPERATOR = [...APPROVER_ACCESS, "ssm:*Automation*", "ssm:*Document*", "ssm:*Tag*"];

const role = (account: string, name: string, id: string, allows: string[], trusts: string[]): Role => ({
  arn: `arn:aws:iam::${account}:role/${name}`,
  id,
  allows,
  trusts,
});

const BOT_ROLE = role(ACCOUNT, "CountersignBot", "AROACOUNTERSIGNBOT00", BOT, [`arn:aws:iam::${ACCOUNT}:root`]);
const OPERATOR_ROLE = role(
  ACCOUNT,
  "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Operator_0123456789abcdef",
  "AROASSOOPERATOR00000",
  OPERATOR,
  [],
);
const CI_ROLE = role(ACCOUNT, "GitHubActionsDeploy", "AROAGITHUBDEPLOY0000", OPERATOR, []);

export const seededRoles: Role[] = [
  BOT_ROLE,
  OPERATOR_ROLE,
  CI_ROLE,
  role(ACCOUNT, "CountersignReader", "AROAREADER0000000001", READER, [BOT_ROLE.arn]),
  role(ACCOUNT, "CountersignApprover", "AROAAPPROVER00000001", APPROVER_ACCESS, [BOT_ROLE.arn]),
  role(SECOND_ACCOUNT, "CountersignReader", "AROAREADER0000000002", READER, [BOT_ROLE.arn]),
  role(SECOND_ACCOUNT, "CountersignApprover", "AROAAPPROVER00000002", APPROVER_ACCESS, [BOT_ROLE.arn]),
];

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Token of temporary credentials, required in every call. */
  sessionToken?: string;
  principal: Principal;
  allows: string[];
  /** Epoch milliseconds of the machine's clock. */
  expiresAt?: number;
}

const key = (accessKeyId: string, principal: Principal, allows: string[], secret = "sandbox"): AccessKey => ({
  accessKeyId,
  secretAccessKey: secret,
  principal,
  allows,
});

/**
 * Long-lived keys. Real role sessions always have a session token. The seeded sessions have none, so that two
 * environment variables are enough to use them.
 */
export const seededKeys: AccessKey[] = [
  key("test", userPrincipal(ACCOUNT, "admin"), ["*"], "test"),
  key("AKIACOUNTERSIGNBOT00", sessionPrincipal(BOT_ROLE, "countersign"), BOT_ROLE.allows),
  key("AKIASSOROSA000000000", sessionPrincipal(OPERATOR_ROLE, "rosa@example.com"), OPERATOR_ROLE.allows),
  key("AKIAGITHUBDEPLOY0000", sessionPrincipal(CI_ROLE, "run-4711"), CI_ROLE.allows),
  key("AKIAUSERJANE00000000", userPrincipal(ACCOUNT, "jane"), OPERATOR),
  key("AKIAUSEROMAR00000000", userPrincipal(ACCOUNT, "omar"), OPERATOR),
  key("AKIAUSERNOBODY000000", userPrincipal(ACCOUNT, "nobody"), []),
  key("AKIASECONDADMIN00000", userPrincipal(SECOND_ACCOUNT, "admin"), ["*"]),
];
