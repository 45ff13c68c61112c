import assert from "node:assert/strict";
import { test } from "node:test";
import { makeQueueHealth } from "../../src/ops/queue-health.ts";
import { makePollPace, safetyInterval } from "../../src/workers/poll-pace.ts";
import { testClock, testLog } from "../support/fakes.ts";

test("the safety interval is twenty normal ones, at most five minutes, and never shorter than the normal one", () => {
  assert.deepEqual([200, 15_000, 60_000, 3_600_000].map(safetyInterval), [4_000, 300_000, 300_000, 3_600_000]);
});

function setUp() {
  const clock = testClock();
  const log = testLog();
  const health = makeQueueHealth(clock);
  const counts = { woken: 0, unannounced: 0 };
  const pace = makePollPace({
    target: "default/us-east-1",
    normalMs: 15_000,
    health,
    wakePoll: () => void counts.woken++,
    countUnannounced: () => void counts.unannounced++,
    clock,
    log,
  });
  health.received(clock.now() - 60_000, 0);
  const observe = (announced: boolean) => {
    const changedAt = clock.now() - 20_000;
    pace.observe({ executionId: "e1", changedAt, announcedAt: announced ? changedAt : null, seenAt: clock.now() });
  };
  const events = () => log.lines.map(({ fields }) => fields.event);
  return { clock, health, pace, counts, observe, events };
}

test("a target is polled less often once an event has announced a change, and not before", () => {
  const { pace, observe, events } = setUp();
  assert.equal(pace.intervalMs(), 15_000);
  observe(true);
  observe(true);
  assert.equal(pace.intervalMs(), 300_000);
  assert.deepEqual(events(), ["poll.slowed"]);
});

test("a failed poll is repeated after the normal interval, whatever events announce", () => {
  const { pace, observe } = setUp();
  observe(true);
  assert.deepEqual([pace.intervalMs(), pace.retryMs()], [300_000, 15_000]);
});

test("a change that no event announced ends the long pause at once, for an hour, and is reported once", () => {
  const { clock, pace, counts, observe, events } = setUp();
  observe(true);
  observe(false);
  assert.deepEqual([pace.intervalMs(), counts.woken], [15_000, 1]);
  observe(false);
  observe(true);
  assert.deepEqual([pace.intervalMs(), counts.unannounced], [15_000, 2]);
  assert.deepEqual(events().filter((event) => event === "poll.unannounced").length, 1);
  clock.advance(60 * 60_000);
  assert.equal(pace.intervalMs(), 300_000, "an event has announced a change since");
});

test("the time of the last change without an event is shown until an hour has passed and an event has announced a change", () => {
  const { clock, pace, observe } = setUp();
  observe(true);
  assert.equal(pace.unannouncedAt(), null);
  observe(false);
  clock.advance(1_000);
  observe(false);
  const last = clock.now();
  observe(true);
  assert.equal(pace.unannouncedAt(), last);
  clock.advance(60 * 60_000);
  assert.equal(pace.unannouncedAt(), null);
  observe(false);
  clock.advance(2 * 60 * 60_000);
  assert.equal(pace.unannouncedAt(), clock.now() - 2 * 60 * 60_000, "no event has announced a change since");
  observe(true);
  assert.equal(pace.unannouncedAt(), null);
});

test("distrust that another replica has stored continues until an hour has passed and an event has announced a change", () => {
  const { clock, pace, observe } = setUp();
  const storedAt = clock.now() - 10 * 60_000;
  observe(true);
  pace.resume(null);
  assert.deepEqual([pace.unannouncedAt(), pace.intervalMs()], [null, 300_000]);
  pace.resume(storedAt);
  assert.deepEqual([pace.unannouncedAt(), pace.intervalMs()], [storedAt, 15_000]);
  observe(true);
  pace.resume(storedAt);
  clock.advance(50 * 60_000);
  assert.deepEqual([pace.unannouncedAt(), pace.intervalMs()], [null, 300_000]);
});

test("without an event after a change that none announced, the target stays at the normal interval", () => {
  const { clock, pace, observe } = setUp();
  observe(true);
  observe(false);
  clock.advance(2 * 60 * 60_000);
  assert.equal(pace.intervalMs(), 15_000);
  observe(true);
  assert.equal(pace.intervalMs(), 300_000);
});

test("a queue that fails for half a minute returns its targets to the normal interval, until it works again", () => {
  const { clock, health, pace, observe } = setUp();
  observe(true);
  health.failed("QueueDoesNotExist: gone");
  clock.advance(29_999);
  assert.equal(pace.intervalMs(), 300_000, "one failed call is no reason");
  clock.advance(1);
  assert.equal(pace.intervalMs(), 15_000);
  observe(false);
  health.received(clock.now(), 0);
  assert.equal(pace.intervalMs(), 300_000, "what happened while the queue failed proves nothing");
});
