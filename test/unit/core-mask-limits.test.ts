import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NOT_STORED, toRequestFacts } from "../../src/core/facts.ts";
import { MASK, makeMask, WITHHELD } from "../../src/core/mask.ts";
import { anExecution, aStep } from "../support/samples.ts";

const GLOBS = ["*password*", "*token*"];

/** Values that a person could choose for a hidden parameter to hide other texts. */
const KEPT: [string, hidden: string, text: string][] = [
  ["a visible parameter's value", "i-0abcdef0123456789", "Terminate i-0abcdef0123456789?"],
  ["a visible parameter's value in another case", "I-0ABCDEF0123456789", "Terminate i-0abcdef0123456789?"],
  ["a visible parameter's value with a line break", "i-0abcdef0123456789\n", "Terminate i-0abcdef0123456789?"],
  ["a line of several that is a visible value", "x\ni-0abcdef0123456789", "Terminate i-0abcdef0123456789?"],
  ["a member of a visible parameter", "eu-west-1", "Move to eu-west-1?"],
  ["an allowed value", "prod-blue", "Switch to prod-blue?"],
  ["a Boolean word", "True", "Delete: true?"],
  ["two characters", "42", "Delete 42 hosts?"],
];
const VISIBLE = { InstanceId: ["i-0abcdef0123456789"], Map: ['{"Region":"eu-west-1","ApiToken":"json-secret-9"}'] };

for (const [what, hidden, text] of KEPT) {
  test(`${what} stays visible, and the hidden parameter is named without its value`, () => {
    const mask = makeMask(GLOBS, { parameters: { AdminPassword: [hidden], ...VISIBLE } }, ["prod-blue"]);
    assert.equal(mask.text(text), text);
    assert.deepEqual(mask.notReplaced(), ["AdminPassword"]);
    assert.equal(mask.value("AdminPassword", hidden), MASK);
  });
}

test("the members of a visible parameter that are hidden do not stay visible", () => {
  const mask = makeMask(GLOBS, { parameters: { AdminPassword: ["json-secret-9"], ...VISIBLE } });
  assert.equal(mask.text("use json-secret-9"), `use ${MASK}`);
  assert.deepEqual(mask.notReplaced(), []);
});

test("a value that no text contains is not named", () => {
  const mask = makeMask(GLOBS, { parameters: { AdminPassword: ["true"], ...VISIBLE } });
  assert.equal(mask.text("Restart the database?"), "Restart the database?");
  assert.deepEqual(mask.notReplaced(), []);
});

test("numbers and values of three to five characters are replaced as whole tokens only", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["abc", "prod", "123456"] } });
  const table: [string, string][] = [
    ["abc abcd xabc abc.", `${MASK} abcd xabc ${MASK}.`],
    ["prod-db-1 and preprod in prod", `prod-db-1 and preprod in ${MASK}`],
    ["i-0123456789 port 123456, 123456.5", `i-0123456789 port ${MASK}, 123456.5`],
  ];
  for (const [given, expected] of table) assert.equal(mask.text(given), expected);
});

test("a longer value is replaced inside words, also inside a visible value that contains it", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["hunter2"], Url: ["postgres://x:hunter2@db"] } });
  assert.equal(mask.text("postgres://x:hunter2@db"), `postgres://x:${MASK}@db`);
  assert.equal(mask.text("xhunter2x"), `x${MASK}x`);
});

test("a value that only begins like a long secret stays visible", () => {
  const common = "arn:aws:ssm:eu-west-1:111122223333:parameter/production/databases/orders/";
  const mask = makeMask(GLOBS, { parameters: { Password: [`${common}primary`], Other: ["x"] } });
  assert.equal(mask.text(`see ${common}replica now`), `see ${common}replica now`);
  assert.equal(mask.text(`see ${common}primary now`), `see ${MASK} now`);
  assert.equal(mask.text(`see ${common}prim`), `see ${MASK}`, "AWS may have cut the text off");
});

test("the facts name the hidden values that the message or a parameter still shows, and keep AWS's approvers", () => {
  const arn = "arn:aws:iam::111122223333:role/CountersignBot";
  const parameters = { AdminPassword: ["prod-7"], Token: [arn], Environment: ["prod-7"] };
  const step = aStep({ inputs: { Message: "Restart prod-7?", Approvers: [arn] } });
  const execution = anExecution({ parameters, steps: [step] });
  const facts = toRequestFacts(execution, step, { gate: 1, gates: 1 }, makeMask(GLOBS, execution), null);
  assert.equal(facts.message, "Restart prod-7?");
  assert.deepEqual(facts.awsApprovers, [arn]);
  assert.deepEqual(facts.notReplaced, ["AdminPassword"]);
  assert.deepEqual(facts.parameters.find(({ name }) => name === "Environment")?.values, ["prod-7"]);
});

/** Parameters at the limits of the API model: names, values and characters of each; every second one is hidden. */
function largest(names: number, unit = (name: number, value: number) => `${name}x${value}-`) {
  const value = (name: number, index: number) =>
    unit(name, index)
      .repeat(Math.ceil(512 / unit(name, index).length))
      .slice(0, 512);
  const entry = (name: number): [string, string[]] => [
    `${name % 2 === 0 ? "Password" : "Visible"}${name}`,
    Array.from({ length: 50 }, (_, index) => value(name, index)),
  ];
  const parameters = Object.fromEntries(Array.from({ length: names }, (_, name) => entry(name)));
  return anExecution({ parameters, steps: [aStep({ inputs: { Message: "Restart the database?" } })] });
}

