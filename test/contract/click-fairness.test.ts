import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeGroupReadLimit } from "../../src/app/decide/group-read-limit.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { startClickWorker } from "../../src/workers/clicks.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { PLAIN_NAMES, QUICK, testLog } from "../support/fakes.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import {
  aClick,
  anEntry,
  aRequest,
  aRoute,
  auditContext,
  MESSAGE_TS,
  REQUEST_ID,
  WORKSPACE,
} from "../support/samples.ts";
import { fakeSlackCall, limited } from "../support/slack-call.ts";
import { aStore, type OpenStore } from "../support/stores.ts";

/** Starts the evaluation of clicks in one replica, with Slack's limits, and reports the user of each users.info call. */
function startReplica(t: TestContext, store: OpenStore, lookups: string[]) {
  const log = testLog();
  const call = fakeSlackCall({
    "users.info": ({ user }) => {
      lookups.push(String(user));
      return { user: { id: user, name: user, team_id: "T0HOME" } };
    },
    "usergroups.users.list": () => ({ users: ["U0MIA"] }),
  });
  const { requests, messages, digests, clicks, rateLimits } = store;
  const groupReadLimit = makeGroupReadLimit(rateLimits, QUICK);
  const evaluate = makeEvaluateClick({
    ...{ requests, messages, digests, clicks, log, clock: QUICK, show: PLAIN_NAMES },
    directory: makeDirectory(limited(call, store.rateLimits, QUICK), WORKSPACE, QUICK),
    groupReadLimit,
    routes: [aRoute({ approvers: { users: [], groups: ["S0DBA"] }, quorum: 2 })],
    admins: { users: [], groups: [] },
    identities: {},
    isHomeTeam: () => true,
    lookUpRequester: async () => ({ kind: "done" }),
    signsAsPeople: () => false,
    hasTarget: () => true,
    auditContext,
    sentence: ({ kind }) => kind,
  });
  const worker = startClickWorker({
    ...{ clicks, evaluate, log, clock: QUICK },
    named: [],
    wakeUps: makeWakeUps(NO_PRIORITY),
    own: { ids: () => [], begin: () => false },
    isApprover: () => true,
  });
  t.after(() => worker.stop());
}

for (const replicas of FULL_MATRIX ? [1, 2] : [2]) {
  test(`${replicas} replicas: after 400 clicks of a stranger, an approver's click is evaluated after a handful of lookups`, async (t) => {
    const store = await aStore(t, { now: Date.now });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
    const [message] = await store.messages.ofRequest(REQUEST_ID);
    await store.messages.recordPosted(message?.id ?? "", MESSAGE_TS, 1);
    const now = Date.now();
    for (let index = 0; index < 400; index++)
      await store.clicks.record(
        aClick("U0EVE", { id: `eve-${index}`, key: `eve-${index}`, receivedAt: now - 1_000 + index }),
      );
    await store.clicks.record(aClick("U0MIA", { id: "mia", key: "mia", receivedAt: now }));
    const lookups: string[] = [];
    for (let replica = 0; replica < replicas; replica++) startReplica(t, store, lookups);
    const evaluated = async () => (await store.requests.votes(REQUEST_ID)).some(({ userId }) => userId === "U0MIA");
    await eventually("the approver's click counts", evaluated);
    const before = lookups.indexOf("U0MIA");
    assert.ok(before >= 0 && before <= 2 * replicas, `${before} lookups of the stranger came first`);

    const isReplied = async () =>
      (await store.requests.history(REQUEST_ID)).filter(({ kind }) => kind === "denied").length === 400;
    await eventually("every click of the stranger is denied, with a reply", isReplied);
    assert.ok(lookups.length <= 20, `${lookups.length} lookups for 401 clicks`);
    assert.equal((await store.clicks.unevaluated(Date.now(), 10)).length, 0);
  });
}
