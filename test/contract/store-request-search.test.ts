import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Kysely, sql } from "kysely";
import type { ClosedQuery } from "../../src/app/ports/request-search.ts";
import { NOT_WAITING } from "../../src/core/execution.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { toWaitingRequest } from "../../src/core/waiting-request.ts";
import { openStore } from "../../src/store/store.ts";
import { aFacts, anEntry, aRequest, aVote, NOW } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const ID = (first: string, index: number) => `${first}-0000-4000-8000-${String(index).padStart(12, "0")}`;

for (const engine of ENGINES) {
  const open = (store: OpenStore, request: ApprovalRequest, index: number) =>
    store.requests.open({
      request: { ...request, executionId: request.executionId ?? `e${index}`, stepExecutionId: `s${index}` },
      channels: ["C0DBA"],
      audit: anEntry({ requestId: request.id }),
    });
  const filled = async (t: TestContext, requests: ApprovalRequest[]) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (const [index, request] of requests.entries()) await open(store, request, index);
    return store;
  };

  test(`${engine.name}: waiting requests come with the earliest deadline first`, async (t) => {
    const at = (id: string, timeoutSeconds: number, more = {}) =>
      aRequest({ id, facts: aFacts({ timeoutSeconds }), ...more });
    const store = await filled(t, [
      at("late", 9_000),
      at("soon", 60, { state: "decided", decision: "approve" }),
      at("b", 600),
      at("a", 600),
      at("closed", 30, { state: "closed", closedAt: NOW }),
    ]);
    const ids = async (limit: number) => (await store.search.waiting(limit)).map(({ id }) => id);
    assert.deepEqual(await ids(10), ["soon", "a", "b", "late"]);
    assert.deepEqual(await ids(2), ["soon", "a"]);
    const soon = await store.requests.byId("soon");
    assert.deepEqual(await store.search.waiting(1), soon && [toWaitingRequest(soon)]);
  });

  test(`${engine.name}: closed requests come in pages, without a gap or a repetition, also where several closed at once`, async (t) => {
    const closedAt = [5, 3, 3, 3, 1].map((minutes) => NOW + minutes * 60_000);
    const requests = closedAt.map((at, index) => aRequest({ id: `r${index}`, state: "closed", closedAt: at }));
    const store = await filled(t, [...requests, aRequest({ id: "open" })]);
    const base = { before: null, since: null, until: null, voters: null, limit: 2 };
    const pages: string[][] = [];
    for (let before: { closedAt: number; id: string } | null = null; ; ) {
      const page: ApprovalRequest[] = await store.search.closed({ ...base, before });
      const last = page.at(-1);
      if (last === undefined) break;
      pages.push(page.map(({ id }) => id));
      before = { closedAt: last.closedAt ?? 0, id: last.id };
    }
    assert.deepEqual(pages, [["r0", "r3"], ["r2", "r1"], ["r4"]]);
    const after = async (id: string, minutes: number) => {
      const cursor = { closedAt: NOW + minutes * 60_000, id };
      return (await store.search.closed({ ...base, after: cursor })).map((each) => each.id);
    };
    assert.deepEqual(await after("r4", 1), ["r1", "r2"]);
    assert.deepEqual(await after("r2", 3), ["r3", "r0"]);
    assert.deepEqual(await after("r0", 5), []);
    const between = { ...base, limit: 9, since: NOW + 3 * 60_000, until: NOW + 5 * 60_000 };
    assert.deepEqual(
      (await store.search.closed(between)).map(({ id }) => id),
      ["r3", "r2", "r1"],
    );
  });

  test(`${engine.name}: a damaged row takes no other request from a list or a page, wherever it is, and is reported`, async (t) => {
    const database = await engine.create();
    const open = () => openStore({ dialect: database.dialect(), publishes: true, now: () => NOW });
    const first = await open();
    for (let index = 0; index < 7; index++) {
      const request = aRequest({
        ...{ id: `r${index}`, executionId: `e${index}`, stepExecutionId: `s${index}` },
        ...{ state: "closed", closedAt: NOW + index },
      });
      await first.requests.open({ request, channels: [], audit: anEntry({ requestId: request.id }) });
    }
    for (const id of ["w0", "w1"]) {
      const request = aRequest({ id, executionId: id, stepExecutionId: id });
      await first.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    }
    await first.close();
    const db = new Kysely<unknown>({ dialect: database.dialect() });
    await sql`update requests set facts = '{' where id in ('r6', 'r4')`.execute(db);
    // Valid JSON of another shape.
    await sql`update requests set facts = 'null' where id = 'r3'`.execute(db);
    await sql`update requests set facts = '{"documentName":"x","parameters":{}}' where id = 'w0'`.execute(db);
    await sql`update requests set outcome = '[]', facts = '{}' where id = 'r0'`.execute(db);
    await db.destroy();
    const store = await open();
    t.after(async () => {
      await store.close();
      await database.remove();
    });
    const waiting = async () => {
      const damaged: string[] = [];
      const found = await store.search.waiting(10, ({ id }) => damaged.push(id));
      return [found.map(({ id }) => id), damaged];
    };
    assert.deepEqual(await waiting(), [["w1"], ["w0"]]);
    const base = { since: null, until: null, voters: null, limit: 2 };
    for (const read of [store.search.closed, store.search.closedFigures]) {
      const damaged = new Set<string>();
      const page = async (from: Pick<ClosedQuery, "before" | "after">) =>
        (await read({ ...base, ...from, onDamaged: ({ id, route }) => damaged.add(`${id} ${route}`) })).map(
          ({ id }) => id,
        );
      const cursor = (index: number) => ({ closedAt: NOW + index, id: `r${index}` });
      assert.deepEqual(await page({ before: null }), ["r5", "r2"]);
      assert.deepEqual(await page({ before: cursor(4) }), ["r2", "r1"], "the damaged row is that of the cursor");
      assert.deepEqual(await page({ before: cursor(2) }), ["r1"]);
      assert.deepEqual(await page({ before: null, after: cursor(0) }), ["r1", "r2"]);
      assert.deepEqual(await page({ before: null, after: cursor(2) }), ["r5"]);
      assert.deepEqual(
        [...damaged].sort(),
        ["r0", "r3", "r4", "r6"].map((id) => `${id} databases`),
      );
    }
  });

  test(`${engine.name}: the figures of 100 large requests and their votes take less than 300 bytes each`, async (t) => {
    const parameters = Array.from({ length: 40 }, (_, index) => ({
      ...{ name: `P${index}`, values: ["x".repeat(512)] },
      ...{ masked: false, isDefault: false },
    }));
    const facts = aFacts({ parameters, waitingSince: NOW - 5 });
    const closed = Array.from({ length: 100 }, (_, index) =>
      aRequest({
        ...{ id: `r${index}`, facts, state: "closed", closedAt: NOW + index, decidedAt: NOW },
        outcome: { kind: index === 0 ? "timed-out" : "approved", where: "aws", by: [], detail: null },
      }),
    );
    const store = await filled(t, closed);
    const vote = aVote("U0JANE", { requestId: "r0", reason: "r".repeat(2_000) });
    await store.requests.advance({ requestId: "r0", expectedVersion: 1, patch: {}, vote, audit: [] });
    const query = { before: null, since: null, until: null, voters: null, limit: 200 };
    const figures = await store.search.closedFigures(query);
    assert.deepEqual(
      figures.map(({ id }) => id),
      (await store.search.closed(query)).map(({ id }) => id),
    );
    const { documentName } = facts;
    const common = { id: "r0", closedAt: NOW, askedAt: NOW - 5, decidedAt: NOW };
    assert.deepEqual(figures.at(-1), { ...common, documentName, isTimedOut: true });
    const votes = await store.search.voteFigures(closed.map(({ id }) => id));
    assert.deepEqual(votes, [{ requestId: "r0", userId: "U0JANE", verdict: vote.verdict, authority: vote.authority }]);
    for (const each of [...figures, ...votes]) assert(JSON.stringify(each).length < 300);
    assert.deepEqual(await store.search.closedFigures({ ...query, voters: [] }), []);
  });

  test(`${engine.name}: the requests of rare voters and of busy ones are found among many others, in order and in pages, in both directions`, async (t) => {
    const closed = Array.from({ length: 230 }, (_, index) =>
      aRequest({ id: `r${String(index).padStart(4, "0")}`, state: "closed", closedAt: NOW + Math.floor(index / 2) }),
    );
    const store = await filled(t, []);
    for (let start = 0; start < closed.length; start += 20)
      await Promise.all(closed.slice(start, start + 20).map((request, index) => open(store, request, start + index)));
    const rare = [0, 2, 3, 4, 5, 100, 199, 202].map((index) => closed[index]?.id ?? "");
    for (const [index, requestId] of rare.entries()) {
      const vote = aVote(index % 2 === 0 ? "U0JANE" : "U0OMAR", { requestId });
      await store.requests.advance({ requestId, expectedVersion: 1, patch: {}, vote, audit: [] });
      const other = aVote("U0MIA", { requestId });
      await store.requests.advance({ requestId, expectedVersion: 2, patch: {}, vote: other, audit: [] });
    }
    const base = { before: null, since: null, until: null, voters: ["U0JANE", "U0OMAR"], limit: 5 };
    const idsOf = async (query: Partial<ClosedQuery>) =>
      (await store.search.closed({ ...base, ...query })).map(({ id }) => id);
    const newest = rare.toReversed();
    assert.deepEqual(await idsOf({}), newest.slice(0, 5));
    const cursorOf = (id: string | undefined) => ({
      id: id ?? "",
      closedAt: closed.find((each) => each.id === id)?.closedAt ?? 0,
    });
    assert.deepEqual(await idsOf({ before: cursorOf(newest[4]) }), newest.slice(5));
    assert.deepEqual(await idsOf({ after: cursorOf(rare[2]) }), rare.slice(3));
    assert.deepEqual(
      await idsOf({ voters: ["U0OMAR"], limit: 9 }),
      newest.filter((_, index) => index % 2 === 0),
    );
    assert.deepEqual(await idsOf({ since: NOW + 1, until: NOW + 50 }), rare.slice(1, 5).toReversed());
    assert.deepEqual(await idsOf({ voters: ["U0ROSA"] }), []);

    // People with more than 200 votes are looked for in the order of the requests.
    const busy = closed.filter(({ id }) => !rare.includes(id) || id === rare[2]);
    for (let start = 0; start < busy.length; start += 20)
      await Promise.all(
        busy.slice(start, start + 20).map(({ id: requestId }) =>
          store.requests.advance({
            requestId,
            expectedVersion: requestId === rare[2] ? 3 : 1,
            patch: {},
            vote: aVote("U0ROSA", { requestId }),
            audit: [],
          }),
        ),
      );
    const voters = ["U0ROSA", "U0OMAR", "U0NOBODY"];
    const byBusy = closed.filter((each) => busy.includes(each) || rare.indexOf(each.id) % 2 === 1).map(({ id }) => id);
    assert.ok(byBusy.length > 200 && byBusy.length < closed.length);
    assert.deepEqual(await idsOf({ voters, limit: 1_000 }), byBusy.toReversed());
    assert.deepEqual(await idsOf({ voters, limit: 3, before: cursorOf(byBusy[3]) }), byBusy.slice(0, 3).toReversed());
    assert.deepEqual(await idsOf({ voters, limit: 3, after: cursorOf(byBusy.at(-4)) }), byBusy.slice(-3));
    assert.deepEqual(await idsOf({ voters, since: NOW + 115 }), []);
  });

  test(`${engine.name}: requests are found by voter, by the beginning of an id, and by message`, async (t) => {
    const store = await filled(t, [
      aRequest({ id: ID("4f2a91c7", 1), executionId: ID("aaaaaaaa", 1), openedAt: NOW }),
      aRequest({ id: ID("bbbbbbbb", 2), executionId: ID("4f2a91c7", 2), openedAt: NOW + 1 }),
      aRequest({ id: ID("4f2a91c8", 3), executionId: ID("cccccccc", 3) }),
    ]);
    const found = async (prefix: string) => (await store.search.startingWith(prefix, 10)).map(({ id }) => id);
    assert.deepEqual(await found("4f2a91c7"), [ID("bbbbbbbb", 2), ID("4f2a91c7", 1)]);
    assert.deepEqual(await found("4f2a91c7-0000-4"), [ID("bbbbbbbb", 2), ID("4f2a91c7", 1)]);
    assert.deepEqual(await found("4f2a91c"), [ID("bbbbbbbb", 2), ID("4f2a91c7", 1), ID("4f2a91c8", 3)]);
    assert.deepEqual(await found("%_______"), []);

    const first = ID("4f2a91c7", 1);
    const [message] = await store.messages.ofRequest(first);
    await store.messages.claim(message?.id ?? "", "claim", NOW, NOW + 1);
    await store.messages.recordPosted(message?.id ?? "", "1700000000.000100", 1);
    assert.equal((await store.search.ofMessage("C0DBA", "1700000000.000100"))?.id, first);
    assert.equal(await store.search.ofMessage("C0DBA", "1700000000.000200"), null);
    assert.equal(await store.search.ofMessage("C0OTHER", "1700000000.000100"), null);

    const vote = aVote("U0JANE", { requestId: first, userName: "Jane Ito" });
    await store.requests.advance({ requestId: first, expectedVersion: 1, patch: {}, vote, audit: [] });
    const closing = { state: "closed", closedAt: NOW } as const;
    await store.requests.advance({ requestId: first, expectedVersion: 2, patch: closing, audit: [] });
    const all = [first, ID("bbbbbbbb", 2), ...Array.from({ length: 1_200 }, (_, index) => `none-${index}`)];
    assert.deepEqual(await store.search.votedOn("U0JANE", all), new Set([first]));
    assert.deepEqual(await store.search.votedOn("U0MIA", all), new Set());
    assert.deepEqual(await store.search.votesOn(all), [vote]);
    assert.deepEqual(await store.search.voters(), [{ userId: "U0JANE", userName: "Jane Ito" }]);
    const by = async (voters: string[]) =>
      (await store.search.closed({ before: null, since: null, until: null, voters, limit: 9 })).length;
    assert.deepEqual([await by(["U0JANE"]), await by(["U0MIA"]), await by([])], [1, 0, 0]);
  });

  test(`${engine.name}: the lags are the oldest request without a message, the oldest unpublished record, the oldest contradiction and the waiting executions`, async (t) => {
    const store = await filled(t, [aRequest({ id: "new", openedAt: NOW }), aRequest({ id: "old", openedAt: NOW - 5 })]);
    const watched = { target: "default/us-east-1", nextReadAt: 0, unchangedReads: 0 };
    await store.owned.executions.watch({ ...watched, executionId: "a", fingerprint: "waiting" });
    await store.owned.executions.watch({ ...watched, executionId: "b", fingerprint: NOT_WAITING });
    const lags = await store.effects.lags();
    assert.deepEqual(lags.waiting, [{ target: "default/us-east-1", count: 1 }]);
    assert.equal(lags.oldestUnpostedAt, NOW - 5);
    for (const id of ["new", "old"])
      await store.messages.recordPosted((await store.messages.ofRequest(id))[0]?.id ?? "", "1.1", 1);
    assert.equal((await store.effects.lags()).oldestUnpostedAt, null);
    assert.equal(lags.oldestStaleAt, null);
    for (const [executionId, at] of [
      ["b", NOW],
      ["a", NOW - 9],
    ] as const)
      await store.owned.executions.recordStale({ target: "default/us-east-1", executionId }, at);
    assert.equal((await store.effects.lags()).oldestStaleAt, NOW - 9);
    assert.ok(lags.oldestUnpublishedAt === null || typeof lags.oldestUnpublishedAt === "number");
  });
}
