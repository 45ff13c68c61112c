import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type InspectDeps, makeDetails } from "../../src/app/admin/inspect.ts";
import { makePending } from "../../src/app/admin/list-waiting.ts";
import { makeShow } from "../../src/app/admin/show-request.ts";
import type { ClickOrigin } from "../../src/app/ports/click-store.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { anEntry, aPerson, aRequest, aRoute, EXECUTION_ID, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const NO_MEMBERS = ["guest", "external", "deactivated", "bot"] as const;

async function setUp(t: TestContext) {
  const store = await aStore(t);
  const directory = fakeDirectory();
  /** Groups that Slack does not return. */
  const unreadable = new Set<string>();
  const { isAmong } = directory;
  directory.isAmong = async (people, ...rest) =>
    people.groups.some((id) => unreadable.has(id))
      ? { kind: "unknown", error: "ratelimited" }
      : isAmong(people, ...rest);
  const { requests, search, effects, messages } = store;
  await requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  const log = testLog();
  const deps: InspectDeps = {
    ...{ requests, search, effects, messages, directory },
    routes: [aRoute({ name: "broken", approvers: { users: [], groups: ["S0BROKEN"] } }), aRoute()],
    admins: { users: ["U0ADMIN"], groups: [] },
    identities: { U0ROSA: ["arn:aws:iam::111122223333:user/rosa"] },
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async ({ origin }) => origin.kind === "message" && origin.channelId === "C0DBA",
  };
  const details = async (userId: string, origin: ClickOrigin) =>
    (await makeDetails({ ...deps, clock: testClock(), log })(userId, { requestId: REQUEST_ID, origin })).kind;
  const showAll = (userId: string) =>
    makeShow({ ...deps, targets: () => [], clock: testClock(), policyHash: "" })(userId, EXECUTION_ID);
  const show = async (userId: string) => (await showAll(userId)).kind;
  const pending = async (userId: string) => (await makePending({ ...deps, clock: testClock() })(userId)).kind;
  const isPreferred = async () => {
    const other = aRequest({ id: "older", stepExecutionId: "older", openedAt: 0 });
    await requests.open({ request: other, channels: ["C0DBA"], audit: anEntry() });
    return (await messages.due(0, 1))[0]?.requestId === REQUEST_ID;
  };
  return { directory, unreadable, deps, log, details, show, showAll, pending, isPreferred };
}

const OWN: ClickOrigin = { kind: "message", channelId: "C0DBA", ts: "1.1" };
const ELSEWHERE: ClickOrigin = { kind: "message", channelId: "C0OTHER", ts: "1.1" };
const COMMAND: ClickOrigin = { kind: "command", channelId: "C0DBA" };

test("Details, /approvals show and the list of requests apply the same rule", async (t) => {
  const { details, show, pending } = await setUp(t);
  for (const userId of ["U0ADMIN", "U0JANE", "U0ROSA"]) {
    assert.deepEqual(
      [await details(userId, ELSEWHERE), await details(userId, COMMAND), await show(userId), await pending(userId)],
      ["details", "details", "shown", "pending"],
      userId,
    );
  }
  assert.deepEqual(
    [
      await details("U0ANNA", ELSEWHERE),
      await details("U0ANNA", COMMAND),
      await show("U0ANNA"),
      await pending("U0ANNA"),
    ],
    // Without a message of the request, Details answer as for an id that does not exist.
    ["absent", "absent", "refused", "refused"],
  );
  assert.equal(await details("U0ANNA", OWN), "details");
});

test("a guest, an external, a deactivated account or a bot reads no Details, also from the request's own message", async (t) => {
  const { directory, details, show } = await setUp(t);
  for (const accountStatus of NO_MEMBERS) {
    directory.people.set("U0JANE", aPerson("U0JANE", { accountStatus }));
    assert.deepEqual([await details("U0JANE", OWN), await show("U0JANE")], ["refused", "refused"], accountStatus);
  }
});

