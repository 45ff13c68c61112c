import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Person } from "../../src/core/person.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeWebClient } from "../../src/slack/connection/client.ts";
import { readWorkspace } from "../../src/slack/connection/workspace.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeSlackCall } from "../../src/slack/slack-call.ts";
import { chatFailure } from "../../src/slack/slack-failures.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { closedPort, rawServer } from "../support/raw-server.ts";
import { type World, world } from "./slack-support.ts";

async function setUp(t: TestContext) {
  const slack: World = await world(t);
  const clock = testClock();
  const workspace = await readWorkspace(slack.client);
  assert(workspace.kind === "workspace");
  const directory = makeDirectory(makeSlackCall(slack.client), workspace.workspace, clock);
  const asked = () => slack.requests("usergroups.users.list").length;
  const dba = { users: ["U0ADMIN"], groups: ["S0DBA"] };
  return { slack, clock, directory, asked, dba };
}

const STANDINGS: [userId: string, standing: Person["accountStatus"]][] = [
  ["U0JANE", "member"],
  ["U0GUEST", "guest"],
  ["U0EVE", "external"],
  ["U0GONE", "deactivated"],
  ["U0COUNTERSN", "bot"],
];

for (const [userId, standing] of STANDINGS) {
  test(`${userId} counts as ${standing}`, async (t) => {
    const { directory } = await setUp(t);
    const found = await directory.person(userId);
    assert(found.kind === "person");
    assert.equal(found.person.accountStatus, standing);
    assert.equal(found.person.id, userId);
  });
}

test("a person comes with the name and address that their administrators gave, not the one they chose to show", async (t) => {
  const { directory } = await setUp(t);
  const found = await directory.person("U0JANE");
  assert(found.kind === "person");
  assert.deepEqual([found.person.name, found.person.email], ["Jane Ito", "jane@example.com"]);
});

test("somebody whom Slack does not know, or cannot tell for now, is unknown", async (t) => {
  const { slack, directory } = await setUp(t);
  assert.equal((await directory.person("U0NOBODY")).kind, "unknown");
  await slack.control("faults", { operation: "users.info", kind: "throttle", retryAfterSeconds: 5, times: 1 });
  const limited = { kind: "unknown", error: "ratelimited", retryAfterMs: 5_000 };
  assert.deepEqual(await directory.person("U0JANE"), limited);
  await slack.control("faults", { operation: "users.info", kind: "drop-reply", times: 1 });
  assert.equal((await directory.person("U0JANE")).kind, "unknown");
});

test("who was deactivated a moment ago is, when asked afresh", async (t) => {
  const { slack, clock, directory } = await setUp(t);
  await directory.person("U0JANE");
  await slack.control("person", { user: "U0JANE", deleted: true });
  clock.advance(1);
  const fresh = await directory.person("U0JANE", { since: clock.now() });
  assert.equal(fresh.kind === "person" && fresh.person.accountStatus, "deactivated");
});

test("who is named needs no group; who is in one is found; who is in none is not among them", async (t) => {
  const { directory, asked, dba } = await setUp(t);
  assert.deepEqual(await directory.isAmong(dba, "U0ADMIN"), { kind: "member" });
  assert.equal(asked(), 0);
  assert.deepEqual(await directory.isAmong(dba, "U0MIA"), { kind: "member" });
  assert.deepEqual(await directory.isAmong(dba, "U0JANE"), { kind: "not-member" });
});

test("a group is asked once for many members, and once more before anyone is denied by memory, never twice for one answer", async (t) => {
  const { clock, directory, asked, dba } = await setUp(t);
  await directory.isAmong(dba, "U0JANE", "preview");
  assert.equal(asked(), 1, "nothing was remembered, so one answer is fresh enough");
  for (let click = 0; click < 5; click++) await directory.isAmong(dba, "U0MIA", "preview");
  assert.equal(asked(), 1);
  clock.advance(3_000);
  await directory.isAmong(dba, "U0JANE", "preview");
  assert.equal(asked(), 2);
});

test("nobody can make the bot spend its calls: many who are in no group, or look at a list, cost one", async (t) => {
  const { clock, directory, asked, dba } = await setUp(t);
  const clicks = { since: clock.now() };
  await Promise.all(Array.from({ length: 30 }, () => directory.isAmong(dba, "U0ROSA", clicks)));
  assert.equal(asked(), 1);
  clock.advance(20_000);
  for (let look = 0; look < 30; look++)
    assert.deepEqual(await directory.isAmong(dba, "U0ROSA", "show"), { kind: "not-member" });
  assert.equal(asked(), 1);
});

