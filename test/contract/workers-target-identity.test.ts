import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { QUICK } from "../support/fakes.ts";
import { anEntry, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { startTestTarget } from "./workers-target.ts";

/** A role in the account of the bot's own credentials: the configuration check cannot know that account. */
const BY_ROLE = { readRole: "arn:aws:iam::111122223333:role/Reader", approverRole: null };
const ELSEWHERE = { readRole: "arn:aws:iam::444455556666:role/R", approverRole: "arn:aws:iam::444455556666:role/A" };

for (const [how, roles, earlier] of [
  ["the second by its role", BY_ROLE, undefined],
  ["the first by its role", undefined, BY_ROLE],
] as const)
  test(`the second of two targets with one account and Region (${how}) is reported, not polled and takes over no requests`, async (t) => {
    const store = await aStore(t, { now: Date.now });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    const { automation, connection, health, log } = await startTestTarget(
      t,
      store,
      {},
      {
        configured: { name: "second", region: "us-east-1", ...(roles && { roles }) },
        before: [
          { name: "far", region: "eu-west-1" },
          { name: "other", region: "us-east-1", roles: ELSEWHERE },
          { name: "first", region: "us-east-1", ...(earlier && { roles: earlier }) },
        ],
      },
    );
    const error =
      "TargetTwice: first/us-east-1 is account 111122223333 in us-east-1 too, and is polled: remove one of the two from targets";
    await eventually("the error is recorded", async () => (await store.polls.all())[0]?.error === error);
    const { status, parts } = health.report(null);
    assert.equal(status, "not ready");
    assert.deepEqual(parts.targets, [
      { target: "second/us-east-1", ok: false, lastPollAt: null, everySeconds: 1, error },
    ]);
    assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
    assert.equal(automation.calls.list, 0);
    assert.equal(connection.automation(), undefined);
    assert.equal((await store.requests.byId(aRequest().id))?.target, aRequest().target);
  });

test("a target runs next to targets of other accounts and Regions, and covers requests with its earlier name", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const { automation, connection } = await startTestTarget(
    t,
    store,
    {},
    {
      before: [
        { name: "far", region: "eu-west-1" },
        { name: "other", region: "us-east-1", roles: ELSEWHERE },
      ],
    },
  );
  await eventually("the target is polled", () => automation.calls.list > 0);
  assert.ok(connection.covers(aRequest({ target: "its-earlier-name/us-east-1" })));
  assert.ok(!connection.covers(aRequest({ account: "444455556666" })));
  assert.ok(!connection.covers(aRequest({ region: "eu-west-1" })));
});

test("requests and executions of a replica with the target's earlier name are taken over at runtime", async (t) => {
  const store = await aStore(t, { now: Date.now });
  let later = 0;
  const clock = { ...QUICK, now: () => Date.now() + later };
  const read: string[] = [];
  const sync = async (executionId: string) => {
    read.push(executionId);
    await store.owned.executions.forget("default/us-east-1", executionId);
  };
  const { automation } = await startTestTarget(t, store, { sync }, { clock });
  await eventually("the target is polled", () => automation.calls.list > 0);
  const left = aRequest({ target: "its-earlier-name/us-east-1" });
  await store.requests.open({ request: left, channels: [], audit: anEntry() });
  const { executionId } = left;
  await store.owned.executions.watch({
    target: left.target,
    executionId,
    fingerprint: "x",
    nextReadAt: 0,
    unchangedReads: 0,
  });
  later = 5 * 60_000;
  await eventually("the execution is read", () => read.includes(executionId));
  assert.equal((await store.requests.byId(left.id))?.target, "default/us-east-1");
});

test("a target that cannot be polled does not block another target with the same account and Region", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const lacking = { ...ELSEWHERE, approverRole: null };
  const { log } = await startTestTarget(
    t,
    store,
    {},
    {
      configured: { name: "second", region: "us-east-1", roles: ELSEWHERE },
      before: [{ name: "first", region: "us-east-1", roles: lacking }],
    },
  );
  const line = await eventually("the target is identified", () =>
    log.lines.find(({ fields }) => fields.event === "target.identified"),
  );
  assert.equal(line.fields.account, ELSEWHERE.readRole.split(":")[4], "the account of the target, not of the bot");
});
