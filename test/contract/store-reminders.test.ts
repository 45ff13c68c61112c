import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES) {
  const setUp = async (t: TestContext) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const request = aRequest({ nextReminderAt: NOW });
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
    const reminded = {
      ...{ request, kinds: ["reminder", "escalated"] as const, channels: ["C0DBA"], escalateTo: ["C0ONCALL"] },
      ...{ detail: "{}", next: NOW + 5 },
    };
    const post = async () => {
      for (const row of await store.messages.ofRequest(REQUEST_ID))
        await store.messages.recordPosted(row.id, "1.000000", 1);
    };
    return { store, reminded, post };
  };

  test(`${engine.name}: a due reminder is stored once, with its replies, its escalation and the next time`, async (t) => {
    const { store, reminded, post } = await setUp(t);
    assert.deepEqual(await store.requests.dueToRemind(NOW - 1, 10), []);
    assert.equal((await store.requests.dueToRemind(NOW, 10)).length, 1);
    const results = await Promise.all([
      store.requests.recordReminded(reminded),
      store.requests.recordReminded(reminded),
    ]);
    assert.deepEqual(results.toSorted(), [false, true], "two replicas, one reminder");
    assert.deepEqual(await store.requests.dueToRemind(NOW, 10), []);
    assert.equal((await store.requests.dueToRemind(NOW + 5, 10)).length, 1);
    const channels = (await store.messages.ofRequest(REQUEST_ID)).map(({ channelId }) => channelId);
    assert.deepEqual(channels, ["C0DBA", "C0ONCALL"]);
    await post();
    const due = await store.notices.due(NOW, 10);
    assert.deepEqual(due.map(({ kind, channelId, number }) => [kind, channelId, number]).toSorted(), [
      ["escalated", "C0DBA", NOW],
      ["reminder", "C0DBA", NOW],
    ]);
  });

  test(`${engine.name}: a request that is no longer open has no reminders, also none that were stored before`, async (t) => {
    const { store, reminded, post } = await setUp(t);
    await store.requests.recordReminded(reminded);
    await post();
    const [claimed] = await store.notices.due(NOW, 10);
    assert(claimed !== undefined);
    await store.notices.claim(claimed.id, "claim", NOW, NOW + 1);
    await store.requests.advance({
      ...{ requestId: REQUEST_ID, expectedVersion: 1, audit: [] },
      patch: { state: "decided", decision: "approve" },
    });
    assert.deepEqual(await store.requests.dueToRemind(NOW + 5, 10), []);
    const later = { ...reminded, request: { ...reminded.request, nextReminderAt: NOW + 5 } };
    assert.equal(await store.requests.recordReminded(later), false);
    const due = await store.notices.due(NOW + 10, 10);
    assert.deepEqual(
      due.map(({ id }) => id),
      [claimed.id],
      "only the post that may have reached Slack is resolved",
    );
  });
}
