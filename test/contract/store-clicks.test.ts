import assert from "node:assert/strict";
import { test } from "node:test";
import { aClick, anEntry, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES) {
  test(`${engine.name}: the same click delivered twice is stored once; the first delivery stays`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) => store.clicks.record(aClick("U0JANE", { id: `c${index}` }))),
    );
    assert.deepEqual(outcomes.toSorted(), ["duplicate", "duplicate", "duplicate", "duplicate", "recorded"]);
    assert.equal(await store.clicks.record(aClick("U0JANE", { id: "other", key: "press:U0JANE:2" })), "recorded");
    const again = await store.reopen();
    assert.equal((await again.clicks.unevaluated(NOW, 10)).length, 2);
    assert.equal(await again.clicks.record(aClick("U0JANE", { id: "after" })), "duplicate");
  });

  test(`${engine.name}: a click is due for evaluation, then for its reply, each at its own time`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.clicks.record(aClick("U0OMAR", { receivedAt: NOW + 1 }));
    await store.clicks.record(aClick("U0JANE"));
    const unhandled = async (now: number, limit = 10) =>
      (await store.clicks.unevaluated(now, limit)).map(({ userId }) => userId);
    assert.deepEqual(await unhandled(NOW), ["U0JANE", "U0OMAR"]);
    assert.deepEqual(await unhandled(NOW, 1), ["U0JANE"]);
    await store.clicks.postpone("click-U0JANE", NOW + 5, "Slack sent a Retry-After");
    assert.deepEqual(await unhandled(NOW), ["U0OMAR"]);
    assert.deepEqual(await unhandled(NOW + 5), ["U0JANE", "U0OMAR"]);

    await store.clicks.recordEvaluated("click-U0JANE", "No.", anEntry({ kind: "denied" }));
    await store.clicks.recordEvaluated("click-U0JANE", "Another word.", anEntry({ kind: "denied" }));
    await store.clicks.recordEvaluated("click-U0OMAR", null, null);
    assert.deepEqual(await unhandled(NOW + 99), []);
    const [told, ...more] = await store.clicks.unreplied(NOW, 10);
    assert.deepEqual(more, []);
    assert.deepEqual([told?.userId, told?.reply, told?.attempts], ["U0JANE", "No.", 0]);
    assert.equal((await store.requests.history(REQUEST_ID)).length, 1);

    await store.clicks.postpone("click-U0JANE", NOW + 5, "Slack sent a Retry-After");
    assert.deepEqual(await store.clicks.unreplied(NOW + 4, 10), []);
    const again = await store.reopen();
    assert.equal((await again.clicks.unreplied(NOW + 5, 10)).length, 1);
    await again.clicks.recordReplied("click-U0JANE");
    assert.deepEqual(await again.clicks.unreplied(NOW + 99, 10), []);
  });
}
