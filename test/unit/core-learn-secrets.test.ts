import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findNaming,
  learnSecrets,
  parseNamedJson,
  type SecretSources,
  withoutNamedValues,
  withParentSources,
} from "../../src/core/learn-secrets.ts";

const hides = (name: string) => /password|token/i.test(name);
/** Hides everything that has a name. */
const hidesNamed = (name: string) => name !== "";

/** Learns what sources have. `costs`: of each part, in steps of the search. */
function learn(sources: Partial<SecretSources>, isHidden = hides) {
  const work = learnSecrets({ parameters: {}, ...sources }, isHidden);
  const costs: number[] = [];
  for (;;) {
    const next = work.next();
    if (next.done === true) return { ...next.value, costs };
    costs.push(next.value);
  }
}

/** What sources teach, as "name: value" in the order of the alphabet. */
const taught = (sources: Partial<SecretSources>, isHidden = hides) =>
  learn(sources, isHidden)
    .learned.secrets.map(({ name, value }) => `${name}: ${value}`)
    .sort();
const withInput = (value: unknown): Partial<SecretSources> => ({
  steps: [{ inputs: { Input: value }, outputs: {}, failureMessage: null }],
});

/** A step without values. */
const STEP = { inputs: {}, outputs: {}, failureMessage: null };

/** Each part of an execution, and what it teaches. */
const SOURCES: [what: string, sources: Partial<SecretSources>, secrets: string[]][] = [
  ["a parameter", { parameters: { Password: ["abc"], Other: ["def"] } }, ["Password: abc"]],
  ["each value of a parameter", { parameters: { Password: ["abc", "def"] } }, ["Password: abc", "Password: def"]],
  ["a variable", { variables: { dbToken: ["abc"] } }, ["dbToken: abc"]],
  ["an output", { outputs: { "Make.token": ["abc"] } }, ["Make.token: abc"]],
  ["an output of a step", { steps: [{ ...STEP, outputs: { token: ["abc"] } }] }, ["token: abc"]],
  ["a detail of a failure", { steps: [{ ...STEP, failureDetails: { Token: ["abc"] } }] }, ["Token: abc"]],
  ["a failure of a step", { steps: [{ ...STEP, failureMessage: "token=abc" }] }, ["token: abc"]],
  ["a failure", { failureMessage: "no token=abc" }, ["token: abc"]],
  ["a text in an input", { steps: [{ ...STEP, inputs: { Token: "abc" } }] }, ["Token: abc"]],
  ["a number in an input", { steps: [{ ...STEP, inputs: { Token: 4711, Count: 5 } }] }, ["Token: 4711"]],
  ["a Boolean and null in an input", { steps: [{ ...STEP, inputs: { Token: true, Password: null } }] }, []],
  ["an object in an input", withInput({ token: "abc", x: "def" }), ["token: abc"]],
  ["members of a hidden object", withInput({ token: { a: "abc", b: [7] } }), ["token: 7", "token: abc"]],
  ["the update of a variable", { steps: [{ ...STEP, inputs: { Name: "token", Value: "abc" } }] }, ["token: abc"]],
  ["a name and a value", withInput([{ Value: "abc", Name: "token", Note: "x" }]), ["token: abc"]],
  ["NAME=value in a list", withInput(["a", ["token=abc"]]), ["token: abc"]],
  ["NAME=value of a name as its value", withInput("password=password token=db_token xtoken=xTOK"), ["token: db_token"]],
  ["a parent", { parents: { executions: [{ parameters: { Token: ["abc"] } }] } }, ["Token: abc"]],
];

for (const [what, sources, secrets] of SOURCES)
  test(`values are learned from ${what}`, () => {
    assert.deepEqual(taught(sources), secrets);
  });

/** JSON under a hidden name, and the members that are learned with it. */
const HIDDEN_JSON: [json: string, members: string[]][] = [
  ['["abc","de",12,345," f "]', ["345", "abc"]],
  [' \n{"a":"abc"}', ["abc"]],
  ['x["abc"]', []],
  ["abc", []],
  ['[{"Value":"abc","Name":"DbToken"}]', ["DbToken", "abc"]],
];

