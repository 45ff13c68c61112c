import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ReminderKind } from "../../src/core/reminders.ts";
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

  test(`${engine.name}: after an outage over several intervals each channel gets one reminder, and each escalation`, async (t) => {
    const { store, reminded, post } = await setUp(t);
    const remind = async (number: number, ...kinds: ReminderKind[]) => {
      const request = { ...reminded.request, nextReminderAt: number };
      const channels = ["C0DBA", "C0TWO"];
      assert(await store.requests.recordReminded({ ...reminded, request, kinds, channels, next: number + 1 }));
    };
    const due = async () => {
      const rows = (await store.notices.due(NOW + 100, 10)).filter(({ channelId }) => channelId === "C0DBA");
      return rows.map(({ kind, number }) => `${kind} ${number - NOW}`).toSorted();
    };
    await post();
    await remind(NOW, "reminder");
    const [first] = await store.notices.due(NOW, 1);
    assert(first !== undefined);
    assert(await store.notices.claim(first.id, "claim", NOW, NOW + 1));
    await remind(NOW + 1, "escalated", "reminder");
    await remind(NOW + 2, "reminder");
    assert.deepEqual(await due(), ["escalated 1", "reminder 0", "reminder 2"], "an unclear post is resolved");
    await store.notices.release(first.id, "claim", "An earlier attempt posted nothing", NOW);
    assert.deepEqual(await due(), ["escalated 1", "reminder 2"]);
    await remind(NOW + 3, "last-call");
    await remind(NOW + 4, "reminder");
    assert.deepEqual(await due(), ["escalated 1", "last-call 4"], "the last call is not lost");
    const stored = (await store.notices.ofRequest(REQUEST_ID)).filter(({ channelId }) => channelId === "C0TWO");
    assert.deepEqual(stored.map(({ kind }) => kind).toSorted(), ["escalated", "last-call"]);
    for (const row of await store.notices.due(NOW + 100, 10)) await store.notices.recordPosted(row.id, "2.000000", 1);
    await remind(NOW + 5, "reminder");
    assert.deepEqual(await due(), ["reminder 5"], "a posted last call changes no later reminder");
  });
}
