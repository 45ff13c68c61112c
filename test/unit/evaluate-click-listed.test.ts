import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { WebAPIHTTPError, WebAPIRequestError } from "@slack/web-api";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import { makeLookUpRequester } from "../../src/app/watch/look-up-requester.ts";
import type { Outcome } from "../../src/core/request.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { aClick, aRequest, REQUEST_ID, WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";
import { denialKind, setUp } from "./evaluate-click-setup.ts";

/** A request whose requester is listed as U0ROSA, over the real directory. `failing`: lookups of accounts that fail. */
async function listedRequester(t: TestContext, quorum = 1) {
  const base = await setUp(t, { quorum });
  Object.assign(base.deps.identities, { U0ROSA: [aRequest().facts.executedBy] });
  const failing = new Map<string, Error>();
  const call = fakeSlackCall({
    "users.info": ({ user }) => {
      const error = failing.get(String(user));
      if (error !== undefined) throw error;
      return { user: { id: String(user), name: String(user), team_id: "T0HOME", updated: 1 } };
    },
    "usergroups.users.list": () => ({ users: [] }),
  });
  const { store, clock } = base;
  const directory = makeDirectory(call, WORKSPACE, clock);
  const { requests } = store;
  const lookUpRequester = makeLookUpRequester({ requests, directory, identities: base.deps.identities, clock });
  const deps = { ...base.deps, directory, lookUpRequester };
  const vote = makeEvaluateClick(deps);
  const evaluate = async (userId: string) => {
    const rows = await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 100);
    return vote(rows.find((row) => row.userId === userId) ?? assert.fail(`${userId} has no click`));
  };
  const press = async (userId: string, more = {}) => {
    await store.clicks.record(aClick(userId, { receivedAt: clock.now(), ...more }));
    return evaluate(userId);
  };
  return { ...base, deps, failing, evaluate, press };
}

const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

for (const [why, failure] of [
  ["Slack has a fault", new WebAPIHTTPError(503, "Service Unavailable", {})],
  ["Slack reports a fault of its own", refusedBySlack("internal_error")],
  ["Slack is not available", refusedBySlack("service_unavailable")],
  ["the connection is lost", new WebAPIRequestError(reset)],
  ["no connection is possible", new WebAPIRequestError(refused)],
] as const)
  test(`while ${why}, an approval waits for the listed account of the requester, and then counts`, async (t) => {
    const { clock, store, deps, failing, evaluate, press, replies, request } = await listedRequester(t);
    failing.set("U0ROSA", failure);
    assert.equal((await press("U000")).kind, "later");
    const previewed = await makePreviewVerdict(deps)(aClick("U001"), "approve");
    assert.equal(denialKind(previewed), "requester-unread", "a form cannot wait");
    for (let minute = 0; minute < 10; minute++) {
      assert.deepEqual(await store.clicks.unevaluated(clock.now() + 4_999, 10), []);
      const [row] = await store.clicks.unevaluated(clock.now() + 5_000, 10);
      assert.match(row?.lastError ?? "", /^Slack did not answer: /);
      clock.advance(60_000);
      assert.equal((await evaluate("U000")).kind, "later");
    }
    assert.deepEqual([await replies(), (await request()).state], [[], "open"]);
    failing.clear();
    assert.deepEqual(await evaluate("U000"), { kind: "counted", completes: true });
  });

test("an approval that waits for the listed account of the requester ends when the step no longer waits", async (t) => {
  const { store, failing, evaluate, press, replies, request } = await listedRequester(t);
  failing.set("U0ROSA", new WebAPIHTTPError(500, "Internal Server Error", {}));
  assert.equal((await press("U000")).kind, "later");
  const { version } = await request();
  const outcome: Outcome = { kind: "timed-out", where: "aws", by: [], detail: null };
  const patch = { state: "closed", outcome } as const;
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch, audit: [] });
  const evaluated = await evaluate("U000");
  assert.equal(evaluated.kind === "denied" && evaluated.denial.kind, "closed");
  assert.deepEqual(await replies(), [["U000", "because: closed"]]);
});

