import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { makeFollowSigner } from "../../src/app/watch/follow-signer.ts";
import { TARGET, testClock } from "../support/fakes.ts";
import { aFacts, anEntry, aRequest, NOW } from "../support/samples.ts";
import { startSqlJournal, toCommits } from "../support/sql-journal.ts";
import { aStore, ENGINES, type OpenStore, sqliteFile } from "../support/stores.ts";

const SIGNER = { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" } as const;
const ROLE = { kind: "approvers", arn: "arn:aws:iam::111122223333:role/CountersignApprover" } as const;

/**
 * The steps of a plan whose cost grows with the number of open requests. A search for one row is none, and neither is a scan
 * of an index that has only the rows with work left.
 */
const GROWS = [
  /^SCAN (?:messages|requests|executions)\b(?! USING (?:COVERING )?INDEX \w+_(?:unposted|outdated|unverified)\b)/,
  /^SEARCH requests USING (?:COVERING )?INDEX \w+ \((?:state=\?|account=\? AND region=\?)(?: AND (?:opened_at|deadline|execution_id)>\?)?\)/,
];

/** Returns the steps that grow of all statements that `run` executes. SQLite plans them alike with any number of rows. */
async function growingSteps(t: TestContext, run: (store: OpenStore) => Promise<unknown>): Promise<string[]> {
  const file = sqliteFile();
  const store = await aStore(t, { engine: { name: "SQLite", create: () => file }, now: () => NOW });
  const journal = startSqlJournal();
  try {
    await run(store);
  } finally {
    journal.mark("end");
    journal.stop();
  }
  const reader = new DatabaseSync(file.path, { readOnly: true });
  try {
    const steps = journal
      .until("end")
      .from("")
      .flatMap((entry) => {
        if (!("sql" in entry) || !/^\s*(?:select|update|delete)\b/i.test(entry.sql)) return [];
        const plan = reader.prepare(`explain query plan ${entry.sql}`).all(...(entry.values as SQLInputValue[]));
        return plan.map(({ detail }) => String(detail));
      });
    assert.ok(steps.length > 0, "nothing was planned");
    return steps.filter((step) => GROWS.some((pattern) => pattern.test(step)));
  } finally {
    reader.close();
  }
}

const LOOKS: Record<string, (store: OpenStore) => Promise<unknown>> = {
  "the messages to post and to update": (store) => store.messages.due(NOW, 5),
  "the channels that need a digest": (store) => store.digests.begin(20, NOW),
  "what has another name of the target": (store) => store.requests.rebindTarget(TARGET),
  "the executions with another signer": (store) => store.requests.signedByOthers(TARGET, SIGNER, "", 10),
};

for (const [name, look] of Object.entries(LOOKS))
  test(`the query for ${name} reads no row of an open request without work`, async (t) => {
    assert.deepEqual(await growingSteps(t, look), []);
  });

/** Opens requests `e000`, `e001`, ... of this signer, each with a watched execution whose next read is late. */
async function openMany(store: OpenStore, from: number, count: number, signer?: typeof SIGNER | typeof ROLE) {
  const ids = Array.from({ length: count }, (_, index) => `e${String(from + index).padStart(3, "0")}`);
  await Promise.all(
    ids.map(async (id) => {
      const facts = aFacts(signer === undefined ? {} : { signer });
      const request = aRequest({ id, executionId: id, stepExecutionId: id, target: TARGET.key, facts });
      await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    }),
  );
  const later = { target: TARGET.key, fingerprint: "waits", nextReadAt: NOW + 300_000, unchangedReads: 3 };
  await store.owned.executions.watchAll(ids.map((executionId) => ({ ...later, executionId })));
  return ids;
}

/** Counts the statements and the commits. */
async function measure(run: () => Promise<unknown>) {
  const journal = startSqlJournal();
  try {
    await run();
    journal.mark("end");
    const entries = journal.until("end").from("");
    // The store of an earlier test may still be at work in its own database.
    const first = entries.find((each) => "sql" in each && /"(?:requests|executions)"/.test(each.sql));
    const own = entries.filter(
      (each) => "sql" in each && first !== undefined && "sql" in first && each.on === first.on,
    );
    return { statements: own.length, commits: toCommits(own).length };
  } finally {
    journal.stop();
  }
}

for (const engine of ENGINES)
  test(`${engine.name}: executions of open requests with another signer are found in pages, and those with the present one are not`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await openMany(store, 0, 2, SIGNER);
    const others = [...(await openMany(store, 2, 2, ROLE)), ...(await openMany(store, 4, 1))];
    const [, second = ""] = others;
    assert.deepEqual(await store.requests.signedByOthers(TARGET, SIGNER, "", 2), others.slice(0, 2));
    assert.deepEqual(await store.requests.signedByOthers(TARGET, SIGNER, second, 2), others.slice(2));
    assert.deepEqual(await store.requests.signedByOthers({ ...TARGET, region: "eu-west-1" }, SIGNER, "", 2), []);
    const patch = { facts: aFacts({ signer: SIGNER }) };
    await store.requests.advance({ requestId: "e002", expectedVersion: 1, patch, audit: [] });
    const closed = { state: "closed", closedAt: NOW } as const;
    await store.requests.advance({ requestId: "e003", expectedVersion: 1, patch: closed, audit: [] });
    assert.deepEqual(await store.requests.signedByOthers(TARGET, SIGNER, "", 9), ["e004"]);
  });

test("a start without a new signer costs one statement, and one with a new signer a commit for each page", async (t) => {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const follow = makeFollowSigner({ requests: store.requests, executions: store.executions, clock });
  const signers = (signer: typeof SIGNER | typeof ROLE) => ({
    target: { ...TARGET, signsAs: signer.arn },
    signers: signer.kind,
  });
  const costs: unknown[] = [];
  let open = 0;
  for (const count of [30, 270]) {
    await openMany(store, open, count, SIGNER);
    open += count;
    costs.push([await measure(() => follow(signers(SIGNER))), await measure(() => follow(signers(ROLE)))]);
    assert.equal((await store.executions.due(TARGET.key, clock.now(), 1_000)).length, open);
  }
  const unchanged = { statements: 1, commits: 0 };
  assert.deepEqual(costs, [
    [unchanged, { statements: 2, commits: 1 }],
    [unchanged, { statements: 4, commits: 2 }],
  ]);
});

test("a start writes nothing while the target has its name, with any number of requests, and one commit when it is renamed", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  const costs: unknown[] = [];
  for (const count of [10, 100]) {
    await openMany(store, count, count);
    costs.push(await measure(() => store.requests.rebindTarget(TARGET)));
  }
  const unchanged = { statements: 2, commits: 0 };
  assert.deepEqual(costs, [unchanged, unchanged]);
  const renamed = { ...TARGET, key: "renamed/us-east-1" };
  assert.equal((await measure(() => store.requests.rebindTarget(renamed))).commits, 1);
  assert.deepEqual(await measure(() => store.requests.rebindTarget(renamed)), unchanged);
});
