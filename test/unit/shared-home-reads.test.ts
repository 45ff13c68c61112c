import assert from "node:assert/strict";
import { test } from "node:test";
import { makePending, readWaiting } from "../../src/app/admin/list-waiting.ts";
import { HOME_PAGE, type HomeContent, makeRefreshHome } from "../../src/app/admin/refresh-home.ts";
import type { HomeRow } from "../../src/app/ports/home-store.ts";
import { toWaitingRequest } from "../../src/core/waiting-request.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aRequest, aRoute } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const [HOMES, CHANGES] = [50, 500];
/** As in the use case: a view is published at most every three seconds, and shares a read for one second. */
const [PACE_MS, SHARE_MS] = [3_000, 1_000];

/** Open views of approvers who are admins, and the count of each read. */
async function openHomes(t: Parameters<typeof aStore>[0]) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const reads: Record<string, number> = {};
  const counted = <T>(name: string, result: T): T => {
    reads[name] = (reads[name] ?? 0) + 1;
    return result;
  };
  const waiting = Array.from({ length: 2 * HOME_PAGE }, (_, index) => aRequest({ id: `r${index}` }));
  const users = Array.from({ length: HOMES }, (_, index) => `U${index}`);
  const inspecting = {
    ...store,
    requests: {
      ...store.requests,
      byId: async (id: string) => counted("requests", waiting.find((request) => request.id === id) ?? null),
      votes: async () => counted("votes", []),
      signals: async () => [],
    },
    messages: { ...store.messages, ofRequest: async () => [] },
    search: {
      ...store.search,
      waiting: async () => counted("waiting", waiting.map(toWaitingRequest)),
      votedOn: async () => new Set<string>(),
    },
    directory: fakeDirectory(),
    routes: [aRoute({ approvers: { users, groups: [] } })],
    ...{ admins: { users, groups: [] }, identities: {}, automation: () => undefined },
    readMasked: async () => ({ kind: "not-found" }) as const,
    ...{ isOwnMessage: async () => false, clock },
  };
  const shown = new Map<string, HomeContent>();
  const rows = users.map((userId) => ({ row: { ...aHomeRow(userId), headSeq: 0 } }));
  let failures = 0;
  const refresh = makeRefreshHome({
    homes: {
      ...store.homes,
      claim: async (row, until) => ({ ...row, nextAttemptAt: until }),
      // As the store: only the owner of the claim writes.
      async recordFailed({ userId, nextAttemptAt }, lastError, next) {
        const claimed = rows.find(({ row }) => row.userId === userId)?.row;
        if (nextAttemptAt > clock.now()) Object.assign(claimed ?? {}, { lastError, nextAttemptAt: next });
      },
      async recordShown({ userId }, next) {
        Object.assign(rows.find(({ row }) => row.userId === userId)?.row ?? {}, next);
      },
    },
    pending: makePending(inspecting),
    waiting: () => (failures-- > 0 ? Promise.reject(new Error("the database is down")) : readWaiting(inspecting)),
    health: async () => counted("health", { kind: "refused" }),
    search: { closed: async () => [], votesOn: async () => [] },
    async publish(userId, content) {
      shown.set(userId, content);
      return { kind: "published", fingerprint: "f", slackHash: null };
    },
    ...{ clock, log: testLog() },
  });
  return {
    ...{ clock, reads, waiting, shown, rows },
    failNextRead: () => (failures = 1),
    /** Publishes every view that is due when the newest record has this number, as the worker does. */
    async run(headSeq: number) {
      const due = rows.filter(({ row }) => row.shownSeq < headSeq && row.nextAttemptAt <= clock.now());
      const results = await Promise.allSettled(due.map(({ row }) => refresh({ ...row, headSeq })));
      for (const result of results) if (result.status === "rejected") throw result.reason;
      return due.length;
    },
  };
}

const aHomeRow = (userId: string): HomeRow => ({
  ...{ userId, scope: "mine", page: null, openedAt: 0, shownSeq: -1 },
  ...{ fingerprint: null, slackHash: null, nextAttemptAt: 0, lastError: null },
});

test(`${HOMES} open views cost one read of each kind in a second while ${CHANGES} requests change, and end up to date`, async (t) => {
  const { clock, reads, waiting, shown, rows, run } = await openHomes(t);
  const start = clock.now();
  const everyMs = 40;
  let published = 0;
  for (let change = 1; change <= CHANGES; change++) {
    published += await run(change);
    clock.advance(everyMs);
  }
  waiting.splice(0, waiting.length, aRequest({ id: "last" }));
  for (let seconds = 0; seconds < 2 * PACE_MS; seconds += SHARE_MS) {
    clock.advance(SHARE_MS);
    published += await run(CHANGES + 1);
  }
  const most = Math.ceil((clock.now() - start) / SHARE_MS) + 1;
  assert(published > (HOMES * CHANGES * everyMs) / PACE_MS / 2, `only ${published} publications`);
  assert((reads.waiting ?? 0) <= most && (reads.health ?? 0) <= most, `${JSON.stringify(reads)}, not ${most}`);
  assert((reads.requests ?? 0) <= most * HOME_PAGE, `${reads.requests} requests were read`);
  assert((reads.votes ?? 0) <= most * HOME_PAGE, `${reads.votes} requests were read for a page`);
  assert(rows.every(({ row }) => row.shownSeq === CHANGES + 1));
  for (const { list } of shown.values())
    assert.deepEqual(list.kind === "pending" && list.items.map(({ request }) => request.id), ["last"]);
});

test("one change costs all open views one read, and a later look reads again, because health changes without a record", async (t) => {
  const { clock, reads, run, rows } = await openHomes(t);
  await run(1);
  assert.deepEqual([reads.waiting, reads.health], [1, 1]);
  clock.advance(PACE_MS);
  assert.equal(await run(1), 0);
  await run(2);
  assert.deepEqual([reads.waiting, reads.health], [2, 2]);
  clock.advance(60_000);
  for (const { row } of rows) row.shownSeq = -1;
  await run(2);
  assert.deepEqual([reads.waiting, reads.health], [3, 3]);
});

test("a view whose read fails is due again after a minute, with the failure on record", async (t) => {
  const { clock, run, failNextRead, rows } = await openHomes(t);
  failNextRead();
  await assert.rejects(run(1), /the database is down/);
  for (const { row } of rows)
    assert.deepEqual([row.lastError, row.nextAttemptAt], ["unexpected failure, see the log", clock.now() + 60_000]);
});

test("a failed read is shared with no later view", async (t) => {
  const { clock, run, failNextRead, reads } = await openHomes(t);
  failNextRead();
  await assert.rejects(run(1), /the database is down/);
  clock.advance(60_000);
  await run(1);
  assert.equal(reads.waiting, 1);
});