test("if Slack refuses the listed account of the requester for good, the approval is denied at once with the advice", async (t) => {
  for (const code of ["missing_scope", "invalid_auth", "token_revoked"]) {
    const { failing, press } = await listedRequester(t);
    failing.set("U0ROSA", refusedBySlack(code));
    const outcome = await press("U000");
    assert.ok(outcome.kind === "denied" && outcome.denial.kind === "requester-unread", code);
    assert.equal(outcome.denial.error, code);
    assert.match(outcome.denial.advice?.fix ?? "", /^Ask an admin to /);
  }
});

test("a rejection waits for no listed account", async (t) => {
  const { failing, press } = await listedRequester(t);
  failing.set("U0ROSA", new WebAPIHTTPError(503, "Service Unavailable", {}));
  assert.equal((await press("U000", { verdict: "reject", reason: "no" })).kind, "counted");
});

test("break-glass does not wait for the listed account of the requester: it drops the approvals that depend on it", async (t) => {
  const { store, deps, failing, press, request } = await listedRequester(t, 2);
  assert.deepEqual(await press("U000"), { kind: "counted", completes: false });
  // An admin has listed another account since.
  Object.assign(deps.identities, { U0OTHER: [aRequest().facts.executedBy] });
  failing.set("U0OTHER", new WebAPIHTTPError(503, "Service Unavailable", {}));
  const glass = { authority: "break-glass", reason: "fire", typed: "Prod-DB-Restart" };
  assert.deepEqual(await press("U0ADMIN", glass), { kind: "counted", completes: true, dropped: ["requester-unread"] });
  assert.equal((await request()).state, "decided");
  assert.deepEqual(
    (await store.requests.votes(REQUEST_ID)).map(({ userId }) => userId),
    ["U0ADMIN"],
  );
});

for (const [whose, userId] of [
  ["its author", "U000"],
  ["an earlier approver", "U001"],
] as const)
  test(`an approval that waits for the listed account goes on waiting while Slack does not return ${whose}`, async (t) => {
    const { clock, deps, failing, evaluate, press, replies } = await listedRequester(t, 2);
    assert.deepEqual(await press("U001"), { kind: "counted", completes: false });
    const outage = new WebAPIHTTPError(503, "Service Unavailable", {});
    // An admin has listed another account since.
    Object.assign(deps.identities, { U0OTHER: [aRequest().facts.executedBy] });
    failing.set("U0OTHER", outage);
    assert.equal((await press("U000")).kind, "later");
    failing.delete("U0OTHER");
    failing.set(userId, outage);
    for (let attempt = 0; attempt < 5; attempt++) {
      clock.advance(20_000);
      assert.equal((await evaluate("U000")).kind, "later");
    }
    failing.clear();
    assert.deepEqual(await evaluate("U000"), { kind: "counted", completes: true });
    assert.deepEqual(await replies(), []);
  });

test("a click that has not waited is denied at once while Slack does not return its author", async (t) => {
  const { failing, press } = await listedRequester(t);
  failing.set("U000", new WebAPIHTTPError(503, "Service Unavailable", {}));
  const outcome = await press("U000");
  assert.equal(outcome.kind === "denied" && outcome.denial.kind, "person-unknown");
});

test("an approval that waits ends when the step no longer waits, also while Slack does not return its author", async (t) => {
  const { clock, store, failing, evaluate, press, request } = await listedRequester(t);
  const outage = new WebAPIHTTPError(503, "Service Unavailable", {});
  failing.set("U0ROSA", outage);
  assert.equal((await press("U000")).kind, "later");
  const { version } = await request();
  const outcome: Outcome = { kind: "timed-out", where: "aws", by: [], detail: null };
  const patch = { state: "closed", outcome } as const;
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch, audit: [] });
  failing.set("U000", outage);
  clock.advance(60_000);
  const evaluated = await evaluate("U000");
  assert.equal(evaluated.kind === "denied" && evaluated.denial.kind, "person-unknown");
});