test("who has just joined the group may decide at once; who has left may not, however short ago", async (t) => {
  const { slack, clock, directory, dba } = await setUp(t);
  const atClick = (userId: string) => directory.isAmong(dba, userId, { since: clock.now() });
  assert.deepEqual(await atClick("U0MIA"), { kind: "member" });
  await slack.control("group", { group: "S0DBA", users: ["U0JANE"] });
  clock.advance(1);
  assert.deepEqual(await atClick("U0MIA"), { kind: "not-member" });
  assert.deepEqual(await atClick("U0JANE"), { kind: "member" });
  await slack.control("group", { group: "S0DBA", users: ["U0MIA"] });
  clock.advance(3_000);
  assert.deepEqual(await atClick("U0MIA"), { kind: "member" });
});

for (const [method, code, advice] of [
  [
    "usergroups.users.list",
    "plan_upgrade_required",
    { cause: "this workspace's plan has no user groups", fix: "Ask an admin to name people under users." },
  ],
  [
    "usergroups.users.list",
    "missing_scope",
    { cause: "the app lacks a scope", fix: "Ask an admin to add it to the app and to install the app again." },
  ],
  [
    "users.info",
    "user_not_visible",
    {
      cause: "the app cannot see the account",
      fix: "Ask an admin to name someone who is a full member of this workspace.",
    },
  ],
  [
    "users.info",
    "token_revoked",
    { cause: "the app's token is no longer valid", fix: "Ask an admin to install the app again." },
  ],
  ["users.info", "internal_error", undefined],
] as const) {
  test(`${code} of ${method} ${advice === undefined ? "may pass" : "stays until an admin changes something"}`, async (t) => {
    const { slack, directory, dba } = await setUp(t);
    await slack.control("faults", { operation: method, kind: "error", code });
    const found =
      method === "users.info" ? await directory.person("U0MIA") : await directory.isAmong(dba, "U0MIA", "preview");
    assert(found.kind === "unknown");
    assert.deepEqual(found.advice, advice);
  });
}

test("a group that cannot be read makes nobody a member, and nobody is denied as if it had been read", async (t) => {
  const { slack, directory, dba } = await setUp(t);
  await slack.control("faults", {
    operation: "usergroups.users.list",
    kind: "throttle",
    retryAfterSeconds: 5,
    times: 1,
  });
  assert.deepEqual(await directory.isAmong(dba, "U0MIA"), {
    kind: "unknown",
    error: "ratelimited",
    retryAfterMs: 5_000,
  });
  assert.deepEqual(await directory.isAmong(dba, "U0MIA"), { kind: "member" });
});

const LIMITED = { kind: "throttle", retryAfterSeconds: 5 };
const MISSING = { kind: "error", code: "missing_scope" };

for (const [order, faults] of [
  ["first", [MISSING, LIMITED]],
  ["last", [LIMITED, MISSING]],
] as const) {
  test(`a group that fails for good, asked ${order}, does not hide that Slack asks to wait for another`, async (t) => {
    const { slack, directory } = await setUp(t);
    for (const fault of faults)
      await slack.control("faults", { operation: "usergroups.users.list", times: 1, ...fault });
    const found = await directory.isAmong({ users: [], groups: ["S0DBA", "S0ONCALL"] }, "U0ROSA");
    assert.equal(found.kind === "unknown" && found.retryAfterMs, 5_000);
  });
}

test("whose group or address Slack asks to wait for is unknown, with the time to wait", async (t) => {
  const { slack, directory, dba } = await setUp(t);
  const throttle = { kind: "throttle", retryAfterSeconds: 5, times: 1 };
  for (const operation of ["usergroups.users.list", "users.lookupByEmail"])
    await slack.control("faults", { operation, ...throttle });
  const limited = { kind: "unknown", error: "ratelimited", retryAfterMs: 5_000 };
  assert.deepEqual([await directory.members(dba), await directory.byEmail("mia@example.com")], [limited, limited]);
});

test("a group that does not exist makes nobody a member, and is named beside one that does", async (t) => {
  const { directory } = await setUp(t);
  const two = { users: [], groups: ["S0NOSUCH", "S0DBA"] };
  assert.deepEqual(await directory.isAmong(two, "U0MIA"), { kind: "member" });
  assert.deepEqual(await directory.isAmong(two, "U0JANE"), { kind: "not-member", gone: ["S0NOSUCH"] });
});

test("a group that does not exist or is disabled has no members, and is named to whoever is denied by it", async (t) => {
  const { directory } = await setUp(t);
  const meant = { users: [], groups: ["S0NOSUCH", "S0FORMER"] };
  assert.deepEqual(await directory.isAmong(meant, "U0ROSA"), { kind: "not-member", gone: ["S0NOSUCH", "S0FORMER"] });
  assert.deepEqual(await directory.members({ users: ["U0JANE"], groups: ["S0NOSUCH", "S0DBA"] }), {
    kind: "members",
    userIds: ["U0JANE", "U0MIA"],
  });
});

