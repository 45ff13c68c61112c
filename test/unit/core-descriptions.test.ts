import assert from "node:assert/strict";
import { test } from "node:test";
import { findDescriptions } from "../../src/core/descriptions.ts";
import { makeMask } from "../../src/core/mask.ts";

const mask = makeMask(["Token"], { parameters: { Token: ["s3cret-value"] } });
const find = (runbook: string | null, step: string | null, message: string | null = null) =>
  findDescriptions(
    {
      runbook,
      steps: new Map([
        ["approve", step ?? ""],
        ["other", "Another step."],
      ]),
    },
    { name: "approve", message },
    mask,
  );

test("a gate without a message shows the descriptions of its step and its runbook", () => {
  assert.deepEqual(find("Restarts it.", "Asks."), { step: "Asks.", runbook: "Restarts it." });
  assert.deepEqual(find(null, "Asks."), { step: "Asks." });
  assert.deepEqual(find("Restarts it.", null), { runbook: "Restarts it." });
  const other = { name: "unknown", message: null };
  assert.equal(findDescriptions({ runbook: null, steps: new Map([["approve", "Asks."]]) }, other, mask), null);
});

test("a message replaces the descriptions, unless it has nothing to see", () => {
  assert.equal(find("Restarts it.", "Asks.", "Restart?"), null);
  for (const blank of ["", " \n", "\u200B"]) assert.deepEqual(find(null, "Asks.", blank), { step: "Asks." });
});

test("a description is left out if it has nothing to see, and shown once if step and runbook have the same", () => {
  assert.deepEqual(find("\u200B \n", "Asks."), { step: "Asks." });
  assert.equal(find("\u200B", " "), null);
  assert.deepEqual(find("Asks.", "Asks."), { step: "Asks." });
});

test("a description hides secrets, and is cut like a message", () => {
  assert.deepEqual(find("With s3cret-value.", null), { runbook: "With (hidden)." });
  const { step = "" } = find(null, "x".repeat(4_097)) ?? {};
  assert.equal(step, `${"x".repeat(4_095)}…`);
});
