import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import { fakeAutomation, testClock } from "../support/fakes.ts";
import { anExecution, aRequest, EXECUTION_ID } from "../support/samples.ts";

function setUp() {
  const clock = testClock();
  const automation = fakeAutomation();
  automation.shows(anExecution({ parameters: { Password: ["hunter2-a"] }, failureMessage: "no hunter2-a" }));
  const readMasked = makeReadMasked({ mask: ["*password*"], clock });
  const press = (request = aRequest()) => readMasked(automation, request, new AbortController().signal);
  return { clock, automation, press };
}

test("ten presses of Details cost one read and one mask, also while the read is under way", async () => {
  const { clock, automation, press } = setUp();
  const results = await Promise.all(Array.from({ length: 10 }, () => press()));
  clock.advance(2_999);
  results.push(await press());
  assert.equal(automation.calls.read.length, 1);
  const executions = results.map((reading) => (reading.kind === "read" ? reading.execution : null));
  assert.equal(new Set(executions).size, 1, "the masked execution is the same object");
  assert.equal(executions[0]?.failureMessage, "no (hidden)");
});

test("a press reads again after three seconds, and at once after a change of the request", async () => {
  const { clock, automation, press } = setUp();
  await press();
  await press(aRequest({ version: 2 }));
  assert.equal(automation.calls.read.length, 2);
  clock.advance(3_000);
  await press(aRequest({ version: 2 }));
  assert.equal(automation.calls.read.length, 3);
});

test("a failed read is not remembered", async () => {
  const { automation, press } = setUp();
  automation.reads.set(EXECUTION_ID, { kind: "failed", code: "ThrottlingException", message: "x", retry: true });
  assert.equal((await press()).kind, "failed");
  automation.shows(anExecution());
  assert.equal((await press()).kind, "read");
});

test("the number of remembered reads is limited", async () => {
  const { automation, press } = setUp();
  for (let index = 0; index < 120; index++) await press(aRequest({ id: `request-${index}` }));
  await press(aRequest({ id: "request-119" }));
  await press(aRequest({ id: "request-0" }));
  assert.equal(automation.calls.read.length, 121);
});

test("presses of Details read with the priority of people, which a read before a signal does not wait for", async () => {
  const { automation, press } = setUp();
  const priorities: unknown[] = [];
  const { read, withParents } = automation;
  automation.read = (id, abort, priority) => {
    priorities.push(priority);
    return read(id, abort, priority);
  };
  automation.withParents = (execution, abort, priority) => {
    priorities.push(priority);
    return withParents(execution, abort, priority);
  };
  await press();
  assert.deepEqual(priorities, ["people", "people"]);
});
