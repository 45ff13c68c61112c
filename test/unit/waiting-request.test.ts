import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { countExecutions, findRequests } from "../../src/app/admin/find-requests.ts";
import { makePending, readWaiting } from "../../src/app/admin/list-waiting.ts";
import { targetName } from "../../src/core/describe-step.ts";
import { PAUSE_ACTION } from "../../src/core/execution.ts";
import { requestListing } from "../../src/core/listed-approver.ts";
import { findReadRight } from "../../src/core/read-access.ts";
import { type ApprovalRequest, askedAt } from "../../src/core/request.ts";
import { type AddressOwner, findRequester } from "../../src/core/requester.ts";
import { isWaitingFor } from "../../src/core/waiting-for.ts";
import { formatWaitingPage, listedDeadline, parseWaitingPage } from "../../src/core/waiting-order.ts";
import { toWaitingRequest, type WaitingRequest } from "../../src/core/waiting-request.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { aFacts, anEntry, aPerson, aRequest, aRoute, decidedAs, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const ROSA = "arn:aws:iam::111122223333:user/rosa";
const PARAMETER = { name: "Cluster", values: ["orders"], masked: false, isDefault: false };
const parents = [{ executionId: "p1", documentName: "Parent", executedBy: ROSA, parameters: [PARAMETER] }];

const ROSA_SESSION = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admins_0123456789abcdef/rosa@example.com";
const OTHER_SIGNER = { kind: "bot", arn: "arn:aws:iam::111122223333:role/Other" } as const;
const owner = (of: AddressOwner) => ({
  facts: aFacts({ executedBy: ROSA_SESSION }),
  addressOwners: { "rosa@example.com": of },
});

for (const [kind, more] of Object.entries<Partial<ApprovalRequest>>({
  "an approval": {},
  "a request of a route that rosa decides": { route: "other" },
  "a decided request": { state: "decided", decision: "approve" },
  "a pause": { facts: aFacts({ action: PAUSE_ACTION }) },
  "a step without a start": { facts: aFacts({ waitingSince: null, timeoutSeconds: null }) },
  "a child": { facts: aFacts({ parents, executedBy: "arn:aws:iam::111122223333:role/Runner" }) },
  "a child whose parent is unread": { facts: aFacts({ parents, parentsUnread: "AccessDenied" }) },
  "a step that lists another signer": { facts: aFacts({ signer: OTHER_SIGNER }) },
  "a request whose listed account was inactive": { listedAccounts: { U0ROSA: "inactive" } },
  "a request of the owner of an address": owner({ kind: "person", userId: "U0ROSA" }),
  "a request whose owner is looked up": owner({ kind: "pending" }),
}))
  test(`the facts kept of ${kind} give the same answers as the whole request, without its texts`, () => {
    const { facts = aFacts(), ...others } = more;
    const request = aRequest({ ...others, facts: { ...facts, parameters: [PARAMETER] } });
    const kept = toWaitingRequest(request);
    assert.deepEqual(answers(kept), answers(request));
    assert.doesNotMatch(JSON.stringify(kept), /Restart the database|Cluster/);
  });

test("each of these requests differs from the first in an answer", () => {
  const plain = answers(toWaitingRequest(aRequest()));
  for (const more of [
    { listedAccounts: { U0ROSA: "inactive" } },
    owner({ kind: "person", userId: "U0ROSA" }),
    { facts: aFacts({ parents, executedBy: null }) },
    { facts: aFacts({ parentsUnread: "AccessDenied" }) },
    { facts: aFacts({ signer: OTHER_SIGNER }) },
    { route: "other" },
  ] as Partial<ApprovalRequest>[])
    assert.notDeepEqual(answers(toWaitingRequest(aRequest(more))), plain, JSON.stringify(more));
});

/** Everything that a list asks about a request: its place, its filters, and the rights of Rosa, who may have started it. */
function answers(request: WaitingRequest) {
  const requester = findRequester(request, { U0ROSA: [ROSA] });
  const rosa = { person: aPerson("U0ROSA"), admin: false, routes: new Set(["other"]) };
  const jane = { person: aPerson("U0JANE"), admin: false, routes: new Set(["databases"]) };
  const subject = { request, route: aRoute(), requester };
  return [
    ...[requestListing(request.facts), listedDeadline(request), askedAt(request), targetName(request)],
    ...[request.facts.documentName, request.executionId, request.account, request.region],
    ...[rosa, jane].map((reader) => findReadRight(reader, { ...subject, votes: [] }, false)),
    ...[rosa, jane].map((reader) => isWaitingFor({ ...reader, routes: new Set(["databases"]) }, subject, false)),
    requester,
  ];
}

/** Waiting requests of one runbook, and an admin who reads them. */
async function setUp(t: TestContext, count: number, execution: string | null = null) {
  const store = await aStore(t);
  const ids = Array.from({ length: count }, (_, index) => `r${String(index).padStart(3, "0")}`);
  for (const id of ids) {
    const place = { executionId: execution ?? `e${id}`, stepExecutionId: `s${id}` };
    const request = aRequest({ id, ...place, openedAt: NOW + Number(id.slice(1)) });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
  }
  const deps = {
    ...store,
    ...{ directory: fakeDirectory(), clock: testClock(), routes: [aRoute()], identities: {} },
    admins: { users: ["U0ADMIN"], groups: [] },
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async () => false,
  };
  return { ids, deps };
}

