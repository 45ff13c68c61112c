import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { makeFollowSigner } from "../../src/app/watch/follow-signer.ts";
import { TARGET, testClock } from "../support/fakes.ts";
import { observeLook } from "../support/observe-look.ts";
import { aFacts, anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { startSqlJournal, toCommits } from "../support/sql-journal.ts";
import { aStore, ENGINES, type OpenStore, sqliteFile } from "../support/stores.ts";

const SIGNER = { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" } as const;
const ROLE = { kind: "approvers", arn: "arn:aws:iam::111122223333:role/CountersignApprover" } as const;

const PLACE = { openedAt: 0, requestId: "", channelId: "" };
const CURSOR = { closedAt: NOW, id: "f" };

/**
 * The steps of a plan whose cost grows with the number of open requests or with the history. A search for one row is none, and
 * neither is a scan of an index that has only the rows with work left. Counts and lists of open requests read the small
 * entries of an index that has no others.
 */
const GROWS = [
  /^SCAN (?:messages|requests|executions|votes|signals|clicks|notices|audit)\b(?! USING (?:COVERING )?INDEX \w+_(?:unposted|outdated|unverified|stale|claimed|unevaluated|unreplied|decided)\b| USING COVERING INDEX (?:requests_open|requests_waiting|executions_waiting)\b)/,
  /^SEARCH requests USING INDEX requests_(?:open|waiting)(?! \()/,
  /^SEARCH executions USING INDEX executions_due \(target=\?\)/,
  /^SEARCH requests USING (?:COVERING )?INDEX (?!requests_decided\b)\w+ \((?:state=\?|account=\? AND region=\?)(?: AND (?:opened_at|deadline|execution_id)>\?)?\)/,
];

/** Returns the steps that grow of all statements that `run` executes. */
async function growingSteps(t: TestContext, run: (store: OpenStore) => Promise<unknown>): Promise<string[]> {
  return (await planOf(t, run)).filter((step) => GROWS.some((pattern) => pattern.test(step)));
}

/** Returns the steps of all statements that `run` executes. SQLite plans them alike with any number of rows. */
async function planOf(
  t: TestContext,
  run: (store: OpenStore) => Promise<unknown>,
  prepare?: (store: OpenStore) => Promise<unknown>,
): Promise<string[]> {
  const file = sqliteFile();
  const store = await aStore(t, { engine: { name: "SQLite", create: () => file }, now: () => NOW });
  await prepare?.(store);
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
    return steps;
  } finally {
    reader.close();
  }
}

/** Statements that run for each click, in each round of a worker, at each scrape of the metrics or for each visitor of App Home. */
const LOOKS: Record<string, (store: OpenStore) => Promise<unknown>> = {
  "the messages to post and to update": (store) => store.messages.due(NOW, 5),
  "the channels that need a digest": (store) => store.digests.begin(20, NOW),
  "what has another name of the target": (store) => store.requests.rebindTarget(TARGET),
  "the executions with another signer": (store) => store.requests.signedByOthers(TARGET, SIGNER, "", 10),
  "the unfinished work": (store) => store.effects.backlog(),
  "the delays": (store) => store.effects.lags(),
  "the next message to check": (store) => store.messages.nextPosted(PLACE, NOW),
  "the reminders": (store) => store.requests.dueToRemind(NOW, 10),
  "the targets with signals to send": (store) => store.requests.dueSignalTargets(NOW),
  "the signals to send": (store) => store.requests.dueToSignal(TARGET, NOW, 10),
  "the executions to read": (store) => store.executions.due(TARGET.key, NOW, 10),
  "the targets with executions to read": (store) => store.executions.dueTargets(NOW),
  "the clicks to evaluate": (store) => store.clicks.unevaluated(NOW, 10),
  "the clicks to reply to": (store) => store.clicks.unreplied(NOW, 10),
  "the notices to post": (store) => store.notices.due(NOW, 5),
  "the records to publish": (store) => store.audit.unpublished(NOW, 10),
  "the last address of a person": (store) => store.requests.emailAt("U0JANE", NOW),
  "the waiting requests of App Home": (store) => store.search.waiting(5_000),
};

const HISTORY = { before: null, since: null, until: null, voters: null, limit: 50 };
/** Stores a closed request with a vote. */
async function closeOne({ requests }: OpenStore): Promise<void> {
  await requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  const patch = { state: "closed", closedAt: NOW } as const;
  await requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch, vote: aVote(), audit: [] });
}

/** Statements about closed requests. */
const CLOSED_LOOKS: typeof LOOKS = {
  "the newest closed requests": (store) => store.search.closed(HISTORY),
  "the closed requests since a time": (store) => store.search.closed({ ...HISTORY, since: 1, before: CURSOR }),
  "the figures of closed requests": (store) => store.search.closedFigures({ ...HISTORY, since: 1 }),
};

for (const [name, look] of Object.entries(LOOKS))
  test(`the query for ${name} reads no row of an open request without work`, async (t) => {
    assert.deepEqual(await growingSteps(t, look), []);
  });