for (const [json, members] of HIDDEN_JSON)
  test(`members of three characters or more are learned from the hidden value ${JSON.stringify(json)}`, () => {
    const secrets = [json, ...members].map((value) => `Password: ${value}`);
    assert.deepEqual(taught({ parameters: { Password: [json] } }), secrets.sort());
  });

test("members are learned from hidden JSON of 100,000 characters in all", () => {
  const json = (member: string, length: number) => `["${member}"${" ".repeat(length - member.length - 4)}]`;
  const members = (...lengths: number[]) =>
    taught({ parameters: { Password: lengths.map((length, index) => json(`abc${index}`, length)) } }).filter(
      (each) => each.length < 100,
    );
  assert.deepEqual(members(100_000), ["Password: abc0"]);
  assert.deepEqual(members(100_001), []);
  assert.deepEqual(members(60_000, 40_000), ["Password: abc0", "Password: abc1"]);
  assert.deepEqual(members(60_000, 40_001, 100), ["Password: abc0", "Password: abc2"]);
  const other = `not JSON: [${" ".repeat(60_000)}]`;
  assert.ok(taught({ parameters: { Password: [other, json("abc", 60_000)] } }).includes("Password: abc"));
});

test("what a text names is learned from texts of 250,000 characters each, and a million in all", () => {
  const text = (index: number, length: number) => `token=abc${index} `.padEnd(length, "x ");
  const secrets = (...lengths: number[]) => taught({ outputs: { Out: lengths.map((length, at) => text(at, length)) } });
  assert.deepEqual(secrets(250_000), ["token: abc0"]);
  assert.deepEqual(secrets(250_001, 20), ["token: abc1"]);
  const four = [0, 1, 2, 3].map((index) => `token: abc${index}`);
  assert.deepEqual(secrets(...Array(4).fill(250_000), 20), four);
  assert.deepEqual(secrets(...Array(3).fill(250_000), 249_970, 30, 30), [...four, "token: abc4"]);
});

/** Sources, and the cost of each of their values and of the failure message: one step, and one for four characters. */
const COSTS: [what: string, sources: Partial<SecretSources>, costs: number[]][] = [
  ["no values", {}, [1]],
  ["texts", { parameters: { A: ["12345678", "1234"] } }, [3, 2, 1]],
  ["a text that was read before", { parameters: { A: ["12345678", "12345678"] } }, [3, 1, 1]],
  ["the same text under a hidden name", { parameters: { A: ["12345678"], Token: ["12345678"] } }, [3, 3, 1]],
  ["a failure of the execution", { failureMessage: "12345678" }, [3]],
  ["a step", { steps: [{ ...STEP, failureMessage: "1234" }] }, [1, 2]],
];

for (const [what, sources, costs] of COSTS)
  test(`the cost of learning: ${what}`, () => {
    const { costs: found, steps, learned } = learn(sources);
    assert.deepEqual(found, costs);
    const read = costs.reduce((sum, each) => sum + each - 1, 0);
    assert.equal(steps, learned.secrets.length + read);
  });

/** A value in so many lists. */
const inLists = (depth: number, value: unknown): unknown => (depth === 0 ? value : [inLists(depth - 1, value)]);
const inObjects = (depth: number, value: unknown): unknown =>
  depth === 0 ? value : { a: inObjects(depth - 1, value) };
const PAIR = { Value: "abc", Name: "DbToken" };

/** Ways to nest a value so deeply, and the depth of the deepest that is learned. */
const NESTED: [what: string, nest: (depth: number) => unknown, deepest: number][] = [
  ["lists", (depth) => inLists(depth, "token=abc"), 60],
  ["objects", (depth) => inObjects(depth, "token=abc"), 59],
  ["JSON", (depth) => JSON.stringify(inLists(depth, PAIR)), 57],
  ["lists and JSON", (depth) => inLists(30, JSON.stringify(inLists(depth - 30, PAIR))), 58],
];

for (const [what, nest, deepest] of NESTED)
  test(`a value in ${deepest} ${what} is learned, and a deeper one is not`, () => {
    assert.equal(taught(withInput(nest(deepest))).length, 1);
    assert.deepEqual(taught(withInput(nest(deepest + 1))), []);
  });

