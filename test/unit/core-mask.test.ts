import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MASK, makeMask } from "../../src/core/mask.ts";
import { normalizeText } from "../../src/core/search-view.ts";

const GLOBS = ["*password*", "*secret*", "*token*"];

/** A secret value: long enough to be found inside a word, and no part of its replacement. */
const secret = fc
  .string({ unit: "grapheme", minLength: 6, maxLength: 24 })
  .filter(
    (value) => normalizeText(value).length >= 6 && !MASK.includes(normalizeText(value)) && !/^[\d.,-]+$/.test(value),
  );

test("parameters are masked by a glob on their name, without case", () => {
  const mask = makeMask(GLOBS, { parameters: {} });
  for (const name of ["Password", "dbPassword", "API_TOKEN", "mySecretKey"]) assert.ok(mask.hides(name), name);
  for (const name of ["Pass", "Environment", ""]) assert.ok(!mask.hides(name), name);
});

test("a secret value is masked anywhere in a text", () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, between) => {
      const mask = makeMask(GLOBS, { parameters: { DbPassword: secrets } });
      const text = between.flatMap((words, index) => [words, secrets[index % secrets.length] ?? ""]).join("");
      const shown = mask.text(text);
      for (const value of secrets) assert.ok(!shown.includes(value), JSON.stringify({ value, text, shown }));
    }),
    { numRuns: 300 },
  );
});

test("a secret value is masked at any depth, in keys, and in JSON within a text", () => {
  const { nested } = fc.letrec<{ nested: unknown }>((tie) => ({
    nested: fc.oneof(
      { maxDepth: 4 },
      fc.constant("SECRET"),
      fc.constant("before SECRET after"),
      fc.constant("JSON"),
      fc.integer(),
      fc.array(tie("nested"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "SECRET", "token"), tie("nested"), { maxKeys: 3 }),
    ),
  }));
  const fill = (value: unknown, hidden: string): unknown => {
    if (value === "JSON") return JSON.stringify({ password: hidden });
    if (typeof value === "string") return value.replace("SECRET", () => hidden);
    if (Array.isArray(value)) return value.map((each) => fill(each, hidden));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key === "SECRET" ? hidden : key, fill(each, hidden)]),
      );
    return value;
  };
  const texts = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(texts);
    if (typeof value === "object" && value !== null)
      return Object.entries(value).flatMap(([key, each]) => [key, ...texts(each)]);
    return [String(value)];
  };
  fc.assert(
    fc.property(nested, secret, (shape, hidden) => {
      const mask = makeMask(GLOBS, { parameters: { ApiToken: [hidden] } });
      const escaped = JSON.stringify(hidden).slice(1, -1);
      for (const shown of texts(mask.value("Input", fill(shape, hidden)))) {
        assert.ok(!shown.includes(hidden) && !shown.includes(escaped), JSON.stringify({ hidden, shown }));
      }
    }),
    { numRuns: 300 },
  );
});

test("a secret that AWS returns as a number is masked", () => {
  const mask = makeMask(GLOBS, { parameters: { PinToken: ["48151623"] } });
  assert.deepEqual(mask.value("Input", { pin: 48151623, list: [1, 48151623], yes: true }), {
    pin: MASK,
    list: [1, MASK],
    yes: true,
  });
});

test("a secret that contains a shorter secret is masked completely", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["hunter2"], Token: ["hunter2-and-more"] } });
  assert.equal(mask.text("is hunter2-and-more or hunter2?"), `is ${MASK} or ${MASK}?`);
});

test("a very short secret is masked only under its own name, because its letters occur in any sentence", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["on"] } });
  assert.equal(mask.text("going on"), "going on");
  assert.equal(mask.value("Password", "on"), MASK);
});

test("a value that is not secret does not change", () => {
  const mask = makeMask(GLOBS, { parameters: { Environment: ["production"], Password: ["hunter2"] } });
  const value = { a: ["production", 1, null, true], b: { c: "x" } };
  assert.deepEqual(mask.value("Inputs", value), value);
});

test("a secret inside a JSON parameter is masked there and in all other texts", () => {
  const mask = makeMask(["*password*", "*token*"], {
    parameters: {
      Config: ['{"DbPassword":"mapped-Secret-9","Region":"eu-west-1"}'],
      Payload: ['{"nested":[{"apiToken":"json-Secret-8"}]}'],
      Pin_token: ["987"],
    },
  });
  const texts = [
    '{"DbPassword":"mapped-Secret-9","Region":"eu-west-1"}',
    '{"nested":[{"apiToken":"json-Secret-8"}]}',
    "Connect with mapped-Secret-9 and json-Secret-8, pin 987",
    '{"password":"literal-3"}',
  ];
  const masked = texts.map(mask.text).join();
  for (const secret of ["mapped-Secret-9", "json-Secret-8", "987", "literal-3"]) assert.ok(!masked.includes(secret));
  assert.ok(masked.includes("eu-west-1"), "values that are not secret do not change");
  assert.deepEqual(mask.value("Payload", '{"password":"literal-3"}'), `{"password":"${MASK}"}`);
});

test("JSON without secrets keeps its exact text", () => {
  const mask = makeMask(["*password*"], { parameters: {} });
  for (const text of ['{ "a": 1.0 }', "[1, 2]", "{not json}", "{}"]) assert.equal(mask.text(text), text);
});

test("a very deeply nested value is masked without exhausting the stack", () => {
  const mask = makeMask(["*password*"], { parameters: { Deep: [`${"[".repeat(5_000)}${"]".repeat(5_000)}`] } });
  assert.ok(mask.text(`${'{"a":'.repeat(3_000)}{"password":"x"}${"}".repeat(3_000)}`).includes(MASK));
  let deep: unknown = { password: "x" };
  for (let depth = 0; depth < 10_000; depth++) deep = { a: deep };
  assert.ok(JSON.stringify(mask.value("Deep", deep)).includes(MASK));
});
