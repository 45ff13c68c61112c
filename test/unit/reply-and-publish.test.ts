import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MAX_ENTRIES, makePublishAudit } from "../../src/app/audit/publish-audit.ts";
import { makeReplyToClicker } from "../../src/app/decide/reply-to-clicker.ts";
import type { EventBus, PublishResult } from "../../src/app/ports/aws.ts";
import type { AuditRecord } from "../../src/core/audit.ts";
import { fakeChat, testClock, testLog } from "../support/fakes.ts";
import { aClick, anEntry, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

async function withAnswer(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const log = testLog();
  const answer = makeReplyToClicker({ clicks: store.clicks, chat, clock, random: () => 0, log });
  await store.clicks.record(aClick());
  await store.clicks.recordEvaluated("click-U0JANE", "Only others may.", null);
  const due = () => store.clicks.unreplied(clock.now(), 10);
  const round = async () => {
    for (const click of await due()) await answer(click);
  };
  return { clock, chat, log, round, due };
}

test("who is owed an answer gets it once, in the channel of the click, seen by them alone", async (t) => {
  const { chat, round } = await withAnswer(t);
  await round();
  await round();
  assert.deepEqual(chat.whispers, [{ channelId: "C0DBA", userId: "U0JANE", text: "Only others may." }]);
});

for (const [claim, failure, wait] of [
  ["Slack is away", { kind: "unavailable", error: "ECONNREFUSED" }, 60_000],
  ["Slack asks to wait", { kind: "limited", retryAfterMs: 30_000 }, 30_000],
] as const) {
  test(`while ${claim} the answer is kept, however long it lasts`, async (t) => {
    const { clock, chat, round, due } = await withAnswer(t);
    for (let attempt = 0; attempt < 30; attempt++) {
      chat.nextWhisper.push(failure);
      await round();
      assert.deepEqual(await due(), [], "it rests between attempts");
      clock.advance(wait);
    }
    await round();
    assert.equal(chat.whispers.length, 1);
  });
}

test("an answer that Slack refuses cannot be given: it is in the log, and not tried for ever", async (t) => {
  const { clock, chat, log, round, due } = await withAnswer(t);
  chat.nextWhisper.push({
    kind: "refused",
    code: "user_not_in_channel",
    error: "user_not_in_channel",
    advice: "The person has left.",
  });
  await round();
  clock.advance(3_600_000);
  assert.deepEqual(await due(), []);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.error]),
    [["error", "user_not_in_channel"]],
  );
});

test("an answer that may have been given is repeated a few times, not for ever", async (t) => {
  const { clock, chat, round, due } = await withAnswer(t);
  let attempts = 0;
  for (; (await due()).length > 0 && attempts < 50; attempts++) {
    chat.nextWhisper.push({ kind: "ambiguous", error: "HTTP 502" });
    await round();
    clock.advance(60_000);
  }
  assert.ok(attempts > 1 && attempts < 10, `${attempts} attempts`);
});

async function withRecords(t: TestContext, count: number) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  for (let index = 0; index < count; index++)
    await store.requests.open({
      request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}` }),
      channels: [],
      audit: anEntry({ kind: "requested" }),
    });
  const calls: number[][] = [];
  let answer = (records: readonly AuditRecord[]): PublishResult[] =>
    records.map(({ seq }) => ({ kind: "published", eventId: `event-${seq}` }));
  const bus: EventBus = {
    async publish(records) {
      calls.push(records.map(({ seq }) => seq));
      return answer(records);
    },
  };
  const publish = makePublishAudit({ ...store, bus, clock, random: () => 0, log: testLog() });
  return {
    clock,
    store,
    calls,
    answers: (make: typeof answer) => {
      answer = make;
    },
    round: async () => {
      const lease = await store.leases.acquire("publisher", "me", clock.now(), clock.now() + 1);
      return publish(lease ?? assert.fail("no lease"), new AbortController().signal);
    },
    left: async () => (await store.audit.unpublished(Number.MAX_SAFE_INTEGER, 100)).map(({ record }) => record.seq),
  };
}

test("records are published oldest first, at most ten at a time, each once", async (t) => {
  const { calls, round } = await withRecords(t, 23);
  assert.deepEqual([await round(), await round(), await round(), await round()], [MAX_ENTRIES, MAX_ENTRIES, 3, 0]);
  assert.deepEqual(
    calls.flat(),
    Array.from({ length: 23 }, (_, index) => index + 1),
  );
});

test("a failed entry of a good answer is sent again, alone; a final one is not", async (t) => {
  const { clock, calls, answers, round, left } = await withRecords(t, 4);
  answers((records) =>
    records.map(({ seq }): PublishResult => {
      if (seq === 2) return { kind: "failed", code: "ThrottlingException", message: "", final: false };
      if (seq === 3) return { kind: "failed", code: "MalformedDetail", message: "", final: true };
      return { kind: "published", eventId: "e" };
    }),
  );
  await round();
  assert.deepEqual(await left(), [2]);
  assert.equal(await round(), 0);
  clock.advance(5 * 60_000);
  await round();
  assert.deepEqual(calls, [[1, 2, 3, 4], [2]]);
});

test("a record that makes every call with it fail ends up alone, and the others are published", async (t) => {
  const { clock, answers, round, left } = await withRecords(t, 25);
  answers((records) => {
    const isBad = records.some(({ seq }) => seq === 14);
    return records.map(
      (): PublishResult =>
        isBad
          ? { kind: "failed", code: "ValidationException", message: "too large", final: false }
          : { kind: "published", eventId: "e" },
    );
  });
  for (let second = 0; second < 120; second++) {
    while ((await round()) > 0);
    clock.advance(1_000);
  }
  assert.deepEqual(await left(), [14]);
});

test("an answer that leaves entries out counts as a failure of those", async (t) => {
  const { answers, round, left } = await withRecords(t, 3);
  answers(() => [{ kind: "published", eventId: "e" }]);
  await round();
  assert.deepEqual(await left(), [2, 3]);
});

test("while the bus is away nothing is lost, and it is asked ever more rarely", async (t) => {
  const { clock, calls, answers, round, left } = await withRecords(t, 1);
  answers((records) => records.map(() => ({ kind: "failed", code: "ECONNREFUSED", message: "", final: false })));
  let asked = 0;
  for (let second = 0; second < 3_600; second++) {
    asked += await round();
    clock.advance(1_000);
  }
  assert.ok(asked < 30, `asked ${asked} times in an hour`);
  assert.deepEqual(await left(), [1]);
  answers((records) => records.map(() => ({ kind: "published", eventId: "e" })));
  clock.advance(5 * 60_000);
  await round();
  assert.deepEqual([await left(), calls.at(-1)], [[], [1]]);
});
