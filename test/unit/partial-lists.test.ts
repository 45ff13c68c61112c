import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MAX_WAITING } from "../../src/app/admin/search-waiting.ts";
import type { OnDamaged, RequestSearch } from "../../src/app/ports/request-search.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { pendingBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { visibleText } from "../support/block-limits.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { aHome } from "../support/home.ts";
import { aFacts, anEntry, aRequest, aRoute, EXECUTION_ID, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const CAUSE = { cause: "the app lacks the scope channels:read", fix: "Ask an admin to install it again." };
const OF_ROUTE =
  /Partial\*: Slack could not return the approvers of 1 route: the app lacks the scope channels:read\. Requests of these routes may be missing\. Ask an admin to install it again\./;
const OF_ADMINS =
  /Slack did not return the list of Countersign admins \(ratelimited\)\. If you are an admin, requests are missing here\./;
const DAMAGED = [
  ["r-own", "databases"],
  ["r-damaged", "web"],
] as const;
const LIST = { now: 1, workspaceUrl: "https://acme.slack.com/" };

/** Jane decides "databases" by name. Slack does not return the members of the other route, and perhaps not the admins. */
async function setUp(t: TestContext, { isDamaged = false, isFlooded = false } = {}) {
  const opened = await aStore(t);
  const { target, account, region, executionId, stepExecutionId, openedAt } = aRequest();
  const about = { target, account, region, executionId, stepExecutionId, openedAt, state: "open" } as const;
  const report = (onDamaged?: OnDamaged) => {
    for (const [id, route] of isDamaged ? DAMAGED : []) onDamaged?.({ ...about, id, route });
  };
  const { waiting, closedFigures } = opened.search;
  const search: RequestSearch = {
    ...opened.search,
    async waiting(limit, onDamaged) {
      report(onDamaged);
      const others = Array.from({ length: isFlooded ? limit - 1 : 0 }, (_, index) =>
        aRequest({ id: `r-${index}`, facts: aFacts({ documentName: "Other" }), route: "web" }),
      );
      return [...(await waiting(limit)), ...others];
    },
    async closedFigures(query) {
      report(query.onDamaged);
      return closedFigures(query);
    },
  };
  const store = { ...opened, search };
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  const directory = fakeDirectory();
  const { isAmong } = directory;
  directory.isAmong = async (people, ...rest) => {
    if (people.groups.includes("S0BROKEN")) return { kind: "unknown", error: "missing_scope", advice: CAUSE };
    if (people.groups.includes("S0LIMITED") && !people.users.includes(rest[0]))
      return { kind: "unknown", error: "ratelimited" };
    return isAmong(people, ...rest);
  };
  const clock = testClock();
  const deps = {
    ...{ directory, clock, mask: [], identities: {}, admins: { users: ["U0ADMIN"], groups: ["S0LIMITED"] } },
    routes: [aRoute({ name: "broken", approvers: { users: [], groups: ["S0BROKEN"] } }), aRoute()],
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async () => false,
    targets: () => [],
  };
  const app = commandApp({ reply: commandReplies(store, deps), clock });
  return async (text: string, user = "U0JANE") => {
    await app.command(text, { user });
    return JSON.stringify(app.messages().at(-1));
  };
}

test("an answer without the members of a route or the admins has what is readable, and says why it is partial", async (t) => {
  const run = await setUp(t);
  for (const text of ["pending", "pending mine", "show Prod-DB-Restart", "history"]) {
    const answer = await run(text);
    if (text.startsWith("pending")) assert.match(answer, new RegExp(`Request \`${REQUEST_ID}\``), text);
    if (!text.startsWith("show")) assert.match(answer, OF_ROUTE, text);
    assert.match(answer, OF_ADMINS, text);
  }
  assert.doesNotMatch(await run(`show ${EXECUTION_ID}`), /approvers of/, "the list of another route changes nothing");
  const unknown = await run("show 00000000-1b2c-4d3e-8f90-0123456789ab", "U0ANNA");
  assert.match(unknown, /the app lacks the scope channels:read/);
  assert.equal(await run(`show ${EXECUTION_ID}`, "U0ANNA"), unknown);
  assert.doesNotMatch(await run("pending", "U0ANNA"), /You cannot read/, "perhaps an admin");
});

test("a list that has only what its reader may see says so, in the command and in App Home", () => {
  const reply = (count: number, more: object) => pendingBlocks([], { ...LIST, total: count, ...more }).text;
  assert.equal(reply(0, { admin: false }), "No request that you may read is waiting.");
  assert.equal(reply(2, { admin: false }), "2 requests are waiting that you may read.");
  assert.equal(reply(2, { admin: false, filtered: "mine" }), "2 requests are waiting for you.");
  assert.equal(reply(2, { admin: true }), "2 requests are waiting.");
  const home = aHome([], { scope: "all" });
  const own = visibleText(homeView(home, LIST).blocks);
  assert.match(own, /^Waiting requests that you may read.*No request that you may read is waiting\./s);
  assert.ok(home.list.kind === "pending");
  const admins = visibleText(homeView({ ...home, list: { ...home.list, admin: true } }, LIST).blocks);
  assert.match(admins, /^All waiting requests.*No request is waiting\./s);
});

test("admins and the approvers of its route learn that a waiting request is not listed because its row is damaged", async (t) => {
  const run = await setUp(t, { isDamaged: true });
  const all = /Not listed, because their rows in the database are damaged: `r-own`, `r-damaged`\./;
  for (const text of ["pending", "pending mine", "pending document:Prod"]) {
    assert.match(await run(text, "U0ADMIN"), all, text);
    assert.match(await run(text), /Not listed, because their rows in the database are damaged: `r-own`\./, text);
  }
  assert.match(await run("pending", "U0ADMIN"), new RegExp(`Request \`${REQUEST_ID}\``));
  assert.match(
    await run("stats", "U0ADMIN"),
    /Not counted, because their rows in the database are damaged: `r-own`, `r-d/,
  );
  for (const text of ["show Prod-DB-Restart", "policy Prod-DB-Restart"])
    assert.match(await run(text), /Not searched, because their rows in the database are damaged: `r-own`\./, text);
  for (const text of ["show Unknown", "policy Unknown"])
    assert.match(
      await run(text, "U0ADMIN"),
      /Not searched, because their rows .* damaged: `r-own`, `r-damaged`\./,
      text,
    );
  assert.doesNotMatch(await run("show Unknown", "U0ANNA"), /damaged/);
  const home = aHome([]);
  assert.ok(home.list.kind === "pending");
  const list = { ...home.list, unexamined: { damaged: new Set(["r-damaged"]), isCut: false } };
  assert.match(visibleText(homeView({ ...home, list }, LIST).blocks), /rows in the database are damaged: `r-damaged`/);
});

test("an answer that examined only the first waiting requests says that it is partial", async (t) => {
  const run = await setUp(t, { isFlooded: true });
  const partial = new RegExp(`Partial\\*: more than ${MAX_WAITING} requests are waiting\\. Countersign examined the`);
  for (const text of ["pending", "pending mine", "pending document:Prod", "show Prod-DB-Restart"])
    assert.match(await run(text), partial, text);
  for (const text of ["show Unknown", "policy Unknown"])
    assert.match(
      await run(text, "U0ADMIN"),
      /No request with this id that you may see\..*Partial\*: more than 5000/s,
      text,
    );
  const home = aHome([]);
  assert.ok(home.list.kind === "pending");
  const unexamined = { damaged: new Set<string>(), isCut: true };
  for (const list of [{ ...home.list, unexamined }, { kind: "refused", isMember: true, unexamined } as const])
    assert.match(visibleText(homeView({ ...home, list }, LIST).blocks), partial);
});

test("App Home says which lists of people Slack did not return", () => {
  const unread = {
    admins: { kind: "unknown", error: "ratelimited" } as const,
    routes: new Map([["broken", { kind: "unknown", error: "missing_scope", advice: CAUSE } as const]]),
  };
  const home = aHome([]);
  assert.ok(home.list.kind === "pending");
  const text = visibleText(homeView({ ...home, list: { ...home.list, unread } }, LIST).blocks);
  assert.match(text, OF_ROUTE);
  assert.match(text, OF_ADMINS);
  assert.doesNotMatch(visibleText(homeView(home, LIST).blocks), /Partial/);
});
