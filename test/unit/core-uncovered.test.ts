import assert from "node:assert/strict";
import { test } from "node:test";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import { UNCOVERED_REASONS, type Uncovered, uncoveredFix, uncoveredSentence } from "../../src/core/uncovered.ts";
import { PLAIN } from "./principal-samples.ts";

/** Shows each text that others wrote in backticks. */
const MARKED: NameRenderer = { ...PLAIN, text: (text) => `\`${text}\`` };

const doubt = (
  reason: Exclude<Uncovered["reason"], "no-match">,
  more: Partial<Extract<Uncovered, { condition: string }>> = {},
): Uncovered => ({ reason, condition: "parameters.Size", route: "strict", otherRoute: "lax", ...more });

const NO_ROUTE = "No route applied when the request opened.";

const TEXTS: [Uncovered | undefined, sentence: string, fix: string | null][] = [
  [undefined, NO_ROUTE, null],
  [{ reason: "no-match" }, NO_ROUTE, null],
  [
    doubt("values"),
    "No route applies: the values of parameter `Size` do not all select the same route (route `strict` or route `lax`).",
    "Start one execution for each value, or change the policy so that one route matches all of these values.",
  ],
  [
    doubt("values", { otherRoute: null }),
    "No route applies: the values of parameter `Size` do not all select the same route (route `strict` or no route).",
    "Start one execution for each value, or change the policy so that one route matches all of these values.",
  ],
  [
    doubt("spelling"),
    "No route applies: case and white space in parameter `Size` decide between route `strict` and route `lax`.",
    "Start the execution again with the value as the policy writes it, or add this spelling to the route.",
  ],
  [
    doubt("spelling", { condition: "tags.Team", otherRoute: null }),
    "No route applies: case and white space in tag `Team` decide between route `strict` and no route.",
    "Start the execution again with the value as the policy writes it, or add this spelling to the route.",
  ],
  [
    doubt("empty", { condition: "parameters.tags.parameters.x" }),
    "No route applies: parameter `tags.parameters.x` is an empty list, and its default decides between route `strict` and route `lax`.",
    "Start the execution again with a value for the parameter.",
  ],
  [
    doubt("reference"),
    "No route applies: parameter `Size` contains `{{ }}`, which AWS replaces later. The parameter decides between route `strict` and route `lax`.",
    "Start the execution again with the value itself.",
  ],
  [
    doubt("reference", { condition: "tags.Team" }),
    "No route applies: tag `Team` contains `{{ }}`, which AWS replaces later. The tag decides between route `strict` and route `lax`.",
    "Start the execution again with the value itself.",
  ],
  [
    doubt("unknown"),
    "No route applies: parameter `Size` is left at its default. This default decides between route `strict` and route `lax`, and AWS did not return the default.",
    "Allow the bot `ssm:GetDocument` for this runbook, or start the execution again with a value for the parameter.",
  ],
  [
    doubt("unknown", { error: "AccessDeniedException" }),
    "No route applies: parameter `Size` is left at its default. This default decides between route `strict` and route `lax`, and AWS did not return the default (`AccessDeniedException`).",
    "Allow the bot `ssm:GetDocument` for this runbook, or start the execution again with a value for the parameter.",
  ],
  [
    doubt("unknown", { condition: "tags.Team" }),
    "No route applies: tag `Team` decides between route `strict` and route `lax`, and AWS did not return the tags.",
    "Allow the bot `ssm:ListTagsForResource` for executions, and start this one again.",
  ],
  [
    doubt("unknown", { condition: "tags.Team", error: "AccessDeniedException" }),
    "No route applies: tag `Team` decides between route `strict` and route `lax`, and AWS did not return the tags (`AccessDeniedException`).",
    "Allow the bot `ssm:ListTagsForResource` for executions, and start this one again.",
  ],
  [
    doubt("owner", { condition: "document" }),
    "No route applies: AWS names the runbook without its account. The account decides between route `strict` and route `lax`.",
    "Change the route's condition from the runbook's ARN to its name.",
  ],
];

test("a request without a route says why none applied, and how to get such a request covered", () => {
  for (const [uncovered, sentence, fix] of TEXTS) {
    assert.equal(uncoveredSentence(uncovered, MARKED), sentence);
    assert.equal(uncoveredFix(uncovered, MARKED), fix, sentence);
  }
});

test("each reason is a label of the metric, and has its own sentence", () => {
  const reasons = new Set(TEXTS.map(([uncovered]) => uncovered?.reason ?? "no-match"));
  assert.deepEqual([...UNCOVERED_REASONS].sort(), [...reasons].sort());
});

test("a reason that this version does not know is a fault, not an empty sentence", () => {
  const unknown = doubt("later" as "values");
  assert.throws(() => uncoveredSentence(unknown, MARKED), /no text for later/);
  assert.throws(() => uncoveredFix(unknown, MARKED), /no text for later/);
});
