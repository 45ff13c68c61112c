import assert from "node:assert/strict";
import { test } from "node:test";
import { type LookupFailure, lookupFailureText, toFailedLookup } from "../../src/core/person.ts";

const error = "missing_scope";
const advice = { cause: "the app lacks a scope", fix: "Ask an admin to add it." };
const parts = { subject: "your account", consequence: "Nothing was decided.", again: "Try again." };

test("a failed lookup says what to do: to try again or, if Slack refuses it until a change, the advice", () => {
  assert.equal(
    lookupFailureText({ error }, parts),
    "Slack did not return your account (missing_scope). Nothing was decided. Try again.",
  );
  assert.equal(
    lookupFailureText({ error, advice }, parts),
    "Slack could not return your account: the app lacks a scope. Nothing was decided. Ask an admin to add it.",
  );
  assert.equal(
    lookupFailureText({ error }, { subject: "your account", again: "Try again." }),
    "Slack did not return your account (missing_scope). Try again.",
  );
});

test("a denial keeps the error and the advice of a failed lookup, and nothing else", () => {
  const failure: LookupFailure = { kind: "unknown", error, retryAfterMs: 1_000, permanent: true };
  assert.deepEqual(toFailedLookup(failure), { error });
  assert.deepEqual(toFailedLookup({ ...failure, advice }), { error, advice });
});
