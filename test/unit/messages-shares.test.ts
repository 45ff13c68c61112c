import assert from "node:assert/strict";
import { test } from "node:test";
import { MESSAGE_PARTS } from "../../src/slack/messages/message-parts.ts";
import { changedParametersBlock, parametersBlock } from "../../src/slack/messages/parameters.ts";
import { stepBlocks } from "../../src/slack/messages/step-details.ts";
import { aStep } from "../support/samples.ts";
import { parameter } from "./messages-examples.ts";

const LIMITS = { room: 900, most: 8, longest: 400, rest: "" };
const longOf = (block: object | null) =>
  Math.max(...(JSON.stringify(block).match(/x+/g) ?? [""]).map((each) => each.length));

test("a long parameter gets the room that short ones leave, and pushes none of them out", () => {
  const short = Array.from({ length: 7 }, (_, index) =>
    parameter({ name: `Short${index}`, values: [`value-${index}`] }),
  );
  const all = [parameter({ name: "Long", values: ["x".repeat(5_000)] }), ...short];
  for (const block of [changedParametersBlock(all, LIMITS, "p"), parametersBlock(all, LIMITS, "p")]) {
    for (let index = 0; index < 7; index++) assert.ok(JSON.stringify(block).includes(`value-${index}`), `${index}`);
    assert.ok(longOf(block) > 300, `${longOf(block)}`);
  }
});

test("when room is short, each long parameter has an equal share, whatever the lengths of the names", () => {
  const all = Array.from({ length: 12 }, (_, index) =>
    parameter({ name: `${index}${"n".repeat(index === 0 ? 5 : 95)}`, values: ["x".repeat(index === 0 ? 5_000 : 300)] }),
  );
  const text = JSON.stringify(parametersBlock(all, MESSAGE_PARTS.parameters, "p"));
  assert.doesNotMatch(text, /parameters shown/);
  const lengths = (text.match(/x{9,}/g) ?? []).map((each) => each.length);
  assert.equal(lengths.length, 12);
  // The note about the cut names the length of the value.
  assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 3, `${lengths}`);
});

test("a step with long inputs, outputs and a failure pushes out no other step", () => {
  const long = "x".repeat(9_000);
  const step = (name: string, text: string) =>
    aStep({ name, stepExecutionId: name, inputs: { a: text }, outputs: { b: [text] }, failureMessage: text });
  const marks = new Map<string, string>();
  const equal = stepBlocks([step("one", long), step("two", long), step("three", long)], marks, { room: 6_000 });
  assert.equal(equal.cut, null);
  const mixed = stepBlocks([step("one", long), step("two", "y"), step("three", "z")], marks, { room: 6_000 });
  assert.equal(mixed.cut, null);
  assert.ok(longOf(mixed.blocks) > 1_500, "the long step gets the room that the others leave");
});
