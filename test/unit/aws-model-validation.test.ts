import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eventBridgeModel,
  findShape,
  type ServiceModel,
  sqsModel,
  ssmModel,
  stsModel,
} from "../../sandbox/aws/model/service-model.ts";
import { AwsError } from "../../sandbox/aws/protocol/aws-error.ts";
import { findViolations, throwOnViolations } from "../../sandbox/aws/protocol/constraints.ts";
import { deserialize } from "../../sandbox/aws/protocol/deserialize.ts";

/** A model with one shape of each kind, so that each rule needs one row. */
const model: ServiceModel = {
  api: "example",
  operations: {},
  shapes: {
    Request: {
      type: "structure",
      required: ["Name"],
      members: {
        Name: "Name",
        Kind: "Kind",
        Count: "Count",
        Tags: "Tags",
        Parts: "Parts",
        Payload: "Payload",
        Secret: "Secret",
        Sure: "Sure",
        At: "At",
      },
    },
    Name: { type: "string", min: 2, max: 4 },
    Kind: { type: "string", enum: ["A", "B"] },
    Count: { type: "integer", min: 1, max: 50 },
    Tag: { type: "string", max: 3, pattern: "[a-z]*" },
    Tags: { type: "list", min: 1, max: 2, member: "Tag" },
    Part: { type: "structure", required: ["Key"], members: { Key: "Kind", Names: "Tags" } },
    Parts: { type: "list", member: "Part" },
    Payload: { type: "map", min: 1, max: 2, key: "Name", value: "Tags" },
    Secret: { type: "string", min: 8, sensitive: true },
    Sure: { type: "boolean" },
    At: { type: "timestamp" },
  },
};
const value = (text: string) => `Value ${text} failed to satisfy constraint: `;
const tag = "Member must have length less than or equal to 3, Member must satisfy regular expression pattern: [a-z]*";

const rows: [string, Record<string, unknown>, string[]][] = [
  ["a valid input has no violations", { Name: "abc", Kind: "A", Count: 50, Tags: ["a"], Payload: { ab: ["x"] } }, []],
  ["a required member must be present", {}, [`${value("null at 'name'")}Member must not be null`]],
  ["null counts as absent", { Name: null }, [`${value("null at 'name'")}Member must not be null`]],
  [
    "a string can be too short",
    { Name: "a" },
    [`${value("'a' at 'name'")}Member must have length greater than or equal to 2`],
  ],
  [
    "a string can be too long",
    { Name: "abcde" },
    [`${value("'abcde' at 'name'")}Member must have length less than or equal to 4`],
  ],
  ["length counts characters, not UTF-16 units", { Name: "😀😀😀😀" }, []],
  [
    "an enum accepts only its values",
    { Name: "abc", Kind: "C" },
    [`${value("'C' at 'kind'")}Member must satisfy enum value set: [A, B]`],
  ],
  [
    "a number must be within its bounds",
    { Name: "abc", Count: 0 },
    [`${value("'0' at 'count'")}Member must have value greater than or equal to 1`],
  ],
  [
    "a list can be too short",
    { Name: "abc", Tags: [] },
    [`${value("'[]' at 'tags'")}Member must have length greater than or equal to 1`],
  ],
  [
    "the error about a list item contains all constraints of items",
    { Name: "abc", Tags: ["a", "X"] },
    [`${value("'[a, X]' at 'tags'")}Member must satisfy constraint: [${tag}]`],
  ],
  [
    "a list item must not be null",
    { Name: "abc", Tags: [null] },
    [`${value("'[null]' at 'tags'")}Member must satisfy constraint: [${tag}]`],
  ],
  [
    "members of list items have numbered paths",
    { Name: "abc", Parts: [{ Key: "A" }, { Key: "C" }] },
    [`${value("'C' at 'parts.2.member.key'")}Member must satisfy enum value set: [A, B]`],
  ],
  [
    "a map can be too small",
    { Name: "abc", Payload: {} },
    [`${value("'{}' at 'payload'")}Member must have length greater than or equal to 1`],
  ],
  [
    "a map's keys have constraints",
    { Name: "abc", Payload: { a: ["x"] } },
    [
      `${value("'{a=[x]}' at 'payload'")}Map keys must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 2]`,
    ],
  ],
  [
    "a map's values have constraints",
    { Name: "abc", Payload: { ab: ["long"] } },
    [
      `${value("'{ab=[long]}' at 'payload'")}Map value must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1, Member must satisfy constraint: [${tag}]]`,
    ],
  ],
  [
    "the error text omits a secret",
    { Name: "abc", Secret: "short" },
    ["Value at 'secret' failed to satisfy constraint: Member must have length greater than or equal to 8"],
  ],
];
for (const [claim, input, expected] of rows) {
  test(claim, () => assert.deepEqual(findViolations(model, "Request", input), expected));
}

