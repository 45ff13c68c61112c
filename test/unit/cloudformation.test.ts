import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { PropertyType, ResourceProperties } from "@aws-cdk/service-spec-types";
import { readTemplate, resolveTemplate } from "../support/cloudformation.ts";
import { BOT_TEMPLATE, DEPLOYMENTS, MEMBER_TEMPLATE } from "../support/deployments.ts";

const database = loadAwsServiceSpecSync();

/** Lists what the specification refuses in a resource: unknown types and properties, missing ones, values of another type. */
function checkResource(name: string, type: string, properties: object): string[] {
  const [resource] = database.lookup("resource", "cloudFormationType", "equals", type);
  return resource === undefined ? [`${name}: no type ${type}`] : checkProperties(name, resource.properties, properties);
}

function checkProperties(path: string, specified: ResourceProperties, given: object): string[] {
  const missing = Object.entries(specified).filter(([key, { required }]) => required === true && !(key in given));
  return [
    ...missing.map(([key]) => `${path}.${key} is missing`),
    ...Object.entries(given).flatMap(([key, value]) => {
      const property = specified[key];
      return property === undefined
        ? [`${path}.${key} does not exist`]
        : checkValue(`${path}.${key}`, property.type, value);
    }),
  ];
}

function checkValue(path: string, type: PropertyType, value: unknown): string[] {
  const wrong = (isRight: boolean) =>
    isRight ? [] : [`${path} is ${JSON.stringify(value)}, not of type ${type.type}`];
  switch (type.type) {
    case "string":
      return wrong(typeof value === "string" && (type.allowedValues?.includes(value) ?? true));
    case "integer":
      return wrong(Number.isInteger(value));
    case "number":
      return wrong(typeof value === "number");
    case "boolean":
      return wrong(typeof value === "boolean");
    case "json":
      return wrong(typeof value === "object");
    case "array":
      return Array.isArray(value)
        ? value.flatMap((each, i) => checkValue(`${path}[${i}]`, type.element, each))
        : wrong(false);
    case "ref": {
      const definition = database.get("typeDefinition", type.reference);
      return typeof value === "object" && value !== null
        ? checkProperties(path, definition.properties, value)
        : wrong(false);
    }
    case "union": {
      const attempts = type.types.map((each) => checkValue(path, each, value));
      return attempts.some((problems) => problems.length === 0) ? [] : (attempts[0] ?? []);
    }
    default:
      throw new Error(`${path} has a type that no template has used so far: ${type.type}`);
  }
}

for (const [name, stacks] of Object.entries(DEPLOYMENTS))
  for (const { path, account, parameters } of stacks)
    test(`CloudFormation accepts ${path} for ${name}`, () => {
      const { resources, attributes } = resolveTemplate(readTemplate(path), parameters, account);
      const problems = Object.entries(resources).flatMap(([id, { type, properties }]) =>
        checkResource(id, type, properties),
      );
      assert.deepEqual(problems, []);
      for (const each of attributes) {
        const [type = "", attribute = ""] = each.split(".");
        const resource = database.lookup("resource", "cloudFormationType", "equals", type).only();
        assert.ok(attribute in resource.attributes, each);
      }
    });

test("the check refuses an unknown type, an unknown property, a missing one and a wrong value", () => {
  assert.deepEqual(checkResource("A", "AWS::SQS::Line", {}), ["A: no type AWS::SQS::Line"]);
  assert.deepEqual(checkResource("A", "AWS::SQS::Queue", { Delay: 1 }), ["A.Delay does not exist"]);
  assert.deepEqual(checkResource("A", "AWS::SQS::Queue", { DelaySeconds: "1" }), [
    'A.DelaySeconds is "1", not of type integer',
  ]);
  const target = { Arn: "arn:aws:sqs:us-east-1:111122223333:queue", Input: 1 };
  assert.deepEqual(checkResource("A", "AWS::Events::Rule", { State: "ON", Targets: [target] }), [
    'A.State is "ON", not of type string',
    "A.Targets[0].Id is missing",
    "A.Targets[0].Input is 1, not of type string",
  ]);
});

describe("each template", () => {
  for (const path of [BOT_TEMPLATE, MEMBER_TEMPLATE]) {
    const template = readTemplate(path);
    const stacks = Object.values(DEPLOYMENTS).flatMap((all) => all.filter((each) => each.path === path));
    const resolved = stacks.map(({ parameters, account }) => resolveTemplate(template, parameters, account));

    test(`${path} uses every parameter and condition`, () => {
      const read = new Set(resolved.flatMap((stack) => [...stack.read]));
      const names = [...Object.keys(template.Parameters), ...Object.keys(template.Conditions)];
      assert.deepEqual(
        names.filter((name) => !read.has(name)),
        [],
      );
    });

    test(`${path} is created by the tests with and without each conditional resource`, () => {
      for (const [id, { Condition }] of Object.entries(template.Resources)) {
        const times = resolved.filter(({ resources }) => id in resources).length;
        assert.ok(times > 0 && (Condition === undefined) === (times === resolved.length), id);
      }
    });

    test(`${path} says that nobody has tested it against AWS`, () => {
      assert.match(readFileSync(path, "utf8").slice(0, 800), /Not tested against AWS/);
    });
  }
});

describe("events", () => {
  type Rule = { EventPattern: unknown; Targets: { Arn: string; RoleArn?: string }[] };
  const rulesOf = (name: string) =>
    (DEPLOYMENTS[name] ?? []).flatMap(({ path, parameters, account }) =>
      Object.values(resolveTemplate(readTemplate(path), parameters, account).resources)
        .filter(({ type }) => type === "AWS::Events::Rule")
        .map(({ properties }) => properties as Rule),
    );

  test("both accounts select the same events", () => {
    const patterns = rulesOf("organization").map(({ EventPattern }) => EventPattern);
    const [status, signals, members, ...forwarded] = patterns;
    assert.deepEqual(forwarded, [status, signals]);
    assert.deepEqual(members, { source: ["aws.ssm"] });
  });

  test("member accounts forward to the bot's bus with a role, and the bot's rules deliver to its queue", () => {
    const targets = rulesOf("organization").flatMap(({ Targets }) => Targets);
    const queue = "arn:aws:sqs:us-east-1:111122223333:countersign-waiting";
    const bus = "arn:aws:events:us-east-1:111122223333:event-bus/countersign-waiting";
    assert.deepEqual(
      targets.map(({ Arn }) => Arn),
      [queue, queue, queue, bus, bus],
    );
    assert.deepEqual(
      targets.map(({ RoleArn }) => RoleArn?.split("/")[0]),
      [undefined, undefined, undefined, "arn:aws:iam::444455556666:role", "arn:aws:iam::444455556666:role"],
    );
  });
});