test("items of lists and JSON in a text have no name: a glob that matches any name does not hide them", () => {
  assert.deepEqual(taught({ parameters: { "": ["abc"] } }, hidesNamed), []);
  assert.deepEqual(taught({ outputs: { "": [["abc", ["def"]]] as never } }, hidesNamed), []);
  const json = '[["abc"],{"Value":"def","Name":"x"}]';
  assert.deepEqual(taught({ parameters: { "": [json] } }, hidesNamed), ["Name: x", "Value: def", "x: def"]);
});

/** An object, the members that belong to a hidden name in it, and that name. */
const NAMINGS: [members: object, hidden: string[], name: string | null][] = [
  [{ Name: "token", Value: "a" }, ["Value"], "token"],
  [{ Value: "a", Name: "token" }, ["Value"], "token"],
  [{ key: "token", oldValue: "a", newvalues: "b", x: "c" }, ["oldValue", "newvalues"], "token"],
  [{ ParameterName: "token", Value: "a" }, ["Value"], "token"],
  [{ variable: "token", Value: "a" }, ["Value"], "token"],
  [{ Id: "token", Value: "a" }, ["Value"], "token"],
  [{ Name: "region", Key: "token", Value: "a" }, ["Value"], "token"],
  [{ Name: "region", Value: "a" }, [], null],
  [{ Names: "token", Keys: "token", Identity: "token", Value: "a" }, [], null],
  [{ Name: ["token"], Value: "a" }, [], null],
  [{ Value: "token" }, [], null],
];

for (const [members, hidden, name] of NAMINGS)
  test(`the members of ${JSON.stringify(members)} that belong to a hidden name: ${hidden.join(", ") || "none"}`, () => {
    const naming = findNaming(members, hides);
    const found = Object.keys(members).filter((key) => naming(key) !== null);
    assert.deepEqual(found, hidden);
    for (const key of found) assert.equal(naming(key), name);
  });

/** Texts, and whether they are JSON in which a member belongs to a hidden name in another one. */
const PARSED: [text: string, isNamed: boolean][] = [
  ['{"Value":"a","Name":"token"}', true],
  [' \n[{"Value":"a","Name":"token"}]', true],
  ['{"x":null,"y":["value",1],"z":{"Value":"a","Name":"token"}}', true],
  ['{"V\\u0061lue":"a","Name":"token"}', true],
  ['{"Value":"a","Name":"region"}', false],
  ['{"Text":"a","Name":"token"}', false],
  ['["value",{"value":null}]', false],
  ['"value token"', false],
  ["[value, Name=token", false],
  ['x{"Value":"a","Name":"token"}', false],
  [JSON.stringify(inLists(60, PAIR)), true],
  [JSON.stringify(inLists(61, PAIR)), false],
  [JSON.stringify(inObjects(60, PAIR)), true],
  [JSON.stringify(inObjects(61, PAIR)), false],
];

for (const [text, isNamed] of PARSED)
  test(`${text.length > 99 ? `JSON of ${text.length} characters` : text} ${isNamed ? "has" : "has no"} member that belongs to a hidden name`, () => {
    assert.deepEqual(parseNamedJson(text, hides), isNamed ? JSON.parse(text) : null);
  });

test("JSON without the members that belong to a hidden name keeps everything else, to a depth of 60", () => {
  const without = (value: unknown) => withoutNamedValues(value, hides);
  const value = { a: null, b: [1, "x", { ...PAIR, c: true }], Value: "y", token: "z" };
  assert.deepEqual(without(value), { ...value, b: [1, "x", { Name: "DbToken", c: true }] });
  const named = { Name: "DbToken" };
  assert.deepEqual(without(inLists(60, PAIR)), inLists(60, named));
  assert.deepEqual(without(inLists(61, PAIR)), inLists(61, null));
  assert.deepEqual(without(inObjects(60, PAIR)), inObjects(60, named));
  assert.deepEqual(without(inObjects(61, PAIR)), inObjects(61, null));
});

test("an execution comes before those that started it", () => {
  const parent = { parameters: { A: ["b"] } };
  const own = { parameters: {}, parents: { executions: [parent] } };
  assert.deepEqual(withParentSources(own), [own, parent]);
  assert.deepEqual(withParentSources(parent), [parent]);
});
