import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeAuditContext } from "../../src/app/audit/audit-context.ts";
import { makeLookUpRequester, makeRetryRequesterLookup } from "../../src/app/watch/look-up-requester.ts";
import type { Person } from "../../src/core/person.ts";
import { type AddressOwners, findRequester, type ListedAccounts } from "../../src/core/requester.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, aPerson, aRequest, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const ROSA = "rosa@example.com";
const SSO = `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/${ROSA}`;

/** A request that Rosa started, whose lookup is due. */
async function setUp(
  t: TestContext,
  addressOwners: AddressOwners = { [ROSA]: { kind: "pending" } },
  listedAccounts: ListedAccounts = {},
) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const directory = fakeDirectory();
  const log = testLog();
  const request = aRequest({ facts: aFacts({ executedBy: SSO }), addressOwners, listedAccounts });
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  const has = (more: Partial<Person> = {}) =>
    directory.people.set("U0ROSA", aPerson("U0ROSA", { email: ROSA, ...more }));
  const lookUp = makeLookUpRequester({ requests: store.requests, directory, identities: {}, clock });
  const retry = makeRetryRequesterLookup({
    requests: store.requests,
    lookUp,
    requesterLookups: store.requesterLookups,
    clock,
    random: () => 0.5,
    log,
  });
  const due = () => store.requesterLookups.due(clock.now(), 10);
  const run = async () => {
    for (const lookup of await due()) await retry(lookup);
  };
  const stored = async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  return { clock, store, directory, has, lookUp, due, run, stored, log };
}

test("the owner of the address is stored once, with an audit record, and a later change of the address changes nothing", async (t) => {
  const { store, directory, has, lookUp, due, run, stored } = await setUp(t);
  has();
  assert.deepEqual(await due(), [{ requestId: REQUEST_ID, attempts: 0 }]);
  await run();
  assert.deepEqual((await stored()).addressOwners[ROSA], { kind: "person", userId: "U0ROSA" });
  assert.equal((await stored()).version, 2, "the message shows the person");
  const [, record] = await store.requests.history(REQUEST_ID);
  assert.deepEqual([record?.kind, record?.detail], ["identified", { email: ROSA, listed: null, userId: "U0ROSA" }]);
  assert.deepEqual(await due(), []);

  directory.people.set("U0OTHER", aPerson("U0OTHER", { email: ROSA }));
  has({ email: "another@example.com" });
  assert.deepEqual(await lookUp(REQUEST_ID), { kind: "done" });
  assert.deepEqual((await stored()).addressOwners[ROSA], { kind: "person", userId: "U0ROSA" });
});

test("an address of no account, a deactivated account, a bot or another organization identifies no one", async (t) => {
  for (const status of [null, "deactivated", "bot", "external", "guest"] as const) {
    const { has, run, stored } = await setUp(t);
    if (status !== null) has({ accountStatus: status });
    await run();
    const expected = status === "guest" ? { kind: "person", userId: "U0ROSA" } : { kind: "nobody" };
    assert.deepEqual((await stored()).addressOwners[ROSA], expected, String(status));
  }
});

test("a failed lookup stays due with its error, and is tried again no sooner than Slack asks", async (t) => {
  const { clock, store, directory, has, due, run, stored } = await setUp(t);
  has();
  const { byEmail } = directory;
  directory.byEmail = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 20_000 });
  await run();
  assert.equal((await stored()).addressOwners[ROSA]?.kind, "pending");
  assert.deepEqual(await store.effects.failing(REQUEST_ID), [
    { kind: "requester", about: REQUEST_ID, error: "ratelimited" },
  ]);
  clock.advance(19_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  assert.deepEqual(await due(), [{ requestId: REQUEST_ID, attempts: 1 }]);
  directory.byEmail = byEmail;
  await run();
  assert.deepEqual((await stored()).addressOwners[ROSA], { kind: "person", userId: "U0ROSA" });
  assert.deepEqual(await store.effects.failing(REQUEST_ID), []);
});

test("a lookup that Slack only limits is logged at debug, and another failure at warn", async (t) => {
  for (const [more, level] of [
    [{ retryAfterMs: 20_000 }, "debug"],
    [{ retryAfterMs: 5_000, transient: true }, "warn"],
    [{}, "warn"],
  ] as const) {
    const { directory, log, run } = await setUp(t);
    directory.byEmail = async () => ({ kind: "unknown", error: "ratelimited", ...more });
    await run();
    const postponed = log.lines.filter(({ fields }) => fields.event === "requester-lookup.postponed");
    assert.deepEqual(
      postponed.map((line) => line.level),
      [level],
    );
  }
});

test("a lookup in a race with other changes stores its result, and two lookups at once store one", async (t) => {
  const { store, directory, has, lookUp, stored } = await setUp(t);
  has();
  const { byEmail } = directory;
  let races = 2;
  directory.byEmail = async (email) => {
    const request = await stored();
    const change = { requestId: REQUEST_ID, expectedVersion: request.version, patch: {}, audit: [] };
    if (races-- > 0) await store.requests.advance(change);
    return byEmail(email);
  };
  await Promise.all([lookUp(REQUEST_ID), lookUp(REQUEST_ID)]);
  assert.deepEqual((await stored()).addressOwners[ROSA], { kind: "person", userId: "U0ROSA" });
  const records = await store.requests.history(REQUEST_ID);
  assert.equal(records.filter(({ kind }) => kind === "identified").length, 1);
});

