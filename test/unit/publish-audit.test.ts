import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MAX_ENTRIES, makePublishAudit } from "../../src/app/audit/publish-audit.ts";
import type { EventBus, PublishResult } from "../../src/app/ports/aws.ts";
import { toEventEntry } from "../../src/aws/event-bus.ts";
import type { AuditRecord, PublishedRecord } from "../../src/core/audit-records.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest, EARLIER_DETAILS } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

async function withRecords(t: TestContext, count: number) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  for (let index = 0; index < count; index++)
    await store.requests.open({
      request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}` }),
      channels: [],
      audit: anEntry({ requestId: `r${index}`, kind: "requested" }),
    });
  const calls: number[][] = [];
  let reply = (records: readonly AuditRecord[]): PublishResult[] =>
    records.map(({ seq }) => ({ kind: "published", eventId: `event-${seq}` }));
  const bus: EventBus = {
    async publish(records) {
      calls.push(records.map(({ seq }) => seq));
      return reply(records);
    },
  };
  const start = () => makePublishAudit({ ...store, bus, clock, random: () => 0, log: testLog() });
  let publish = start();
  return {
    clock,
    store,
    calls,
    replies: (make: typeof reply) => {
      reply = make;
    },
    restart: () => {
      publish = start();
    },
    round: async () => {
      const lease = await store.leases.acquire("publisher", "me", clock.now(), clock.now() + 15_000);
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

test("a failed entry is published again alone, and a rejected one is not", async (t) => {
  const { clock, calls, replies, round, left } = await withRecords(t, 4);
  replies((records) =>
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

test("a record that makes each call with it fail is isolated, and the others are published", async (t) => {
  const { clock, replies, round, left } = await withRecords(t, 25);
  replies((records) => {
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

test("a record of a contradicted signal from an earlier version is published as it is stored", async (t) => {
  const { store, replies, round, left } = await withRecords(t, 1);
  for (const [index, [kind, detail]] of Object.entries(EARLIER_DETAILS).entries()) {
    const audit = [anEntry({ requestId: "r0", kind, detail } as object)];
    await store.requests.advance({ requestId: "r0", expectedVersion: index + 1, patch: {}, audit });
  }
  const published: object[] = [];
  replies((records) =>
    records.map((record): PublishResult => {
      const { id, seq, hash, requestId, at, actor, ...detail } = JSON.parse(
        toEventEntry(record as PublishedRecord, "approvals").Detail,
      );
      published.push(detail);
      return { kind: "published", eventId: `event-${record.seq}` };
    }),
  );
  while ((await round()) > 0);
  assert.deepEqual(published.slice(1), Object.values(EARLIER_DETAILS));
  assert.deepEqual(await left(), []);
});

test("entries that are missing in a reply count as failed", async (t) => {
  const { replies, round, left } = await withRecords(t, 3);
  replies(() => [{ kind: "published", eventId: "e" }]);
  await round();
  assert.deepEqual(await left(), [2, 3]);
});

test("while the bus is unavailable no record is lost, and calls become rarer", async (t) => {
  const { clock, calls, replies, round, left } = await withRecords(t, 1);
  replies((records) => records.map(() => ({ kind: "failed", code: "ECONNREFUSED", message: "", final: false })));
  let asked = 0;
  for (let second = 0; second < 3_600; second += 10) {
    asked += await round();
    clock.advance(10_000);
  }
  assert.ok(asked < 30, `asked ${asked} times in an hour`);
  assert.deepEqual(await left(), [1]);
  replies((records) => records.map(() => ({ kind: "published", eventId: "e" })));
  clock.advance(5 * 60_000);
  await round();
  assert.deepEqual([await left(), calls.at(-1)], [[], [1]]);
});

test("a later record of a request waits until the earlier one is published or refused for good; other requests go on", async (t) => {
  const { clock, store, calls, replies, round, left } = await withRecords(t, 2);
  for (const requestId of ["r0", "r1"]) {
    const audit = [anEntry({ requestId, kind: "decided" }), anEntry({ requestId, kind: "closed" })];
    await store.requests.advance({ requestId, expectedVersion: 1, patch: {}, audit });
  }
  replies((records) =>
    records.map(({ seq }) =>
      seq === 1
        ? { kind: "failed", code: "InternalFailure", message: "", final: false }
        : { kind: "published", eventId: `event-${seq}` },
    ),
  );
  while ((await round()) > 0);
  assert.deepEqual(calls, [[1, 2], [5], [6]]);
  assert.deepEqual(await left(), [1]);
  clock.advance(5 * 60_000);
  replies((records) => records.map(() => ({ kind: "failed", code: "InvalidArgument", message: "", final: true })));
  await round();
  replies((records) => records.map(() => ({ kind: "published", eventId: "e" })));
  while ((await round()) > 0);
  assert.deepEqual(calls.slice(3), [[1], [3], [4]]);
});

test("the records that a dead replica had claimed are published as soon as another one has its lease", async (t) => {
  const { clock, store, calls, round } = await withRecords(t, 2);
  const lease = await store.leases.acquire("publisher", "dead", clock.now(), clock.now() + 15_000);
  await store.guardedBy(lease ?? assert.fail("no lease")).audit.claim([1, 2], clock.now(), clock.now() + 60_000);
  clock.advance(15_000);
  await round();
  assert.deepEqual(calls, [[1, 2]]);
});

test("a refused record is sent again after a restart, and not before", async (t) => {
  const { calls, round, replies, restart, left } = await withRecords(t, 2);
  replies((records) => records.map(() => ({ kind: "failed", code: "InvalidArgument", message: "", final: true })));
  assert.deepEqual([await round(), await round()], [2, 0]);
  restart();
  replies((records) => records.map(({ seq }) => ({ kind: "published", eventId: `event-${seq}` })));
  while ((await round()) > 0);
  assert.deepEqual([calls.flat(), await left()], [[1, 2, 1, 2], []]);
});