/** An admin's list after these requests have closed since the list was read. */
async function listAfter(t: TestContext, count: number, isClosed: (place: number) => boolean, page: string | null) {
  const { ids, deps } = await setUp(t, count);
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    const request = await deps.requests.byId(id, onDamaged);
    return request !== null && isClosed(ids.indexOf(id)) ? { ...request, state: "closed" } : request;
  };
  const pending = makePending({ ...deps, requests: { ...deps.requests, byId } });
  const found = await pending("U0ADMIN", { page: parseWaitingPage(page) });
  assert.ok(found.kind === "pending");
  const places = found.items.map(({ request }) => ids.indexOf(request.id));
  return { places, total: found.total, offset: found.offset };
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

for (const [claim, count, isClosed, page, expected] of [
  ["one", 12, (place) => place === 3, null, { places: [0, 1, 2, ...from(4, 7)], total: 11, offset: 0 }],
  ["the whole first page", 25, (place) => place < 10, null, { places: from(10, 10), total: 15, offset: 0 }],
  ["two pages", 25, (place) => place < 20, null, { places: from(20, 5), total: 5, offset: 0 }],
  ["the whole last page", 25, (place) => place >= 20, "19", { places: from(10, 10), total: 20, offset: 10 }],
  ["all", 12, () => true, null, { places: [], total: 0, offset: 0 }],
] as [string, number, (place: number) => boolean, string | null, object][])
  test(`requests that close after the list was read are not counted, and others move up: ${claim}`, async (t) => {
    const after = page === null ? null : formatWaitingPage("after", aRequest({ id: `r${page.padStart(3, "0")}` }));
    assert.deepEqual(await listAfter(t, count, isClosed, after), expected);
  });

test("a request that is decided after the list was read no longer waits for the person", async (t) => {
  const { ids, deps } = await setUp(t, 3);
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    const request = await deps.requests.byId(id, onDamaged);
    return request !== null && id === ids[1] ? { ...request, ...decidedAs("approve", "due") } : request;
  };
  const pending = makePending({ ...deps, requests: { ...deps.requests, byId } });
  const found = await pending("U0JANE", { mine: true });
  assert.ok(found.kind === "pending");
  assert.deepEqual(
    found.items.map(({ request }) => request.id),
    [ids[0], ids[2]],
  );
  assert.equal(found.total, 2);
  const all = await pending("U0JANE");
  assert.equal(all.kind === "pending" && all.total, 3, "the list of all still has it");
});

test("the requests of a page are whole, and a failed read is not shared with the next list", async (t) => {
  const { ids, deps } = await setUp(t, 1);
  let failures = 1;
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    if (failures-- > 0) throw new Error("the database is down");
    return deps.requests.byId(id, onDamaged);
  };
  const all = { ...deps, requests: { ...deps.requests, byId } };
  const waiting = await readWaiting(all);
  const pending = () => makePending(all)("U0ADMIN", {}, async () => waiting);
  await assert.rejects(pending(), /the database is down/);
  const found = await pending();
  assert.ok(found.kind === "pending");
  assert.deepEqual(found.items[0]?.request, await deps.requests.byId(ids[0] ?? ""));
});

test("of the requests of a runbook in several executions, all are counted, and the ten newest are read", async (t) => {
  const { ids, deps } = await setUp(t, 25);
  const reader = { person: aPerson("U0ADMIN"), admin: true, routes: new Set<string>() };
  let reads = 0;
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    reads += 1;
    const request = await deps.requests.byId(id, onDamaged);
    return request !== null && id === ids[24] ? { ...request, state: "closed" } : request;
  };
  const found = await findRequests({ ...deps, requests: { ...deps.requests, byId } }, reader, "prod-db-restart");
  assert.deepEqual([found.matches.length, countExecutions(found.matches), reads], [24, 24, 20]);
  assert.deepEqual(
    found.requests.map(({ id }) => id),
    ids.slice(14, 24).toReversed(),
  );
  assert.equal(found.requests[0]?.facts.message, "Restart the database?");
});

test("the requests of a runbook in one execution are all read", async (t) => {
  const { deps } = await setUp(t, 12, "e1");
  const reader = { person: aPerson("U0ADMIN"), admin: true, routes: new Set<string>() };
  const found = await findRequests(deps, reader, "prod-db-restart");
  assert.deepEqual([found.requests.length, countExecutions(found.matches)], [12, 1]);
});

test("a runbook whose ten newest requests close after the search still shows the others", async (t) => {
  const { ids, deps } = await setUp(t, 14);
  const reader = { person: aPerson("U0ADMIN"), admin: true, routes: new Set<string>() };
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    const request = await deps.requests.byId(id, onDamaged);
    return request !== null && ids.indexOf(id) >= 4 ? { ...request, state: "closed" } : request;
  };
  const found = await findRequests({ ...deps, requests: { ...deps.requests, byId } }, reader, "prod-db-restart");
  assert.deepEqual(
    found.requests.map(({ id }) => id),
    ids.slice(0, 4).toReversed(),
  );
  assert.equal(found.matches.length, 4);
});

test("a vote that is newer than a shared read of its request is in the person's list of votes", async (t) => {
  const { ids, deps } = await setUp(t, 2);
  const waiting = await readWaiting(deps);
  await makePending(deps)("U0JANE", { mine: true }, async () => waiting);
  const search = { ...deps.search, votedOn: async () => new Set([ids[0] ?? ""]) };
  const found = await makePending({ ...deps, search })("U0JANE", { mine: true }, async () => waiting);
  assert.ok(found.kind === "pending");
  assert.deepEqual(
    [found.items.map(({ request }) => request.id), found.voted.items.map(({ request }) => request.id)],
    [[ids[1]], [ids[0]]],
  );
  assert.deepEqual([found.total, found.voted.total], [1, 1]);
});