test("a lookup that failed until the request closed goes on for six hours, to tell the requester the result", async (t) => {
  for (const recovers of [true, false]) {
    const { clock, store, directory, has, run, stored } = await setUp(t);
    const { byEmail } = directory;
    directory.byEmail = async () => ({ kind: "unknown", error: "internal_error" });
    await run();
    const { version: expectedVersion } = await stored();
    const patch = { state: "closed", closedAt: clock.now() } as const;
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion, patch, audit: [] });
    clock.advance(5 * 3_600_000);
    has();
    if (recovers) directory.byEmail = byEmail;
    await run();
    const owner = (await stored()).addressOwners[ROSA];
    assert.deepEqual(owner, recovers ? { kind: "person", userId: "U0ROSA" } : { kind: "pending" });
    clock.advance(3_600_000);
    await run();
    assert.deepEqual(await store.requesterLookups.due(Number.MAX_SAFE_INTEGER, 10), []);
  }
});

test("the addresses of a child execution and of its parent are both looked up, also after a failure between them", async (t) => {
  const OMAR = "omar@example.com";
  const set = await setUp(t, { [ROSA]: { kind: "pending" }, [OMAR]: { kind: "pending" } });
  const { clock, store, directory, has, due, run, stored } = set;
  has();
  directory.people.set("U0OMAR", aPerson("U0OMAR", { email: OMAR }));
  const { byEmail } = directory;
  directory.byEmail = async (email) =>
    email === OMAR ? { kind: "unknown", error: "ratelimited", retryAfterMs: 1_000 } : byEmail(email);
  await run();
  assert.deepEqual((await stored()).addressOwners, {
    [ROSA]: { kind: "person", userId: "U0ROSA" },
    [OMAR]: { kind: "pending" },
  });
  directory.byEmail = byEmail;
  clock.advance(60_000);
  assert.equal((await due()).length, 1);
  await run();
  assert.deepEqual((await stored()).addressOwners[OMAR], { kind: "person", userId: "U0OMAR" });
  assert.deepEqual(await due(), []);
  assert.equal((await store.requests.history(REQUEST_ID)).filter(({ kind }) => kind === "identified").length, 2);
});

const IDENTITIES = { U0ROSA: [SSO] };

for (const [accountStatus, account, names] of [
  ["member", "active", ["U0ROSA"]],
  ["deactivated", "inactive", []],
  ["bot", "inactive", []],
  ["gone", "inactive", []],
] as const)
  test(`a listed ${accountStatus} account is looked up once, and the record and every surface have the same requester`, async (t) => {
    const { store, directory, has, due, run, stored } = await setUp(t, {}, { U0ROSA: "pending" });
    has({ accountStatus: accountStatus === "gone" ? "deactivated" : accountStatus });
    if (accountStatus === "gone")
      directory.person = async () => ({ kind: "unknown", error: "user_not_found", permanent: true });
    const context = makeAuditContext({
      ...{ messages: store.messages, routes: [], identities: IDENTITIES, policyHash: "abc", permalink: () => null },
    });
    assert.deepEqual((await context(await stored(), [])).requester.userIds, [], "no record claims it before");
    assert.deepEqual(await due(), [{ requestId: REQUEST_ID, attempts: 0 }]);
    await run();
    const { listedAccounts, version } = await stored();
    assert.deepEqual([listedAccounts, version], [{ U0ROSA: account }, 2]);
    const [, record] = await store.requests.history(REQUEST_ID);
    const userId = account === "active" ? "U0ROSA" : null;
    assert.deepEqual([record?.kind, record?.detail], ["identified", { email: null, listed: "U0ROSA", userId }]);
    assert.deepEqual(await due(), []);
    has({ accountStatus: account === "active" ? "deactivated" : "member" });
    await run();
    assert.deepEqual((await context(await stored(), [])).requester.userIds, names);
    assert.deepEqual(findRequester(await stored(), IDENTITIES).userIds, names);
  });

test("a listed account that Slack does not return stays due, and its lookup ends six hours after the request closed", async (t) => {
  const { clock, store, directory, run, stored } = await setUp(t, {}, { U0ROSA: "pending" });
  directory.person = async () => ({ kind: "unknown", error: "ratelimited" });
  await run();
  assert.deepEqual((await stored()).listedAccounts, { U0ROSA: "pending" });
  assert.equal((await store.effects.failing(REQUEST_ID)).length, 1);
  const patch = { state: "closed" as const, closedAt: clock.now() };
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch, audit: [] });
  clock.advance(6 * 3_600_000);
  await run();
  assert.deepEqual(await store.requesterLookups.due(Number.MAX_SAFE_INTEGER, 10), []);
});
