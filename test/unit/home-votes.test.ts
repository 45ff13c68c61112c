import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makePending, readWaiting } from "../../src/app/admin/list-waiting.ts";
import { type HomeContent, makeRefreshHome } from "../../src/app/admin/refresh-home.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { visibleText } from "../support/block-limits.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { anEntry, aRequest, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./evaluate-click-setup.ts";

/** A click in App Home, which no message proves. */
const inHome: Pick<Click, "origin"> = { origin: { kind: "command", channelId: "U000" } };

/** A request with a quorum of two, and App Home of each person. */
async function openHome(t: TestContext) {
  const set = await setUp(t, { quorum: 2 });
  const { deps, store, clock, log } = set;
  const inspecting = {
    ...deps,
    search: store.search,
    effects: store.effects,
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async () => false,
  };
  const shown = new Map<string, HomeContent>();
  const refresh = makeRefreshHome({
    homes: { ...store.homes, claim: async (row) => row },
    pending: makePending(inspecting),
    waiting: () => readWaiting(inspecting),
    health: async () => ({ kind: "refused" }),
    search: store.search,
    async publish(userId, content) {
      shown.set(userId, content);
      return { kind: "published", fingerprint: "f", slackHash: null };
    },
    ...{ clock, log },
  });
  const look = async (userId: string, scope: "mine" | "all" = "mine") => {
    clock.advance(60_000);
    await store.homes.open(userId, clock.now(), { scope, page: null });
    const [row = assert.fail("no view is due")] = (await store.homes.due(clock.now(), 0, 9)).filter(
      (each) => each.userId === userId,
    );
    await refresh(row);
    const content = shown.get(userId) ?? assert.fail("no view");
    const { list } = content;
    const text = visibleText(
      homeView(content, { now: clock.now(), workspaceUrl: "https://acme.slack.com/", reader: userId }).blocks,
    );
    return {
      waiting: list.kind === "pending" ? list.items.map(({ request }) => request.id) : [],
      voted: list.kind === "pending" ? list.voted.items.map(({ request }) => request.id) : [],
      text,
    };
  };
  const app = commandApp({ reply: commandReplies(store, { ...inspecting, mask: [], targets: () => [] }), clock });
  const ask = async (userId: string, command: string) => {
    await app.command(command, { user: userId });
    return visibleText(app.messages().at(-1)?.blocks);
  };
  return { ...set, look, ask };
}

test("after the own vote, App Home keeps the request with Withdraw until it is closed, and lists it again after a withdrawal", async (t) => {
  const { look, press, store } = await openHome(t);
  assert.deepEqual((await look("U001")).waiting, [REQUEST_ID]);
  await press("U001", { ...inHome, id: "a" });
  const own = await look("U001");
  assert.deepEqual([own.waiting, own.voted], [[], [REQUEST_ID]]);
  assert.match(own.text, /Waiting requests with your vote.*1 of 2 approvals.*You approved this.*Withdraw my approval/s);
  const other = await look("U002");
  assert.deepEqual([other.waiting, other.voted], [[REQUEST_ID], []], "the vote of another person");

  assert.deepEqual(await press("U001", { ...inHome, id: "b", verdict: "withdraw" }), { kind: "withdrawn" });
  const again = await look("U001");
  assert.deepEqual([again.waiting, again.voted], [[REQUEST_ID], []]);
  assert.doesNotMatch(again.text, /with your vote/);

  await press("U001", { ...inHome, id: "c" });
  await press("U002", { ...inHome, id: "d" });
  const decided = await look("U001");
  assert.deepEqual([decided.waiting, decided.voted], [[], [REQUEST_ID]]);
  assert.match(decided.text, /Approved in Slack\. AWS has not continued the step yet/);
  assert.doesNotMatch(decided.text, /Withdraw/, "the decision is complete");
  const { version } = (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const patch = { state: "closed", closedAt: 1 } as const;
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch, audit: [] });
  assert.deepEqual((await look("U001")).voted, []);
});

test("App Home shows four of the waiting requests with the own vote, and counts all of them", async (t) => {
  const { look, press, store } = await openHome(t);
  for (let index = 1; index <= 6; index++) {
    const id = `r-${index}`;
    const request = aRequest({ id, executionId: id, stepExecutionId: id });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    await press("U001", { ...inHome, id, requestId: id });
  }
  const { voted, waiting, text } = await look("U001");
  assert.deepEqual([voted.length, waiting], [4, [REQUEST_ID]]);
  assert.match(text, /2 more requests have your vote/);
  const all = await look("U001", "all");
  assert.deepEqual([all.waiting.length, all.voted], [7, []]);
});

test("/approvals says on which waiting requests the reader has voted, and shares no own votes", async (t) => {
  const { ask, press, store } = await openHome(t);
  const other = aRequest({ id: "r-2", executionId: "e-2", stepExecutionId: "s-2" });
  await store.requests.open({ request: other, channels: [], audit: anEntry({ requestId: "r-2" }) });
  assert.doesNotMatch(await ask("U001", "mine"), /your vote|You approved/);
  await press("U001", { ...inHome, id: "a" });
  const mine = await ask("U001", "mine");
  assert.match(mine, /^\*1 request is waiting for you\. 1 waiting request has your vote\.\*/);
  assert.match(
    mine,
    new RegExp(`Request \`r-2\`.*Waiting requests with your vote.*You approved this.*${REQUEST_ID}`, "s"),
  );
  const everything = await ask("U001", "pending");
  assert.match(everything, /^\*2 requests are waiting/);
  assert.equal(everything.match(/1 of 2 approvals; .*\*You approved this\.\*/g)?.length, 1);
  assert.equal((await ask("U001", "show Prod-DB-Restart")).match(/You approved this/g)?.length, 1, "in the choice");
  assert.doesNotMatch(await ask("U002", "pending"), /You approved/, "the vote of another person");
  for (const shared of ["mine share", "pending share"])
    assert.doesNotMatch(await ask("U001", shared), /your vote|You approved/, shared);

  await press("U001", { ...inHome, id: "b", requestId: "r-2" });
  assert.match(
    await ask("U001", "mine"),
    /^\*No request is waiting for you\. 2 waiting requests have your vote\.\*.*You approved.*You approved/s,
  );
});

test("App Home keeps the recent decisions of a full member whose last role ended, and of no one else", async (t) => {
  const { look, press, store, routes, directory, clock } = await openHome(t);
  await press("U001", { ...inHome, id: "a" });
  await press("U002", { ...inHome, id: "b" });
  const { version } = (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const patch = { state: "closed", closedAt: clock.now() } as const;
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch, audit: [] });
  routes.splice(0);
  const { text } = await look("U001");
  assert.match(text, /You cannot read any waiting request.*Your recent decisions.*Approved/s);
  const person = await directory.person("U001");
  assert.ok(person.kind === "person");
  directory.people.set("U001", { ...person.person, accountStatus: "guest" });
  assert.doesNotMatch((await look("U001")).text, /recent decisions/);
});