test("a channel's members are meant only where that is written out, and as they are at the click", async (t) => {
  const { slack, directory } = await setUp(t);
  const nobody = { users: [], groups: [] };
  const members = { ...nobody, channel: "members" as const };
  const among = (meant: typeof nobody, user: string, channel: string) =>
    directory.isAmong(meant, user, "preview", [channel]);
  assert.deepEqual(await among(nobody, "U0ROSA", "C0APPROVALS"), { kind: "not-member" });
  assert.deepEqual(await among(members, "U0ROSA", "C0APPROVALS"), { kind: "member" });
  assert.deepEqual(await among(members, "U0EVE", "C0APPROVALS"), { kind: "not-member" });
  await slack.control("channel", { channel: "C0ONCALL", invite: ["U0EVE"] });
  assert.deepEqual(await among(members, "U0EVE", "C0ONCALL"), { kind: "member" });
});

test("an address is somebody's, nobody's, or not known while Slack is away", async (t) => {
  const { slack, directory } = await setUp(t);
  const found = await directory.byEmail("rosa@example.com");
  assert.equal(found.kind === "person" && found.person.id, "U0ROSA");
  assert.deepEqual(await directory.byEmail("nobody@example.com"), { kind: "nobody" });
  await slack.control("faults", { operation: "users.lookupByEmail", kind: "error", code: "internal_error", times: 1 });
  const unknown = { kind: "unknown", error: "internal_error", retryAfterMs: 5_000, transient: true };
  assert.deepEqual(await directory.byEmail("mia@example.com"), unknown);
});

const clientFor = (url: string) => makeWebClient("xoxb-test", `${url}/api/`, makeBoltLogger(testLog()));
const ok = (body: object) => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

type Answer = { status: number; headers?: Record<string, string>; body: string };

const ANSWERS: [claim: string, answer: Answer, expected: object][] = [
  [
    "a limit with its time",
    { status: 429, headers: { "retry-after": "7" }, body: "" },
    { kind: "limited", retryAfterMs: 7_000 },
  ],
  ["a limit as an error", ok({ ok: false, error: "ratelimited" }), { kind: "limited", retryAfterMs: 30_000 }],
  [
    "a refusal",
    ok({ ok: false, error: "not_in_channel" }),
    { kind: "refused", code: "not_in_channel", error: "not_in_channel" },
  ],
  [
    "a missing scope",
    ok({ ok: false, error: "missing_scope", needed: "chat:write" }),
    { kind: "refused", code: "missing_scope", error: "missing_scope (needs chat:write)" },
  ],
  [
    "a refusal that nobody has heard of",
    ok({ ok: false, error: "brand_new" }),
    { kind: "refused", code: "brand_new", error: "brand_new" },
  ],
  ["that it is unwell", ok({ ok: false, error: "service_unavailable" }), { kind: "unavailable" }],
  ["that it failed inside", ok({ ok: false, error: "internal_error" }), { kind: "ambiguous" }],
  ["500", { status: 500, body: "oops" }, { kind: "ambiguous", error: "HTTP 500" }],
  ["a page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>" }, { kind: "ambiguous" }],
  ["nothing", { status: 200, body: "" }, { kind: "ambiguous" }],
];

for (const [claim, answer, expected] of ANSWERS) {
  test(`when Slack answers with ${claim}, a call ends as ${JSON.stringify(expected)}, after one attempt`, async (t) => {
    const server = await rawServer(t, (_, response) =>
      response.writeHead(answer.status, answer.headers).end(answer.body),
    );
    const failure = await clientFor(server.url)
      .chat.postMessage({ channel: "C0", text: "x" })
      .then(() => null, chatFailure);
    const told: Record<string, unknown> = { ...failure };
    for (const [key, value] of Object.entries(expected)) assert.equal(told[key], value, JSON.stringify(failure));
    assert.equal(server.requests.length, 1);
    if (failure?.kind === "refused") assert.match(failure.advice, /^[A-Z].*\.$/);
  });
}

test("a call that nobody listens to never left; one whose connection breaks may have been carried out", async (t) => {
  const post = (url: string) =>
    clientFor(url)
      .chat.postMessage({ channel: "C0", text: "x" })
      .then(() => null, chatFailure);
  assert.deepEqual(await post(`http://127.0.0.1:${await closedPort()}`), {
    kind: "unavailable",
    error: "ECONNREFUSED",
  });
  const broken = await rawServer(t, (_, response) => response.destroy());
  assert.equal((await post(broken.url))?.kind, "ambiguous");
  assert.equal(broken.requests.length, 1);
});
