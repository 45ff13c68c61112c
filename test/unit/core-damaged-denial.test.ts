import assert from "node:assert/strict";
import { test } from "node:test";
import { damagedSentence, toDamagedDenial } from "../../src/core/damaged-denial.ts";
import { aRequest, EXECUTION_ID } from "../support/samples.ts";
import { mention } from "./mention-names.ts";

const START = [
  "Countersign's record of this request is damaged and cannot be read. Nothing was decided.",
  "Tell an admin, who can restore the record from a backup.",
].join(" ");
const TEMPLATE = "https://aws.example/{account}/{region}/{execution}";
const PAGE = `https://aws.example/111122223333/us-east-1/${EXECUTION_ID}`;
const CONSOLE = "https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution";
const STOCK_PAGE = `${CONSOLE}/${EXECUTION_ID}?region=us-east-1`;

test("a damaged request links to its execution, by the configured address if there is one", () => {
  const executionId = EXECUTION_ID;
  const found = [toDamagedDenial(aRequest()), toDamagedDenial(aRequest({ state: "closed" }), TEMPLATE)];
  assert.deepEqual(found, [
    { kind: "damaged", executionId, url: STOCK_PAGE, isClosed: false },
    { kind: "damaged", executionId, url: PAGE, isClosed: true },
  ]);
  assert.equal(toDamagedDenial(aRequest({ state: "decided" })).isClosed, false, "its step may still be waiting");
});

test("a click on a damaged request says where the step can be decided, or that it is no longer waiting", () => {
  const denial = { kind: "damaged", executionId: EXECUTION_ID, url: PAGE, isClosed: false } as const;
  assert.equal(
    damagedSentence(denial, mention),
    `${START} Decide the step of execution "${EXECUTION_ID}" <${PAGE}|in the AWS console>.`,
  );
  assert.equal(
    damagedSentence({ ...denial, url: null }, mention),
    `${START} Decide the step of execution "${EXECUTION_ID}" in the AWS console.`,
  );
  assert.equal(
    damagedSentence({ ...denial, isClosed: true }, mention),
    `${START} The request was closed before, so its step is no longer waiting.`,
  );
});
