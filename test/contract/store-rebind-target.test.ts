import assert from "node:assert/strict";
import { test } from "node:test";
import { anEntry, aRequest, EXECUTION_ID, NOW } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const { account, region, target: OLD } = aRequest();
const BEFORE = { key: OLD, name: "default", account, region };
const RENAMED = { key: `renamed/${region}`, name: "renamed", account, region };
const watched = { executionId: EXECUTION_ID, fingerprint: "waits", nextReadAt: NOW, unchangedReads: 0 };

for (const engine of ENGINES) {
  test(`${engine.name}: a renamed target keeps its requests and watched executions`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
    const elsewhere = aRequest({ id: "r-else", region: "eu-west-1", target: "other/eu-west-1" });
    await store.requests.open({ request: elsewhere, channels: [], audit: anEntry({ requestId: "r-else" }) });
    await store.owned.executions.watch({ ...watched, target: OLD });

    await store.requests.rebindTarget(RENAMED);
    await store.requests.rebindTarget(RENAMED);

    assert.equal((await store.requests.byId(aRequest().id))?.target, RENAMED.key);
    assert.equal((await store.requests.byId("r-else"))?.target, "other/eu-west-1");
    assert.deepEqual(await store.executions.watched(RENAMED.key), [{ ...watched, target: RENAMED.key }]);
    const again = aRequest({ id: "r-again", target: RENAMED.key });
    assert.equal(
      await store.requests.open({ request: again, channels: ["C0DBA"], audit: anEntry({ requestId: "r-again" }) }),
      "exists",
    );
  });

  test(`${engine.name}: a replica that knows the target's old name opens no second request, and finds the existing one`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
    await store.requests.rebindTarget(RENAMED);

    const again = aRequest({ id: "r-again", target: OLD });
    assert.equal(
      await store.requests.open({ request: again, channels: ["C0DBA"], audit: anEntry({ requestId: "r-again" }) }),
      "exists",
    );
    assert.equal((await store.messages.due(NOW, 10)).length, 1);
    assert.deepEqual(await store.requests.history("r-again"), []);
    for (const target of [BEFORE, RENAMED]) {
      const ids = (await store.requests.ofExecution(target, EXECUTION_ID)).map(({ id }) => id);
      assert.deepEqual(ids, [aRequest().id], target.name);
    }
    const other = { ...RENAMED, account: "444455556666" };
    assert.deepEqual(await store.requests.ofExecution(other, EXECUTION_ID), []);
  });

  test(`${engine.name}: replicas that know a target by several names rebind it in turn, and nothing is lost or duplicated`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const third = { ...RENAMED, key: `third/${region}`, name: "third" };
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    await store.requests.open({
      request: aRequest({ id: "r-2", stepExecutionId: "s-2", target: RENAMED.key }),
      channels: [],
      audit: anEntry(),
    });
    for (const { key } of [BEFORE, RENAMED]) await store.owned.executions.watch({ ...watched, target: key });

    for (const target of [BEFORE, third, RENAMED, BEFORE, third]) {
      await store.requests.rebindTarget(target);
      const requests = await store.requests.ofExecution(target, EXECUTION_ID);
      assert.deepEqual(new Set(requests.map((request) => request.target)), new Set([target.key]));
      assert.deepEqual(await store.executions.watched(target.key), [{ ...watched, target: target.key }]);
    }
    assert.deepEqual(await store.executions.watched(RENAMED.key), []);
    await Promise.all([BEFORE, RENAMED, third].map((target) => store.requests.rebindTarget(target)));
  });

  test(`${engine.name}: requests and watched executions that a replica adds under the old name later are rebound too`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.rebindTarget(RENAMED);
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    await store.owned.executions.watch({ ...watched, target: OLD });
    await store.requests.rebindTarget(RENAMED);
    assert.deepEqual(await store.executions.watched(OLD), []);
    assert.deepEqual(await store.executions.watched(RENAMED.key), [{ ...watched, target: RENAMED.key }]);
  });
}
