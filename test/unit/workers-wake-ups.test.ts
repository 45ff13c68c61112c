import assert from "node:assert/strict";
import { test } from "node:test";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";

test("a wake-up reaches every subscriber of its topic and no other subscriber", () => {
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const woken: string[] = [];
  wakeUps.subscribe(["deliver", "notify"], () => woken.push("messages"));
  wakeUps.subscribe(["deliver"], () => woken.push("digests"));
  wakeUps.subscribe(["read a/us-east-1"], () => woken.push("reads of a"));
  wakeUps.subscribe(["read b/us-east-1"], () => woken.push("reads of b"));
  wakeUps.wake("deliver");
  wakeUps.wake("notify", "read b/us-east-1");
  wakeUps.wake("home");
  assert.deepEqual(woken, ["messages", "digests", "messages", "reads of b"]);
});

test("a subscriber receives no wake-up after it unsubscribes", () => {
  const wakeUps = makeWakeUps(NO_PRIORITY);
  let woken = 0;
  const unsubscribe = wakeUps.subscribe(["deliver", "notify"], () => woken++);
  wakeUps.subscribe(["deliver"], () => woken++);
  unsubscribe();
  wakeUps.wake("deliver", "notify");
  assert.equal(woken, 1);
});
