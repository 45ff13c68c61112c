import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { findRequests } from "../../src/app/admin/find-requests.ts";
import { makePending } from "../../src/app/admin/list-waiting.ts";
import { PAUSE_ACTION } from "../../src/core/execution.ts";
import { requestListing } from "../../src/core/listed-approver.ts";
import { askedAt, type RequestFacts } from "../../src/core/request.ts";
import { findRequester } from "../../src/core/requester.ts";
import { listedDeadline } from "../../src/core/waiting-order.ts";
import { toWaitingRequest } from "../../src/core/waiting-request.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { aFacts, anEntry, aPerson, aRequest, aRoute } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const ROSA = "arn:aws:iam::111122223333:user/rosa";
const PARAMETER = { name: "Cluster", values: ["orders"], masked: false, isDefault: false };
const parents = [{ executionId: "p1", documentName: "Parent", executedBy: ROSA, parameters: [PARAMETER] }];

for (const [kind, more] of Object.entries<Partial<RequestFacts>>({
  "an approval": {},
  "a pause": { action: PAUSE_ACTION },
  "a step without a start": { waitingSince: null, timeoutSeconds: null },
  "a child": { parents },
  "a child whose parent is unread": { parents, parentsUnread: "AccessDenied" },
  "a step that lists another signer": { signer: { kind: "bot", arn: "arn:aws:iam::111122223333:role/Other" } },
}))
  test(`the facts kept of ${kind} select and order it like the whole request, without its texts`, () => {
    const facts = aFacts({ parameters: [PARAMETER], ...more });
    const request = aRequest({ facts, listedAccounts: { U0ROSA: "active" } });
    const kept = toWaitingRequest(request);
    const identities = { U0ROSA: [ROSA] };
    const selects = (each: typeof kept) => [
      requestListing(each.facts),
      ...[listedDeadline(each), askedAt(each), each.facts.documentName, each.state, each.route],
      findRequester(each, identities),
    ];
    assert.deepEqual(selects(kept), selects(request));
    assert.doesNotMatch(JSON.stringify(kept), /Restart the database|Cluster/);
  });

/** Waiting requests of one runbook, and an admin who reads them. */
async function setUp(t: TestContext, count: number) {
  const store = await aStore(t);
  const ids = Array.from({ length: count }, (_, index) => `r${String(index).padStart(3, "0")}`);
  for (const id of ids) {
    const request = aRequest({ id, executionId: `e${id}`, stepExecutionId: `s${id}` });
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

test("a request that closes after the list was read is neither on its page nor in its number", async (t) => {
  const { ids, deps } = await setUp(t, 12);
  const byId: typeof deps.requests.byId = async (id, onDamaged) => {
    const request = await deps.requests.byId(id, onDamaged);
    return request !== null && id === ids[3] ? { ...request, state: "closed" } : request;
  };
  const found = await makePending({ ...deps, requests: { ...deps.requests, byId } })("U0ADMIN");
  assert.ok(found.kind === "pending");
  const shown = found.items.map(({ request }) => request.id);
  assert.deepEqual(
    shown,
    ids.slice(0, 10).filter((id) => id !== ids[3]),
  );
  assert.equal(found.total, 11);
  assert.deepEqual(found.items[0]?.request, await deps.requests.byId("r000"), "a page has whole requests");
});

test("the requests of a runbook are counted, and the first hundred are read", async (t) => {
  const { ids, deps } = await setUp(t, 105);
  const reader = { person: aPerson("U0ADMIN"), admin: true, routes: new Set<string>() };
  const found = await findRequests(deps, reader, "prod-db-restart");
  assert.equal(found.total, 105);
  assert.deepEqual(
    found.requests.map(({ id }) => id),
    ids.slice(0, 100),
  );
  assert.equal(found.requests[0]?.facts.message, "Restart the database?");
});
