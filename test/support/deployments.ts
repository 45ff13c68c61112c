/** Parameters with which tests resolve each CloudFormation template: every value of every condition occurs. */
export const BOT_ACCOUNT = "111122223333";
export const MEMBER_ACCOUNT = "444455556666";

export const BOT_TEMPLATE = "deploy/cloudformation/bot-account.yaml";
export const MEMBER_TEMPLATE = "deploy/cloudformation/member-account.yaml";

const BOT_ROLE_ARN = `arn:aws:iam::${BOT_ACCOUNT}:role/Countersign`;
const BOT_BUS_ARN = `arn:aws:events:us-east-1:${BOT_ACCOUNT}:event-bus/countersign-waiting`;

export const DEPLOYMENTS: Record<string, { path: string; account: string; parameters: Record<string, string> }[]> = {
  "one account": [{ path: BOT_TEMPLATE, account: BOT_ACCOUNT, parameters: {} }],
  "one account, tagged executions": [
    {
      path: BOT_TEMPLATE,
      account: BOT_ACCOUNT,
      parameters: { OnlyTagged: "yes", AllowStop: "yes", Compute: "ec2", AuditBusName: "" },
    },
  ],
  organization: [
    {
      path: BOT_TEMPLATE,
      account: BOT_ACCOUNT,
      parameters: { OrganizationId: "o-0123456789", Compute: "eks", WatchOwnAccount: "no" },
    },
    {
      path: MEMBER_TEMPLATE,
      account: MEMBER_ACCOUNT,
      parameters: { BotRoleArn: BOT_ROLE_ARN, BotBusArn: BOT_BUS_ARN, AllowStop: "yes" },
    },
  ],
  "listed accounts, tagged executions": [
    {
      path: BOT_TEMPLATE,
      account: BOT_ACCOUNT,
      parameters: { MemberAccountIds: `${MEMBER_ACCOUNT},777788889999`, WatchOwnAccount: "no" },
    },
    { path: MEMBER_TEMPLATE, account: MEMBER_ACCOUNT, parameters: { BotRoleArn: BOT_ROLE_ARN, OnlyTagged: "yes" } },
  ],
  "a further Region": [
    {
      path: MEMBER_TEMPLATE,
      account: MEMBER_ACCOUNT,
      parameters: { BotRoleArn: BOT_ROLE_ARN, BotBusArn: BOT_BUS_ARN, CreateRoles: "no" },
    },
  ],
};