test("violations are counted and listed in one message", () => {
  throwOnViolations([]);
  assert.throws(() => throwOnViolations(["a"]), {
    code: "ValidationException",
    message: "1 validation error detected: a",
  });
  assert.throws(() => throwOnViolations(["a", "b"], "ValidationError"), {
    code: "ValidationError",
    message: "2 validation errors detected: a; b",
  });
});

const wrongTypes: [string, string][] = [
  ['{"Name": 1}', "NUMBER_VALUE can not be converted to a String"],
  ['{"Name": false}', "FALSE_VALUE can not be converted to a String"],
  ['{"Count": "1"}', "STRING_VALUE can not be converted to an Integer"],
  ['{"Count": true}', "TRUE_VALUE can not be converted to an Integer"],
  ['{"Count": 1.5}', ""],
  ['{"Sure": "true"}', "STRING_VALUE can not be converted to a Boolean"],
  ['{"Tags": "a"}', "Expected list or null"],
  ['{"Tags": [1]}', "NUMBER_VALUE can not be converted to a String"],
  ['{"Parts": ["x"]}', "Expected null"],
  ['{"Parts": {"Key": "A"}}', "Start of structure or map found where not expected."],
  ['{"Payload": []}', "Start of list found where not expected"],
  ['{"Payload": {"ab": "x"}}', "Expected list or null"],
];
for (const [body, message] of wrongTypes) {
  test(`${body} has a wrong type`, () => {
    assert.throws(() => deserialize(model, "Request", body), { code: "SerializationException", message });
  });
}

test("unknown members are dropped, including __proto__", () => {
  const read = deserialize(
    model,
    "Request",
    '{"Name": "abc", "Colour": 1, "__proto__": {"Kind": "A"}, "Payload": {"__proto__": ["x"]}}',
  );
  assert.deepEqual(Object.keys(read), ["Name", "Payload"]);
  assert.deepEqual(Object.keys(read.Payload as object), ["__proto__"]);
});

for (const each of [ssmModel, eventBridgeModel, stsModel, sqsModel]) {
  test(`the ${each.api} model contains every shape that it uses, and its patterns compile`, () => {
    const used = Object.values(each.operations).flatMap(({ input, output }) => [
      input,
      ...(output === null ? [] : [output]),
    ]);
    for (const shape of Object.values(each.shapes)) {
      used.push(
        ...Object.values(shape.members ?? {}),
        ...[shape.member, shape.key, shape.value].filter((name) => name !== undefined),
      );
      if (shape.pattern !== undefined) {
        const probe = {
          ...each,
          shapes: {
            ...each.shapes,
            Probe: { type: "structure", members: { P: "Pattern" } },
            Pattern: { type: "string", pattern: shape.pattern },
          },
        };
        findViolations(probe as ServiceModel, "Probe", { P: "x" });
      }
    }
    for (const name of used) assert.ok(findShape(each, name), name);
  });
}

test("STS's ARN pattern accepts its whole character range and rejects a control character", () => {
  const arn = (name: string) => ({ RoleArn: `arn:aws:iam::111122223333:role/${name}`, RoleSessionName: "jane" });
  assert.deepEqual(findViolations(stsModel, "AssumeRoleRequest", arn("Countersign")), []);
  assert.equal(findViolations(stsModel, "AssumeRoleRequest", arn("a\u0001")).length, 1);
});

test("the status of an AwsError defaults to 400", () => {
  assert.equal(new AwsError("X").status, 400);
});
