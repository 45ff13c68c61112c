import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcile } from "../../src/core/reconcile.ts";
import { verifySignals } from "../../src/core/verify-signals.ts";
import { aFacts, anExecution, aStep, NOW } from "../support/samples.ts";
import { accepted, BOT, decided, decision, OMAR, OVER, ours, ROLE, second, shows } from "./verify-signals-setup.ts";

test("a signal is reported once, with the principal that decided its step, and the request closes with that principal", () => {
  const steps = [aStep({ ...OVER, ...shows(decision(OMAR)) }), second({ ...OVER, ...shows(ours()) })];
  const execution = anExecution({ status: "InProgress", steps });
  const context = { now: NOW + 2_000, attempts: [accepted({ principal: ROLE })] };
  const [close] = reconcile(execution, [decided()], context);
  assert(close?.kind === "close");
  assert.deepEqual([close.outcome.where, close.outcome.by], ["aws", [OMAR]]);
  const closed = { ...decided(), ...close.patch };
  const [verified, ...more] = reconcile(execution, [closed], context);
  assert(verified?.kind === "verified");
  assert.deepEqual(more, []);
  assert.deepEqual(verified.patch, {
    verification: "misdirected",
    reachedStep: { stepExecutionId: "second", stepName: "second" },
  });
  assert.deepEqual(verified.verified.decidedBy, [OMAR]);
  assert.deepEqual(reconcile(execution, [{ ...closed, ...verified.patch }], context), []);
});

test("a decision without an id is attributed to one request, the newest that can have caused it", () => {
  const steps = ["a", "b", "c"].map((id, index) =>
    aStep({
      stepExecutionId: id,
      name: id,
      startedAt: NOW + index,
      status: "Success",
      endedAt: NOW + 100 * (index + 1),
      ...(id === "c" ? shows(decision(BOT)) : {}),
    }),
  );
  const request = (id: string, index: number) =>
    decided({ id: `r-${id}`, stepExecutionId: id, facts: aFacts({ waitingSince: NOW + index }) });
  const attempts = [
    accepted({ requestId: "r-a", principal: ROLE }),
    accepted({ requestId: "r-b", principal: ROLE, at: NOW + 150 }),
  ];
  const known = [request("a", 0), request("b", 1)];
  const context = { attempts, now: NOW + 1_000 };
  const execution = anExecution({ status: "InProgress", steps });
  const found = verifySignals(execution, known, context);
  assert.deepEqual(
    found.map(({ request, reached }) => [request.id, reached?.stepName]),
    [["r-b", "c"]],
  );
  const reported = known.map((each) =>
    each.id === "r-b"
      ? { ...each, verification: "misdirected" as const, reachedStep: { stepExecutionId: "c", stepName: "c" } }
      : each,
  );
  assert.deepEqual(verifySignals(execution, reported, context), []);
});
