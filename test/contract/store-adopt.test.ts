import assert from "node:assert/strict";
import { test } from "node:test";
import { anEntry, aRequest, EXECUTION_ID, NOW } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const { account, region, target: OLD } = aRequest();
const RENAMED = { key: `renamed/${region}`, name: "renamed", account, region };

for (const engine of ENGINES) {
  test(`${engine.name}: a target that was renamed keeps its requests and what it watches`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open(aRequest(), ["C0DBA"], anEntry({ kind: "requested" }));
    const elsewhere = aRequest({ id: "r-else", region: "eu-west-1", target: "other/eu-west-1" });
    await store.requests.open(elsewhere, [], anEntry({ requestId: "r-else" }));
    const watched = { executionId: EXECUTION_ID, fingerprint: "waits", nextReadAt: NOW, quietReads: 0 };
    await store.executions.watch({ ...watched, target: OLD });

    await store.requests.adopt(RENAMED);
    await store.requests.adopt(RENAMED);

    assert.equal((await store.requests.byId(aRequest().id))?.target, RENAMED.key);
    assert.equal((await store.requests.byId("r-else"))?.target, "other/eu-west-1");
    assert.deepEqual(await store.executions.watched(RENAMED.key), [{ ...watched, target: RENAMED.key }]);
    const again = aRequest({ id: "r-again", target: RENAMED.key });
    assert.equal(await store.requests.open(again, ["C0DBA"], anEntry({ requestId: "r-again" })), "exists");
  });
}
