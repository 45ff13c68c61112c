import assert from "node:assert/strict";
import { it } from "node:test";
import { Hono } from "hono";
import { makeMethods } from "../../sandbox/slack/api/methods.ts";
import { DELIVERIES, METHODS, TRANSPORTS } from "../../sandbox/slack/coverage.ts";
import { ACCEPTS_RESPONSE } from "../../sandbox/slack/deliver/delivery.ts";
import { makeTriggers } from "../../sandbox/slack/interact/triggers.ts";
import { seedWorkspace } from "../../sandbox/slack/seed.ts";
import { UNKNOWNS } from "../../sandbox/slack/unknowns.ts";
import { makeChanges } from "../../sandbox/slack/workspace/changes.ts";
import { makeWorkspace } from "../../sandbox/slack/workspace/workspace.ts";
import type { Wire } from "../../sandbox/wire/server.ts";
import { errorOf, world } from "./slack-support.ts";

const there = (list: typeof METHODS) => list.filter((each) => each.state !== "not started").map((each) => each.name);

it("the coverage list promises exactly the methods that are dispatched", () => {
  const clock = { now: () => 0 };
  const changes = makeChanges();
  const workspace = makeWorkspace({ clock, changes, seed: seedWorkspace });
  const triggers = makeTriggers(clock);
  const methods = makeMethods({ workspace, changes, triggers, clock, linkAddress: () => "" });
  assert.deepEqual(there(METHODS).sort(), Object.keys(methods).sort());
});

it("the coverage list promises exactly the deliveries that can be sent", () => {
  assert.deepEqual(there(DELIVERIES).sort(), Object.keys(ACCEPTS_RESPONSE).sort());
});

it("what is not started answers unknown_method", async (t) => {
  const { client } = await world(t);
  for (const { name, state } of METHODS) {
    if (state === "not started") assert.equal((await errorOf(client.apiCall(name))).error, "unknown_method");
  }
});

it("what is partial or missing says what is missing, once", () => {
  const all = [...METHODS, ...DELIVERIES, ...TRANSPORTS];
  for (const each of all) assert.equal(each.note !== undefined, each.state !== "supported", each.name);
  assert.equal(new Set(all.map((each) => each.name)).size, all.length);
  for (const each of UNKNOWNS) assert(each.topic && each.whatWeAssume && each.why);
});

it("the seed's ids look like Slack's", () => {
  const seed = seedWorkspace(0);
  const forms: [RegExp, string[]][] = [
    [/^T[A-Z0-9]{5,}$/, [seed.team, ...seed.otherTeams].map((each) => each.id)],
    [/^A[A-Z0-9]{5,}$/, seed.apps.map((each) => each.id)],
    [/^B[A-Z0-9]{5,}$/, seed.apps.map((each) => each.botId)],
    [/^U[A-Z0-9]{4,}$/, seed.people.map((each) => each.id)],
    [/^S[A-Z0-9]{4,}$/, seed.groups.map((each) => each.id)],
    [/^C[A-Z0-9]{4,}$/, seed.channels.map((each) => each.id)],
  ];
  for (const [form, ids] of forms) for (const id of ids) assert.match(id, form);
  const people = new Set(seed.people.map((each) => each.id));
  for (const member of [
    ...seed.channels.flatMap((each) => each.members),
    ...seed.groups.flatMap((each) => each.users),
  ]) {
    assert(people.has(member), member);
  }
});

it("the page at / is a list of addresses until another is mounted there", async (t) => {
  const { slack } = await world(t);
  const page = await fetch(slack.url);
  assert.match(page.headers.get("content-type") ?? "", /text\/html/);
  assert.match(await page.text(), /\/api\//);

  const mounted = new Hono<Wire>();
  mounted.get("/", (c) => c.text("the workspace"));
  mounted.get("/assets/:name", (c) => c.text(c.req.param("name")));
  const w = await world(t, { page: mounted });
  assert.equal(await (await fetch(w.slack.url)).text(), "the workspace");
  assert.equal(await (await fetch(`${w.slack.url}/assets/page.js`)).text(), "page.js");
  assert.equal((await w.client.auth.test()).ok, true);
});
