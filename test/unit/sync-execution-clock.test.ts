import assert from "node:assert/strict";
import { test } from "node:test";
import { EFFECT_DUE_MS } from "../../src/core/verify-signals.ts";
import { makeSetClock } from "../support/fakes.ts";
import { anAttempt, anExecution, aStep } from "../support/samples.ts";
import { setUp } from "./sync-execution-setup.ts";

const HOUR_MS = 60 * 60_000;
const BOT = "arn:aws:iam::111122223333:role/CountersignBot";
const OMAR = "arn:aws:iam::111122223333:user/omar";

const decidedBy = (Approver: string, Comment = "") => ({
  outputs: { ApproverDecisions: [JSON.stringify({ Approver, Decision: "Approve", Comment })] },
});

test("a clock that is set forward ends no verification early: a late signal that reaches the next gate is reported", async (t) => {
  const { clock, automation, read, requests, patch } = await setUp(t);
  const setClock = makeSetClock(clock);
  await read();
  const ambiguous = { state: "decided", decision: "approve", signal: "ambiguous", verification: "due" };
  const attempt = { requestId: "request-1", state: "ambiguous", principal: BOT, at: clock.now() } as const;
  await patch(ambiguous, anAttempt({ ...attempt, uncertainUntil: clock.now() + HOUR_MS / 6 }));
  await read();

  // Omar decides the step in AWS, while our signal is still on its way.
  const first = aStep({ status: "Success", ...decidedBy(OMAR) });
  automation.shows(anExecution({ status: "InProgress", steps: [first] }));
  setClock(HOUR_MS);
  await read();
  await read();
  assert.equal((await requests())[0]?.verification, "due");

  const second = { stepExecutionId: "second", name: "second", startedAt: clock.now(), endedAt: clock.now() + 1_000 };
  const reached = aStep({ ...second, status: "Success", ...decidedBy(BOT, "Countersign request request-1: Approved") });
  automation.shows(anExecution({ status: "InProgress", steps: [first, reached] }));
  await read();
  const [request] = await requests();
  assert.deepEqual([request?.verification, request?.reachedStep?.stepName], ["misdirected", "second"]);
});

test("a clock that is set forward reports no signal without effect before a minute has passed", async (t) => {
  const { clock, read, requests, patch } = await setUp(t);
  const setClock = makeSetClock(clock);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", verification: "due" };
  await patch(accepted, anAttempt({ requestId: "request-1", state: "accepted", at: clock.now() }));
  await read();
  setClock(HOUR_MS);
  clock.advance(EFFECT_DUE_MS - 1_000);
  await read();
  assert.equal((await requests())[0]?.verification, "due");
  clock.advance(1_000);
  await read();
  assert.equal((await requests())[0]?.verification, "no-effect");
});