test("without an answer from Slack, Details says so instead of refusing", async (t) => {
  const { directory, details } = await setUp(t);
  directory.error = "internal_error";
  assert.equal(await details("U0ANNA", OWN), "unknown");
});

test("only an approver or an admin who opens a request without a message moves its message up", async (t) => {
  for (const [userId, preferred] of [
    ["U0JANE", true],
    ["U0ADMIN", true],
    ["U0ROSA", false],
    ["U0ANNA", false],
  ] as const) {
    const { details, isPreferred } = await setUp(t);
    await details(userId, OWN);
    // The message is preferred after Details are open.
    await setImmediate();
    assert.equal(await isPreferred(), preferred, userId);
  }
});

test("Details wait for no record that the message comes first, and a failure of that record is logged", async (t) => {
  const { deps, details, log } = await setUp(t);
  deps.messages = { ...deps.messages, recordOpened: () => new Promise(() => undefined) };
  assert.equal(await details("U0JANE", OWN), "details");
  deps.messages = { ...deps.messages, recordOpened: () => Promise.reject(new Error("the database is down")) };
  assert.equal(await details("U0JANE", OWN), "details");
  await setImmediate();
  assert.deepEqual(
    log.lines.map(({ fields }) => fields.event),
    ["message.prefer-failed"],
  );
});

test("a group that Slack does not return takes no request from admins, and no Details of other routes from approvers", async (t) => {
  const { unreadable, deps, details, show, showAll, pending } = await setUp(t);
  unreadable.add("S0BROKEN");
  deps.admins = { users: ["U0ADMIN", "U0JANE"], groups: [] };
  assert.equal(await pending("U0ADMIN"), "pending");
  const shown = await showAll("U0JANE");
  assert.deepEqual(shown.kind === "shown" && shown.requests.map(({ canDecide }) => canDecide), [true]);
  deps.admins = { users: ["U0ADMIN"], groups: [] };
  assert.equal(await details("U0JANE", COMMAND), "details");
  assert.equal(await show("U0ANNA"), "unknown", "it may be that person's request");
  const mine = await makePending({ ...deps, clock: testClock() })("U0ADMIN", { mine: true });
  assert.ok(mine.kind === "pending");
  assert.deepEqual([...mine.unread.routes.keys()], ["broken"], "a request that waits for the admin may be missing");
});

test("a list that Slack does not return hides only its own requests: the answer names it, and stays the same for each id", async (t) => {
  const { unreadable, deps, show, showAll, pending } = await setUp(t);
  unreadable.add("S0BROKEN");
  const list = async (userId: string) => {
    const found = await makePending({ ...deps, clock: testClock() })(userId);
    return found.kind === "pending"
      ? [
          found.items.map(({ request }) => request.id),
          found.admin,
          found.unread.admins?.error,
          found.unread.routes.size,
        ]
      : found;
  };
  assert.deepEqual(await list("U0JANE"), [[REQUEST_ID], false, undefined, 1], "a named approver of another route");
  assert.deepEqual(await list("U0ROSA"), [[REQUEST_ID], false, undefined, 1], "the requester");
  assert.equal(await pending("U0ANNA"), "unknown", "no request that this person may read is known");
  assert.equal(await show("U0ROSA"), "shown");
  deps.admins = { users: [], groups: ["S0BROKEN"] };
  assert.deepEqual(await list("U0JANE"), [[REQUEST_ID], false, "ratelimited", 1], "perhaps an admin");
  deps.routes = [aRoute()];
  assert.deepEqual(await list("U0JANE"), [[REQUEST_ID], false, "ratelimited", 0]);
  const shown = await showAll("U0JANE");
  assert.deepEqual(shown.kind === "shown" && shown.unread.admins?.error, "ratelimited");
  assert.equal(await pending("U0ANNA"), "unknown", "perhaps an admin, who does not look like a stranger");
});
