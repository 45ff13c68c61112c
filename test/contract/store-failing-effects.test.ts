import assert from "node:assert/strict";
import { test } from "node:test";
import { aClick, anAttempt, anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES) {
  test(`${engine.name}: the failing effects of a request are listed with their errors; finished effects and those of other requests are not`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW, publishes: true });
    await store.requests.open({
      request: aRequest(),
      channels: ["C0DBA", "C0OPS"],
      audit: anEntry({ kind: "requested" }),
      recipientLookup: "no-route",
    });
    await store.requests.open({
      request: aRequest({ id: "other", stepExecutionId: "other" }),
      channels: ["C0DBA"],
      audit: anEntry(),
    });
    const failing = async () =>
      (await store.effects.failing(REQUEST_ID)).map(({ kind, about, error }) => [kind, about, error]);
    assert.deepEqual(await failing(), []);

    const [dba, ops] = await store.messages.ofRequest(REQUEST_ID);
    await store.messages.recordFailed(dba?.id ?? "", "not_in_channel", NOW + 1);
    await store.messages.recordPosted(ops?.id ?? "", "1.1", 0);
    await store.messages.recordFailed(ops?.id ?? "", "edit_window_closed", NOW + 1);
    const [lookup] = await store.recipientLookups.due(NOW, 5);
    assert(lookup !== undefined);
    await store.recipientLookups.recordFailed(lookup, "ratelimited", NOW + 1);
    await store.clicks.record(aClick("U0JANE"));
    await store.clicks.postpone({ id: "click-U0JANE", evaluatedAt: null }, NOW + 1, "Slack sent a Retry-After");
    await store.clicks.record(aClick("U0OMAR"));
    await store.clicks.recordEvaluated("click-U0OMAR", "No.", null);
    await store.clicks.postpone({ id: "click-U0OMAR", evaluatedAt: NOW }, NOW + 1, "Slack is unavailable");
    const [due] = await store.audit.unpublished(NOW, 1);
    await store.audit.recordPublishFailed(due?.record.seq ?? 0, "AccessDenied", null);
    assert.deepEqual(await failing(), [
      ["post", "C0DBA", "not_in_channel"],
      ["update", "C0OPS", "edit_window_closed"],
      ["recipients", REQUEST_ID, "ratelimited"],
      ["click", REQUEST_ID, "Slack sent a Retry-After"],
      ["reply", REQUEST_ID, "Slack is unavailable"],
      ["publish", REQUEST_ID, "AccessDenied"],
    ]);

    await store.messages.recordPosted(dba?.id ?? "", "2.2", 1);
    await store.messages.recordUpdated(ops?.id ?? "", 1, "nobody's");
    await store.clicks.recordEvaluated("click-U0JANE", null, null);
    await store.clicks.recordReplied({ id: "click-U0OMAR", reply: "No." });
    await store.audit.recordPublished(new Map([[due?.record.seq ?? 0, "event"]]));
    await store.recipientLookups.recordDone(lookup, [], NOW);
    const left = (await failing()).map(([kind]) => kind);
    assert.deepEqual(left, ["update"], "a message with an unknown version is still due");
  });

  test(`${engine.name}: a decision that AWS does not have fails with the error of its latest attempt`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "decided" }) });
    let version = 1;
    const advance = (signal: "due" | "sending" | "accepted", attempt: Parameters<typeof anAttempt>[0]) =>
      store.requests.advance({
        requestId: REQUEST_ID,
        expectedVersion: version++,
        patch: { state: "decided", decision: "approve", signal },
        attempt: anAttempt(attempt),
        audit: [],
      });
    const state = async () => {
      const effect = (await store.effects.backlog()).effects.find(({ kind }) => kind === "signal");
      const failing = await store.effects.failing(REQUEST_ID);
      return [effect?.due, effect?.failing, effect?.lastError?.error ?? null, failing.map(({ error }) => error)];
    };
    await advance("due", { state: "refused", error: "AccessDenied" });
    assert.deepEqual(await state(), [1, 1, "AccessDenied", ["AccessDenied"]]);
    await advance("sending", { attempt: 2 });
    assert.deepEqual(await state(), [1, 0, null, []]);
    await advance("due", { attempt: 2, state: "refused", error: "Throttling" });
    assert.deepEqual(await state(), [1, 1, "Throttling", ["Throttling"]]);
    await advance("accepted", { attempt: 3, state: "accepted" });
    assert.deepEqual(await state(), [0, 0, null, []]);
  });
}
