import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTemplate, resolveTemplate } from "../support/cloudformation.ts";
import { BOT_ACCOUNT, BOT_TEMPLATE, DEPLOYMENTS, MEMBER_ACCOUNT, MEMBER_TEMPLATE } from "../support/deployments.ts";
import { isAllowed, type Policy, type Statement } from "../support/iam.ts";
import {
  documented,
  documentedPolicies,
  documentedResources,
  FOREIGN_ACCOUNT,
  sharing,
} from "../support/iam-deployments.ts";

type Stack = (typeof DEPLOYMENTS)[string][number];

describe("policies of resources", () => {
  const resource = (type: string, property: string, name = "organization") =>
    (DEPLOYMENTS[name] ?? [])
      .flatMap(({ path, parameters, account }) =>
        Object.values(resolveTemplate(readTemplate(path), parameters, account).resources),
      )
      .find((each) => each.type === type)?.properties[property];

  /** Tells whether a rule, or another service in its name, may send a message to the queue. */
  const sendTo =
    (resourcePolicy: Policy) =>
    (rule: string, principal = "events.amazonaws.com") =>
      isAllowed({
        ...{ principal, action: "sqs:SendMessage", account: BOT_ACCOUNT, identityPolicies: [], resourcePolicy },
        resource: `arn:aws:sqs:us-east-1:${BOT_ACCOUNT}:countersign-waiting`,
        context: { "aws:SourceArn": `arn:aws:events:us-east-1:${BOT_ACCOUNT}:rule/${rule}` },
      });

  test("the queue takes events of the three rules only", async () => {
    const resourcePolicy: Policy = resource("AWS::SQS::QueuePolicy", "PolicyDocument");
    const send = sendTo(resourcePolicy);
    for (const rule of ["OwnStatusRule", "OwnSignalsRule", "MembersRule"]) assert.equal(await send(rule), true, rule);
    assert.equal(await send("Other"), false);
    assert.equal(await send("OwnStatusRule", "sns.amazonaws.com"), false);
  });

  test("the documented policy of a queue made by hand takes events of its rules only", async () => {
    const send = sendTo(documentedResources().queue);
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

  /** Tells whether a role of an account and organization may act on a bus. */
  const actOn =
    (resourcePolicy: Policy, action = "events:PutEvents", name = "countersign-waiting") =>
    (account: string, organization: string) => {
      const bus = `arn:aws:events:us-east-1:${BOT_ACCOUNT}:event-bus/${name}`;
      return isAllowed({
        ...{ principal: `arn:aws:sts::${account}:assumed-role/Forwarding/session`, action, resource: bus },
        ...{ account: BOT_ACCOUNT, context: { "aws:PrincipalOrgID": organization }, resourcePolicy },
        identityPolicies: [{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: bus }] }],
      });
    };

  for (const name of ["organization", "listed accounts, tagged executions"])
    test(`the bus takes events of member accounts only: ${name}`, async () => {
      const statement: Statement = resource("AWS::Events::EventBusPolicy", "Statement", name);
      const put = actOn({ Version: "2012-10-17", Statement: [statement] });
      assert.equal(await put(MEMBER_ACCOUNT, "o-0123456789"), true);
      assert.equal(await put(FOREIGN_ACCOUNT, "o-9999999999"), false);
    });

  test("the documented policy of a bus made by hand takes events of the named account only", async () => {
    const { bus } = documentedResources();
    assert.equal(await actOn(bus)(MEMBER_ACCOUNT, "o-0123456789"), true);
    assert.equal(await actOn(bus)(FOREIGN_ACCOUNT, "o-0123456789"), false);
    assert.equal(await actOn(bus, "events:DeleteEventBus")(MEMBER_ACCOUNT, "o-0123456789"), false);
    assert.equal(await actOn(bus, "events:PutEvents", "default")(MEMBER_ACCOUNT, "o-0123456789"), false);
  });

  test("every documented policy is evaluated by a test", () => {
    const evaluated = [documented(false), documented(true)].flatMap(({ bot }) => bot.policies);
    const texts = [...evaluated, ...Object.values(documentedResources())].map((policy) => JSON.stringify(policy));
    assert.deepEqual(
      documentedPolicies().filter((policy) => !texts.includes(JSON.stringify(policy))),
      [],
    );
  });
});
