import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ClosedQuery, RequestSearch } from "../../src/app/ports/request-search.ts";
import type { Outcome } from "../../src/core/request.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { anEntry, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const MINUTE = 60_000;
/** The id of a request that closed at this minute. */
const toId = (minute: number) => `r-${String(minute).padStart(3, "0")}`;
const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => toId(from - index));

/**
 * `/approvals history` over requests that closed at the minutes 1 to `count`. `isMine`: those that Jane may read. `reason`:
 * of the vote on each. `wrap`: replaces the read of closed requests.
 */
async function setUp(
  t: TestContext,
  count: number,
  {
    isMine = () => true,
    reason = null,
    wrap = (closed) => closed,
  }: {
    isMine?: (minute: number) => boolean;
    reason?: string | null;
    wrap?: (closed: RequestSearch["closed"]) => RequestSearch["closed"];
  } = {},
) {
  const opened = await aStore(t);
  const store = { ...opened, search: { ...opened.search, closed: wrap(opened.search.closed) } };
  const close = async (minute: number) => {
    const id = toId(minute);
    const route = isMine(minute) ? "databases" : "web";
    const request = aRequest({ id, executionId: id, stepExecutionId: id, route });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    const outcome: Outcome = { kind: "approved", where: "slack", by: [], detail: null };
    const patch = { state: "closed", closedAt: NOW + minute * MINUTE, decision: "approve", outcome } as const;
    const vote = aVote("U0MIA", { requestId: id, reason });
    await store.requests.advance({ requestId: id, expectedVersion: 1, patch, vote, audit: [] });
  };
  for (let minute = 1; minute <= count; minute++) await close(minute);
  const clock = testClock();
  const reply = commandReplies(store, {
    ...{ directory: fakeDirectory(), clock, mask: [], identities: {}, admins: { users: ["U0ADMIN"], groups: [] } },
    routes: [aRoute(), aRoute({ name: "web", approvers: { users: ["U0WEB"], groups: [] } })],
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }),
    isOwnMessage: async () => false,
    targets: () => [],
  });
  const app = commandApp({ reply, clock });
  const answer = () => JSON.stringify(app.messages().at(-1));
  const ids = () => [...answer().matchAll(/Request `(r-\d+)`/g)].map(([, id]) => id ?? "");
  const button = (name: string) => new RegExp(`"page-${name}".*?"value":"((?:[^"\\\\]|\\\\.)*)"`).exec(answer())?.[1];
  const press = async (name: "previous" | "next") => {
    const value = button(name);
    assert.ok(value !== undefined, `no button ${name} in ${answer()}`);
    await app.press(JSON.parse(`"${value}"`));
    return ids();
  };
  await app.command("history");
  return { store, close, app, ids, press, has: (name: string) => button(name) !== undefined, answer };
}

test("Previous shows the page before, down to the newest, and each page comes back as it was", async (t) => {
  const { ids, press, has } = await setUp(t, 35);
  const pages = [range(35, 26), range(25, 16), range(15, 6), range(5, 1)];
  assert.deepEqual(ids(), pages[0]);
  assert.equal(has("previous"), false);
  for (const page of pages.slice(1)) assert.deepEqual(await press("next"), page);
  assert.equal(has("next"), false);
  for (const page of pages.slice(0, 3).reverse()) assert.deepEqual(await press("previous"), page);
  assert.equal(has("previous"), false);
  assert.deepEqual(await press("next"), pages[1]);
});

test("requests that close between two presses move no page, and are reached with Previous", async (t) => {
  const { close, press, has } = await setUp(t, 25);
  await press("next");
  assert.deepEqual(await press("next"), range(5, 1));
  for (let minute = 26; minute <= 38; minute++) await close(minute);
  assert.deepEqual(await press("previous"), range(15, 6));
  assert.deepEqual(await press("previous"), range(25, 16));
  assert.deepEqual(await press("previous"), range(35, 26));
  // Only three are newer: the newest page has them, and a whole page of requests.
  assert.deepEqual(await press("previous"), range(38, 29));
  assert.equal(has("previous"), false);
  assert.deepEqual(await press("next"), range(28, 19));
});

test("both directions skip the requests of others", async (t) => {
  const { press, ids } = await setUp(t, 60, { isMine: (minute) => minute % 5 === 0 });
  const mine = [60, 55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5].map(toId);
  assert.deepEqual(ids(), mine.slice(0, 10));
  assert.deepEqual(await press("next"), mine.slice(10));
  assert.deepEqual(await press("previous"), mine.slice(0, 10));
});

test("a search that stops at its limit continues in both directions, also on pages without a request", async (t) => {
  /** Each read returns one request, behind thousands that Jane may not read. */
  const wrap = (closed: RequestSearch["closed"]) => async (query: ClosedQuery) =>
    (await closed({ ...query, limit: 1 })).flatMap((request) => [
      ...Array.from({ length: 5_000 }, () => ({ ...request, route: "web" })),
      request,
    ]);
  const { press, ids, has, answer } = await setUp(t, 9, { isMine: (minute) => minute % 3 === 0, wrap });
  const mine = [9, 6, 3].map(toId);
  for (const [direction, expected] of [
    ["next", mine],
    ["previous", mine.toReversed()],
  ] as const) {
    const seen = [...ids()];
    while (has(direction)) seen.push(...(await press(direction)));
    assert.deepEqual([...new Set(seen)], expected, direction);
    if (direction === "next") assert.match(answer(), /No older request matches/);
  }
});

test("a page that does not fit keeps the requests next to the page that the person came from", async (t) => {
  const { press, ids, has } = await setUp(t, 30, { reason: "&".repeat(1_000) });
  const pages = [ids()];
  while (has("next")) pages.push(await press("next"));
  assert.deepEqual(pages.flat(), range(30, 1));
  assert.ok((pages[0]?.length ?? 0) < 10, `sizes ${pages.map(({ length }) => length)}`);
  const back = [...ids()];
  while (has("previous")) back.unshift(...(await press("previous")).filter((id) => !back.includes(id)));
  assert.deepEqual(back, range(30, 1));
});

test("admins and the approvers of its route learn that a request is not listed because its row is damaged", async (t) => {
  const wrap = (closed: RequestSearch["closed"]) => async (query: ClosedQuery) => {
    for (const [id, route] of [
      ["r-own", "databases"],
      ["r-damaged", "other"],
      ["r-none", null],
    ] as const)
      query.onDamaged?.({ id, route });
    return closed(query);
  };
  const { app, ids, answer } = await setUp(t, 3, { wrap });
  assert.deepEqual(ids(), range(3, 1));
  assert.match(answer(), /rows in the database are damaged: `r-own`\./);
  await app.command("history", { user: "U0ADMIN" });
  assert.deepEqual(ids(), range(3, 1));
  assert.match(
    answer(),
    /Not listed, because their rows in the database are damaged: `r-own`, `r-damaged`, `r-none`\./,
  );
});
