import assert from "node:assert/strict";
import { test } from "node:test";
import { makePending, readWaiting } from "../../src/app/admin/list-waiting.ts";
import { makeRefreshHome, type PublishHome } from "../../src/app/admin/refresh-home.ts";
import { homeView, parseHomePage } from "../../src/slack/messages/home-view.ts";
import { findProblems } from "../support/block-limits.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { EXAMINED } from "../support/home.ts";
import { anEntry, aRequest, aRoute } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const COUNT = FULL_MATRIX ? 1_000 : 60;

for (const engine of ENGINES) {
  test(`${engine.name}: a view is due when its person opens it and when a request changes, for a while, and in one replica`, async (t) => {
    const { homes, requests } = await aStore(t, { engine });
    const due = async (now: number, since = 0) => (await homes.due(now, since, 10)).map(({ userId }) => userId);
    await homes.open("U1", 100);
    assert.deepEqual(await due(99), []);
    const [row = assert.fail()] = await homes.due(100, 0, 10);
    assert.deepEqual([row.scope, row.page, row.headSeq], ["mine", null, 0]);
    const claimed = (await homes.claim(row, 500)) ?? assert.fail();
    assert.equal(await homes.claim(row, 600), null, "another replica");
    assert.deepEqual(await due(499), []);
    const shown = { shownSeq: row.headSeq, fingerprint: "f", slackHash: "h", nextAttemptAt: 300 };
    await homes.recordShown(claimed, shown);
    assert.deepEqual(await due(1_000), [], "nothing has changed");
    await requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    assert.deepEqual(await due(299), []);
    assert.deepEqual(await due(300), ["U1"]);
    assert.deepEqual(await due(300, 101), [], "opened too long ago");
  });

  test(`${engine.name}: a page that was turned during a publication is due, whatever the publication records`, async (t) => {
    const { homes } = await aStore(t, { engine });
    await homes.open("U1", 100);
    const [row = assert.fail()] = await homes.due(100, 0, 10);
    const claimed = (await homes.claim(row, 500)) ?? assert.fail();
    await homes.open("U1", 200, { scope: "all", page: "after:8:r" });
    await homes.recordShown(claimed, { shownSeq: 0, fingerprint: "f", slackHash: "h", nextAttemptAt: 900 });
    await homes.recordFailed(claimed, "late", 900);
    const [next = assert.fail()] = await homes.due(200, 0, 10);
    assert.deepEqual([next.scope, next.page, next.lastError], ["all", "after:8:r", null]);
  });
}

test("results of Slack: paced, an unchanged view is not published, a conflict is published again without a hash", async (t) => {
  const clock = testClock();
  const { homes } = await aStore(t, { now: clock.now });
  const results: Awaited<ReturnType<PublishHome>>[] = [];
  const known: unknown[] = [];
  const refresh = makeRefreshHome({
    homes,
    pending: async () => ({ kind: "refused", isMember: false, unexamined: EXAMINED }),
    waiting: () => assert.fail("nobody may read it"),
    health: async () => ({ kind: "refused" }),
    search: { closed: async () => [], votesOn: async () => [] },
    async publish(_, __, { fingerprint, slackHash }) {
      known.push([fingerprint, slackHash]);
      return results.shift() ?? assert.fail("no more calls");
    },
    clock,
    log: testLog(),
  });
  const run = async (at: number) => {
    const rows = await homes.due(at, 0, 10);
    for (const row of rows) await refresh(row);
    return rows.length;
  };
  const start = clock.now();
  await homes.open("U1", start);
  results.push({ kind: "published", fingerprint: "f1", slackHash: "h1" });
  assert.equal(await run(start), 1);
  await homes.open("U1", start + 1);
  results.push(
    { kind: "conflict" },
    { kind: "limited", retryAfterMs: 30_000 },
    { kind: "unavailable", error: "ECONNREFUSED" },
  );
  assert.equal(await run(start + 1), 1);
  assert.equal(await run(start + 1), 1, "again at once after a conflict");
  assert.equal(await run(start + 29_999), 0, "Slack asked to wait");
  assert.equal(await run(start + 30_000), 1);
  assert.deepEqual(known, [
    [null, null],
    [null, "h1"],
    [null, null],
    [null, null],
  ]);
});

test(`the pages of App Home show each of ${COUNT} waiting requests once, within the limits of a view`, async (t) => {
  const store = await aStore(t);
  for (let index = 0; index < COUNT; index++) {
    const id = `r${index}`;
    const request = aRequest({ id, stepExecutionId: id, executionId: id });
    await store.requests.open({ request, channels: ["C0DBA"], audit: { ...anEntry(), requestId: id } });
  }
  const clock = testClock();
  const inspecting = {
    ...store,
    directory: fakeDirectory(),
    routes: [aRoute()],
    admins: { users: [], groups: [] },
    identities: {},
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async () => false,
    clock,
  };
  const views: ReturnType<typeof homeView>[] = [];
  const refresh = makeRefreshHome({
    homes: store.homes,
    pending: makePending(inspecting),
    waiting: () => readWaiting(inspecting),
    health: async () => ({ kind: "refused" }),
    search: store.search,
    async publish(_, content) {
      views.push(homeView(content, { now: clock.now(), workspaceUrl: "https://acme.slack.com/" }));
      return { kind: "published", fingerprint: String(views.length), slackHash: null };
    },
    clock,
    log: testLog(),
  });
  const show = async (page?: Parameters<typeof store.homes.open>[2]) => {
    await store.homes.open("U0JANE", clock.now(), page);
    const [row = assert.fail()] = await store.homes.due(clock.now(), 0, 1);
    await refresh(row);
    return views.at(-1) ?? assert.fail();
  };
  const buttons = (view: object, action: string) =>
    [...JSON.stringify(view).matchAll(new RegExp(`"action_id":"${action}".*?"value":"([^"]*)"`, "g"))].map(
      ([, value = ""]) => value,
    );
  const close = async (id = "") => {
    const version = (await store.requests.byId(id))?.version ?? assert.fail();
    const audit = [anEntry({ requestId: id })];
    await store.requests.advance({ requestId: id, expectedVersion: version, patch: { state: "closed" }, audit });
    clock.advance(2_000);
  };
  const seen: string[] = [];
  for (let view = await show(); ; ) {
    assert.deepEqual(findProblems(view, "home", new Set(["U0JANE", "U0OMAR", "S0DBA"])), []);
    seen.push(...buttons(view, "approve"));
    const [next] = buttons(view, "home-next");
    if (next === undefined) break;
    // The first and the last request of the page close before the person turns to the next one.
    if (seen.length < COUNT / 2) {
      await close(seen[0]);
      await close(seen.at(-1));
    }
    view = await show(parseHomePage(next) ?? assert.fail());
  }
  assert.equal(new Set(seen).size, COUNT);
  assert.equal(seen.length, COUNT);
  assert.equal(
    buttons(await show({ scope: "mine", page: "after:99999999999999:r" }), "approve").length > 0,
    true,
    "beyond the end: the last page",
  );
});