test("the look for due clicks finds the other clicks of one person on one request by an index of these", async (t) => {
  const plan = await planOf(t, (store) => store.clicks.unevaluated(NOW, 10, { ofEach: 10 }));
  const others = plan.filter((step) => /\b(?:earlier|later)_click\b/.test(step));
  assert.equal(others.length, 3, others.join("\n"));
  for (const step of others) assert.match(step, /INDEX clicks_of_person_unevaluated \(request_id=\? AND user_id=\?/);
});

for (const [name, look] of Object.entries(CLOSED_LOOKS))
  test(`the query for ${name} follows the index in their order, and reads and sorts no others`, async (t) => {
    const plan = await planOf(t, look, closeOne);
    assert.match(plan[0] ?? "", /^(?:SCAN|SEARCH) requests USING COVERING INDEX requests_closed\b/);
    assert.deepEqual(plan.slice(1), [PAGE_STEP]);
  });

const VOTERS = ["U0JANE", "U0OMAR"];
const PAGE_STEP = "SEARCH requests USING INDEX sqlite_autoindex_requests_1 (id=?)";

test("the query for the last votes of people reads small entries of indexes, and only the rows of the page", async (t) => {
  const plan = await planOf(t, (store) => store.search.closed({ ...HISTORY, voters: VOTERS }), closeOne);
  assert.deepEqual(
    plan.filter((step) => step.startsWith("SEARCH")),
    [
      "SEARCH votes USING COVERING INDEX votes_by_person (user_id=?)",
      "SEARCH requests USING COVERING INDEX requests_closed_ids (id=? AND closed_at>?)",
      "SEARCH votes USING COVERING INDEX votes_by_person (user_id=?)",
      PAGE_STEP,
    ],
  );
});

test("the query for the next records to publish follows their order, and does not sort all that are due", async (t) => {
  const plan = await planOf(t, (store) => store.audit.unpublished(NOW, 10));
  assert.deepEqual(
    plan.filter((step) => /^SEARCH|^SCAN|^USE TEMP/.test(step)),
    [
      "SEARCH audit USING INDEX audit_due (publishing=?)",
      "SEARCH earlier USING INDEX audit_by_request (request_id=? AND seq<?)",
    ],
  );
});

test("a start after a crash searches claims and clicks by the indexes of those that are left", async (t) => {
  assert.deepEqual(await growingSteps(t, (store) => store.releaseStaleClaims()), []);
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

test("a read of many requests parses 20 at a time, and lets the process do something else in between", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  const ids = await openMany(store, 0, 120);
  const search = async (read: () => Promise<{ id: string }[]>) => {
    const { found, entries, turns } = await observeLook(read);
    const most = Math.max(...entries.map((each) => ("sql" in each && /"facts"|\*/.test(each.sql) ? each.rows : 0)));
    return { found: found.map(({ id }) => id), most, isShared: turns >= 3 };
  };
  assert.deepEqual(await search(() => store.search.waiting(5_000)), { found: ids, most: 20, isShared: true });
  for (const id of ids)
    await store.requests.advance({
      ...{ requestId: id, expectedVersion: 1, audit: [] },
      patch: { state: "closed", closedAt: NOW },
    });
  const closed = { found: ids.toReversed(), most: 20, isShared: true };
  assert.deepEqual(await search(() => store.search.closed({ ...HISTORY, limit: 500 })), closed);
  assert.deepEqual(await search(() => store.search.closedFigures({ ...HISTORY, limit: 500 })), closed);
});

test("the check of messages finds the next one behind many requests without a message, page by page", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await openMany(store, 0, 600);
  const request = aRequest({ id: "f", executionId: "f", stepExecutionId: "f", target: TARGET.key });
  await store.requests.open({ request, channels: ["C1", "C2"], audit: anEntry({ requestId: "f" }) });
  for (const { id, channelId } of await store.messages.ofRequest("f"))
    await store.messages.recordPosted(id, channelId === "C1" ? "1700000000.000001" : "1700000000.000002", 1);
  const first = await store.messages.nextPosted(PLACE, NOW);
  assert.deepEqual([first?.requestId, first?.channelId], ["f", "C1"]);
  const second = await store.messages.nextPosted(first ?? assert.fail(), NOW);
  assert.deepEqual([second?.requestId, second?.channelId], ["f", "C2"]);
  assert.equal(await store.messages.nextPosted(second ?? assert.fail(), NOW), null);
});

test("the last address of a person is read from one vote, however many there are", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  const ids = await openMany(store, 0, 30);
  for (const requestId of ids)
    await store.requests.advance({
      ...{ requestId, expectedVersion: 1, patch: {}, audit: [] },
      vote: aVote("U0JANE", { requestId, email: `${requestId}@example.com`, at: NOW + Number(requestId.slice(1)) }),
    });
  const journal = startSqlJournal();
  try {
    assert.equal(await store.requests.emailAt("U0JANE", NOW + 20), "e020@example.com");
    journal.mark("end");
    assert.deepEqual(
      journal
        .until("end")
        .from("select")
        .map((each) => "sql" in each && each.rows),
      [1],
    );
  } finally {
    journal.stop();
  }
});