function factsOf(execution: ReturnType<typeof largest>) {
  const mask = makeMask(GLOBS, execution);
  const facts = toRequestFacts(execution, aStep(), { gate: 1, gates: 1 }, mask, null);
  return { facts, steps: mask.steps(), withheld: mask.withheld() };
}

test("twice as many parameters cost twice as much, up to the budget, and never more than it", () => {
  const [small, double] = [factsOf(largest(2)).steps, factsOf(largest(4)).steps];
  assert.ok(double > 1.5 * small && double < 2.5 * small, `${small} and ${double} steps`);
  const all = factsOf(largest(200));
  assert.ok(all.steps <= 500_000, `${all.steps} steps`);
});

test("secrets that nearly match everywhere cost no more than the budget", () => {
  const near = factsOf(largest(200, (name, value) => `${"a".repeat(400 + ((name * value) % 100))}b`));
  assert.ok(near.steps <= 600_000, `${near.steps} steps`);
});

test("beyond the budget whole values are withheld, the message stays, and nothing leaks", () => {
  const execution = largest(200);
  const { facts, withheld } = factsOf(execution);
  assert.equal(facts.message, "Restart the database?");
  assert.ok(withheld > 0);
  const shown = new Set(facts.parameters.flatMap(({ values }) => values));
  assert.ok(shown.has(WITHHELD));
  for (const value of Object.values(execution.parameters)
    .filter((_, index) => index % 2 === 0)
    .flat())
    assert.ok(!shown.has(value));
});

test("the stored facts are bounded: short values stay, and the longest say that they are not shown", () => {
  const execution = anExecution({
    parameters: { ...largest(200).parameters, Short: ["orders-primary"], Long: ["x".repeat(110_000)] },
    steps: [aStep()],
  });
  const facts = toRequestFacts(execution, aStep(), { gate: 1, gates: 1 }, makeMask([], execution), null);
  assert.ok(JSON.stringify(facts).length < 200_000);
  const shown = new Map(facts.parameters.map(({ name, values }) => [name, values]));
  assert.equal(shown.size, 202);
  assert.deepEqual(shown.get("Short"), ["orders-primary"]);
  assert.deepEqual(shown.get("Long"), [NOT_STORED]);
});

test("a visible value is always shown, whatever the hidden values are", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.oneof(text, fc.constant("VISIBLE")), { minLength: 1, maxLength: 4 }),
      (value, chosen) => {
        const forms = [value, ` ${value}\n`, value.toUpperCase(), `other\n${value}`, value];
        const hidden = chosen.map((each, index) => (each === "VISIBLE" ? (forms[index] ?? value) : each));
        fc.pre(
          hidden.every(
            (each) =>
              !value.toLowerCase().includes(each.toLowerCase().trim()) ||
              each.trim().toLowerCase() === value.trim().toLowerCase(),
          ),
        );
        fc.pre(!/[=:]/.test(value));
        const mask = makeMask(GLOBS, { parameters: { Password: hidden, Visible: [value] } });
        assert.equal(mask.text(value), value);
      },
    ),
    { numRuns: 300 },
  );
});

/** A list under a hidden name, as each of many values. */
const hiddenLists = (names: number) =>
  anExecution({
    parameters: {
      ...Object.fromEntries(
        Array.from({ length: names }, (_, name) => [`Password${name}`, Array(50).fill(`[${"1,".repeat(254)}1]`)]),
      ),
      DatabaseId: ["orders-primary"],
    },
    steps: [aStep({ inputs: { Message: "Restart orders-primary?" } })],
  });

test("members of hidden lists count once, and short ones not at all: they withhold no other text", () => {
  const execution = hiddenLists(16);
  const { facts, withheld } = factsOf(execution);
  const mask = makeMask(GLOBS, { parameters: { ...execution.parameters, Token: ['["first-Secret", 7, "x"]'] } });
  assert.equal(mask.text("Restart orders-primary?"), "Restart orders-primary?");
  assert.equal(mask.text("use first-Secret, 7"), `use ${MASK}, 7`);
  assert.deepEqual([facts.parameters.at(-1)?.values, withheld, mask.withheld()], [["orders-primary"], 0, 0]);
});

test("learning is a part of the cost, and distinct members cost no more than the budget", () => {
  const distinct = (names: number) =>
    anExecution({
      parameters: Object.fromEntries(
        Array.from({ length: names }, (_, name) => [
          `Password${name}`,
          Array.from({ length: 50 }, (_, value) =>
            JSON.stringify(
              Array(60)
                .fill(0)
                .map((_, at) => name * 1e6 + value * 100 + at),
            ),
          ),
        ]),
      ),
      steps: [aStep({ inputs: { Message: "Restart the database?" } })],
    });
  const [small, double] = [factsOf(distinct(1)).steps, factsOf(distinct(2)).steps];
  assert.ok(small > 5_000 && double > 1.5 * small && double < 2.5 * small, `${small} and ${double} steps`);
  assert.ok(factsOf(distinct(200)).steps <= 500_000);
});

test("the time to mask many hidden lists grows no faster than their size", () => {
  const [small, large] = [hiddenLists(2), hiddenLists(32)];
  /** Processor time, so that other processes do not count. The best of several runs is the one without a pause. */
  const measure = (execution: ReturnType<typeof hiddenLists>) => {
    const runs = Array.from({ length: 7 }, () => {
      const before = process.cpuUsage();
      factsOf(execution);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.max(Math.min(...runs), 1_000);
  };
  measure(small);
  const [least, most] = [measure(small), measure(large)];
  assert.ok(most < 50 * least, `${least} and ${most} microseconds for 16 times as much`);
});
