import assert from "node:assert/strict";
import { test } from "node:test";
import { TARGET } from "../support/fakes.ts";
import { aFacts, anExecution, aRequest, EXECUTION_ID } from "../support/samples.ts";
import type { OpenStore } from "../support/stores.ts";
import { aDecidedEntry, setUp as setUpSignal } from "./send-signal-setup.ts";
import { setUp as setUpSync } from "./sync-execution-setup.ts";

/** Stores a request whose facts have another shape. */
const openDamaged = (store: OpenStore, more: Parameters<typeof aRequest>[0]) => {
  const facts = { ...aFacts(), parameters: {} as never };
  const request = aRequest({ id: "damaged", stepExecutionId: "damaged-step", facts, ...more });
  return store.requests.open({ request, channels: [], audit: { ...aDecidedEntry("approve"), requestId: "damaged" } });
};
const DECIDED = { state: "decided", decision: "approve", signal: "due", signalNextAt: 0 } as const;

test("no signal is sent for a damaged request, and the signal of another execution leaves", async (t) => {
  const { store, round, sent } = await setUpSignal(t);
  await openDamaged(store, { ...DECIDED, executionId: "another" });
  assert.equal(await round(), 1);
  assert.deepEqual(
    sent().map(({ executionId }) => executionId),
    [EXECUTION_ID],
  );
});

test("no signal is sent into an execution of which another request is damaged, and people see why", async (t) => {
  const { store, round, sent, error } = await setUpSignal(t);
  await openDamaged(store, { state: "closed" });
  await round();
  assert.deepEqual(sent(), []);
  assert.match((await error()) ?? "", /^Not sent: the row of another request of this execution \(damaged\)/);
});

test("the other requests of an execution with a damaged one open and close, and the execution stays watched", async (t) => {
  const { store, automation, read } = await setUpSync(t);
  await openDamaged(store, {});
  await read();
  const open = async () => (await store.requests.ofExecution(TARGET, EXECUTION_ID)).map(({ state }) => state);
  assert.deepEqual(await open(), ["open"], "the gate that waits");
  automation.shows(anExecution({ status: "Cancelled", steps: [] }));
  await read();
  assert.deepEqual(await open(), ["closed"]);
  assert.notEqual(await read(), null);
});

test("a waiting step whose request is damaged opens no second request", async (t) => {
  const { store, read } = await setUpSync(t);
  const [step] = anExecution().steps.filter(({ status }) => status === "Waiting");
  await openDamaged(store, { stepExecutionId: step?.stepExecutionId ?? "", stepTurn: 7 });
  await read();
  assert.deepEqual(await store.requests.ofExecution(TARGET, EXECUTION_ID), []);
});
