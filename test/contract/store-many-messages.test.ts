import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { observeLook } from "../support/observe-look.ts";
import { anEntry, aRequest, NOW } from "../support/samples.ts";
import { startSqlJournal } from "../support/sql-journal.ts";
import { aStore, type OpenStore } from "../support/stores.ts";

/** More than one page of the store. */
const MANY = 510;

/** Opens requests whose messages wait for one channel. */
async function openMany(t: TestContext): Promise<OpenStore> {
  const store = await aStore(t, { now: () => NOW });
  const ids = Array.from({ length: MANY }, (_, index) => `r-${index}`);
  await Promise.all(
    ids.map((id, index) =>
      store.requests.open({
        request: aRequest({ id, stepExecutionId: id, openedAt: NOW + index }),
        channels: ["C0MANY"],
        audit: anEntry({ requestId: id }),
      }),
    ),
  );
  return store;
}

/** Returns the most rows that one statement returned, and whether the process did something else in the meantime. */
async function observe<Found>(look: () => Promise<Found>) {
  const { found, entries, turns } = await observeLook(look);
  return { found, most: Math.max(...entries.map((each) => ("rows" in each ? each.rows : 0))), isShared: turns >= 1 };
}

test("a look at many messages to post, and at many to update, reads pages, and lets the process do something else", async (t) => {
  const store = await openMany(t);
  const { found: toPost, ...post } = await observe(() => store.messages.due(NOW, 2));
  assert.deepEqual([toPost.map(({ requestId }) => requestId), post], [["r-0", "r-1"], { most: 500, isShared: true }]);
  const { found: listed, ...digest } = await observe(() => store.digests.waiting("C0MANY", 2));
  assert.deepEqual([listed.count, listed.requests.length, digest], [MANY, 2, { most: 500, isShared: true }]);

  for (const { id } of (await Promise.all(toIds().map((id) => store.messages.ofRequest(id)))).flat())
    await store.messages.recordPosted(id, "1700000000.000001", 0);
  const { found: toUpdate, ...update } = await observe(() => store.messages.due(NOW, 2));
  assert.deepEqual([toUpdate.length, update], [2, { most: 500, isShared: true }]);
});

test("the posts since the first waiting request opened are counted page by page", async (t) => {
  const store = await openMany(t);
  const messages = (await Promise.all(toIds().map((id) => store.messages.ofRequest(id)))).flat();
  const ts = (index: number) => `${NOW / 1000 + 1}.${String(index).padStart(6, "0")}`;
  for (const [index, { id }] of messages.slice(0, MANY - 2).entries())
    await store.messages.recordPosted(id, ts(index), 1);
  const before = aRequest({ id: "before", stepExecutionId: "before", openedAt: NOW - 1_000 });
  await store.requests.open({ request: before, channels: ["C0MANY"], audit: anEntry({ requestId: "before" }) });
  const { found, ...posts } = await observe(() => store.messages.due(NOW, 1));
  assert.deepEqual([found.map(({ requestId }) => requestId), posts], [["before"], { most: 500, isShared: true }]);
});

const toIds = () => Array.from({ length: MANY }, (_, index) => `r-${index}`);

test("a look for channels that need a digest writes nothing while each has one", async (t) => {
  const store = await openMany(t);
  const look = async () => {
    const journal = startSqlJournal();
    try {
      await store.digests.begin(20, NOW);
      journal.mark("end");
      return journal.until("end").from("").length;
    } finally {
      journal.stop();
    }
  };
  assert.ok((await look()) > 1, "the digest begins");
  assert.equal(await look(), 1);
});
