import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verdict } from "../../src/core/request.ts";
import { lastError, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { anAttempt, anEntry, aRequest, DETAILS, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const aSignal = (signerId: string, more: Partial<SignalAttempt> = {}) =>
  anAttempt({ signerId, session: `${signerId}@example.com`, ...more });

const DECIDED = { request: aRequest({ decision: "approve" }), channels: [], audit: anEntry({ kind: "decided" }) };

const step = (expectedVersion: number) => ({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });

for (const engine of ENGINES) {
  test(`${engine.name}: attempts to signal are read as they were stored, oldest first, each in its latest state`, async (t) => {
    const store = await aStore(t, { engine });
    await store.requests.open(DECIDED);
    const ben = aSignal("U0BEN", {
      attempt: 2,
      at: NOW - 1,
      state: "ambiguous",
      error: "no reply",
      shownBefore: 1,
      principal: "arn",
    });
    await store.requests.advance({ ...step(1), attempt: ben });
    await store.requests.advance({ ...step(2), attempt: aSignal("U0ANN") });
    const accepted = aSignal("U0ANN", { state: "accepted" });
    await store.requests.advance({ ...step(3), attempt: accepted });
    const bot = anAttempt({
      ...{ attempt: 3, state: "refused", error: "no", code: "InvalidAutomationSignalException", policyHash: "hash" },
    });
    await store.requests.advance({ ...step(4), attempt: bot });
    assert.deepEqual(await store.requests.signals(REQUEST_ID), [accepted, ben, bot]);
    assert.deepEqual(await store.requests.signals("another"), []);
    assert.deepEqual(await (await store.reopen()).requests.signals(REQUEST_ID), [accepted, ben, bot]);
  });

  test(`${engine.name}: an accepted attempt removes the reason of a later deferred one, and no other attempt`, async (t) => {
    const store = await aStore(t, { engine });
    for (const id of [REQUEST_ID, "another"]) {
      const request = aRequest({ id, stepExecutionId: id });
      await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    }
    const ann = aSignal("U0ANN", { state: "ambiguous" });
    const skipped = aSignal("U0CAT", { attempt: 2, state: "skipped", error: "cannot be assumed" });
    const deferred = aSignal("U0ANN", { attempt: 3, state: "deferred", error: "another step waits too" });
    for (const [index, attempt] of [ann, skipped, deferred].entries())
      await store.requests.advance({ ...step(index + 1), attempt });
    const other = { ...deferred, requestId: "another" };
    await store.requests.advance({ ...step(1), requestId: "another", attempt: other });
    assert.equal(lastError(await store.requests.signals(REQUEST_ID)), deferred.error);
    const accepted = { ...ann, state: "accepted" } as const;
    await store.requests.advance({ ...step(4), attempt: accepted });
    assert.deepEqual(await store.requests.signals(REQUEST_ID), [accepted, skipped]);
    assert.deepEqual(await store.requests.signals("another"), [other]);
  });

  test(`${engine.name}: an attempt to signal is stored together with its change of the request, or not at all`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open(DECIDED);
    assert.equal(await store.requests.advance({ ...step(7), attempt: aSignal("U0ANN") }), false);
    const old = await store.leases.acquire("execution", "one", NOW, NOW + 1);
    await store.leases.acquire("execution", "two", NOW + 2, NOW + 60_000);
    assert(old !== null);
    assert.equal(await store.guardedBy(old).requests.advance({ ...step(1), attempt: aSignal("U0ANN") }), false);
    assert.deepEqual(await store.requests.signals(REQUEST_ID), []);
    const won = await Promise.all(
      ["U0ANN", "U0BEN", "U0CAT"].map((userId) => store.requests.advance({ ...step(1), attempt: aSignal(userId) })),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal((await store.requests.signals(REQUEST_ID)).length, 1);
  });

  test(`${engine.name}: an attempt to send is stored only if the audit log has the request's present decision`, async (t) => {
    const store = await aStore(t, { engine });
    const decided = (decision: Verdict) => anEntry({ kind: "decided", detail: { ...DETAILS.decided, decision } });
    await store.requests.open({ request: aRequest({ decision: "approve" }), channels: [], audit: anEntry() });
    const sending = anAttempt({ state: "sending" });
    assert.equal(await store.requests.advance({ ...step(1), attempt: sending }), false);
    await store.requests.advance({ ...step(1), audit: [decided("reject")] });
    assert.equal(await store.requests.advance({ ...step(2), attempt: sending }), false);
    assert.deepEqual(
      [await store.requests.signals(REQUEST_ID), await store.requests.isDecisionRecorded(REQUEST_ID)],
      [[], false],
    );
    await store.requests.advance({ ...step(2), audit: [decided("approve")] });
    assert.equal(await store.requests.advance({ ...step(3), attempt: sending }), true);
    assert.equal(await store.requests.isDecisionRecorded(REQUEST_ID), true);
  });

  test(`${engine.name}: decided requests without a record of their present decision are counted`, async (t) => {
    const store = await aStore(t, { engine });
    const reason = '"decision":"reject"';
    const shown = { ...DETAILS.decided.shown, parameters: { decision: "reject" } };
    for (const [id, kind, decision] of [
      ["recorded", "decided", "approve"],
      ["rejected", "decided", "reject"],
      ["by-hand", "requested", "approve"],
      ["flipped", "decided", "reject"],
    ] as const) {
      const recorded = id === "rejected" ? "reject" : "approve";
      const detail = { ...DETAILS.decided, decision: recorded, reason, shown } as const;
      await store.requests.open({
        request: aRequest({ id, stepExecutionId: id, state: "decided", decision }),
        channels: [],
        audit: kind === "decided" ? anEntry({ requestId: id, kind, detail }) : anEntry({ requestId: id, kind }),
      });
      const isRecorded = id === "recorded" || id === "rejected";
      assert.equal(await store.requests.isDecisionRecorded(id), isRecorded, id);
    }
    assert.equal((await store.effects.backlog()).unrecorded, 2);
  });
}
