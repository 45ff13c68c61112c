import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { Hono } from "hono";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { makeMethods } from "../../sandbox/slack/api/methods.ts";
import { DELIVERIES, METHODS, TRANSPORTS } from "../../sandbox/slack/coverage.ts";
import { ACCEPTS_RESPONSE } from "../../sandbox/slack/deliver/delivery.ts";
import { makeTriggers } from "../../sandbox/slack/interact/triggers.ts";
import { seedWorkspace } from "../../sandbox/slack/seed.ts";
import { UNKNOWNS } from "../../sandbox/slack/unknowns.ts";
import { makeChanges } from "../../sandbox/slack/workspace/changes.ts";
import { workspaceSettingsSchema } from "../../sandbox/slack/workspace/settings.ts";
import { makeWorkspace } from "../../sandbox/slack/workspace/workspace.ts";
import type { HonoEnv } from "../../sandbox/wire/http-server.ts";
import { getError, world } from "./slack-support.ts";

const findImplemented = (list: typeof METHODS) =>
  list.filter((each) => each.state !== "not started").map((each) => each.name);

it("the coverage list contains exactly the dispatched methods", () => {
  const clock = { now: () => 0 };
  const changes = makeChanges();
  const workspace = makeWorkspace({ clock, changes, seed: seedWorkspace, settings: workspaceSettingsSchema.parse({}) });
  const triggers = makeTriggers(clock);
  const methods = makeMethods({ workspace, changes, triggers, clock, linkAddress: () => "" });
  assert.deepEqual(findImplemented(METHODS).sort(), Object.keys(methods).sort());
});

it("the coverage list contains exactly the deliveries that can be sent", () => {
  assert.deepEqual(findImplemented(DELIVERIES).sort(), Object.keys(ACCEPTS_RESPONSE).sort());
});

it("a method that is not started returns unknown_method", async (t) => {
  const { client } = await world(t);
  for (const { name, state } of METHODS) {
    if (state === "not started") assert.equal((await getError(client.apiCall(name))).error, "unknown_method");
  }
});

it("each partial or missing entry has a note, and no name occurs twice", () => {
  const all = [...METHODS, ...DELIVERIES, ...TRANSPORTS];
  for (const each of all) assert.equal(each.note !== undefined, each.state !== "supported", each.name);
  assert.equal(new Set(all.map((each) => each.name)).size, all.length);
  for (const each of UNKNOWNS) assert(each.topic && each.assumption && each.reason);
});

it("the ids of the seed have Slack's format", () => {
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

it("the page at / lists the addresses unless another page is mounted", async (t) => {
  const { slack } = await world(t);
  const page = await fetch(slack.url);
  assert.match(page.headers.get("content-type") ?? "", /text\/html/);
  assert.match(await page.text(), /\/api\//);

  const mounted = new Hono<HonoEnv>();
  mounted.get("/", (c) => c.text("the workspace"));
  mounted.get("/assets/:name", (c) => c.text(c.req.param("name")));
  const w = await world(t, { page: mounted });
  assert.equal(await (await fetch(w.slack.url)).text(), "the workspace");
  assert.equal(await (await fetch(`${w.slack.url}/assets/page.js`)).text(), "page.js");
  assert.equal((await w.client.auth.test()).ok, true);
});

/** The routes in the first column of a README's table under `/_control/`: "`GET requests?since=`, `DELETE`" are two. */
function documentedRoutes(standIn: "aws" | "slack"): { verb: string; path: string }[] {
  const readme = readFileSync(new URL(`../../sandbox/${standIn}/README.md`, import.meta.url), "utf8");
  const [, section = ""] = readme.split("## `/_control/`\n");
  return [...section.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) => {
    let path = "";
    return [...cell.matchAll(/`(GET|POST|DELETE)(?: ([^`]+))?`/g)].map(([, verb = "", given]) => {
      path = given?.split("?")[0] ?? path;
      return { verb, path };
    });
  });
}

/** Whether a route exists: it rejects an invalid body, while an unknown route returns 404. */
async function routeExists(url: string, { verb, path }: { verb: string; path: string }): Promise<boolean> {
  const body = verb === "POST" ? { body: "?" } : {};
  const response = await fetch(`${url}/_control/${path}`, { method: verb, ...body });
  await response.body?.cancel();
  return response.status !== 404 && response.status < 500;
}

/** The routes of every stand-in. */
const SHARED_ROUTES = [
  "POST reset",
  "POST seed",
  "GET requests",
  "DELETE requests",
  "POST faults",
  "GET faults",
  "DELETE faults",
  "POST clock",
  "GET clock",
  "GET events",
];
/** The additional routes of the Slack stand-in. */
const SLACK_ROUTES = [
  "GET state",
  ...["click", "submit", "close", "command", "home", "post", "delete"].map((each) => `POST ${each}`),
  ...["channel", "person", "group", "scopes", "token", "limits", "settings", "disconnect"].map(
    (each) => `POST ${each}`,
  ),
];

for (const standIn of ["aws", "slack"] as const) {
  it(`every control route in the README of ${standIn} exists, and the README contains all shared routes`, async (t) => {
    const aws = standIn === "aws" ? await startAwsSandbox({ port: 0 }) : undefined;
    t.after(() => aws?.close());
    const url = aws?.url ?? (await world(t)).slack.url;
    const routes = documentedRoutes(standIn).filter(({ path }) => !path.includes("ID"));
    const names = new Set(routes.map(({ verb, path }) => `${verb} ${path}`));
    for (const name of [...SHARED_ROUTES, ...(standIn === "slack" ? SLACK_ROUTES : [])]) assert(names.has(name), name);
    for (const route of routes) assert(await routeExists(url, route), `${route.verb} ${route.path}`);
    assert.equal(await routeExists(url, { verb: "POST", path: "dance" }), false);
  });
}
