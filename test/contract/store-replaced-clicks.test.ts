import assert from "node:assert/strict";
import { test } from "node:test";
import { aClick, anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES)
  test(`${engine.name}: a postponed click is due at once when a later click of the person replaces it, and names that click`, async (t) => {
    const actions = {
      approve: {},
      reject: { verdict: "reject" },
      withdraw: { verdict: "withdraw" },
      "break-glass": { authority: "break-glass" },
      "break-glass reject": { authority: "break-glass", verdict: "reject" },
    } as const;
    type Action = keyof typeof actions;
    const replacedBy: Record<Action, Partial<Record<Action, string>>> = {
      approve: {
        reject: "reject",
        withdraw: "withdraw",
        "break-glass": "break-glass",
        "break-glass reject": "break-glass",
      },
      reject: { "break-glass": "break-glass", "break-glass reject": "break-glass" },
      withdraw: {},
      "break-glass": { reject: "reject", withdraw: "withdraw", "break-glass reject": "break-glass" },
      "break-glass reject": {},
    };
    const store = await aStore(t, { engine });
    const names = Object.keys(actions) as Action[];
    for (const earlier of names)
      for (const later of names) {
        const requestId = `${earlier}, then ${later}`;
        const click = (id: string, more: object) =>
          store.clicks.record(
            aClick("U0BOB", { id: `${id} ${requestId}`, key: `${id} ${requestId}`, requestId, ...more }),
          );
        const due = async (at: number) => {
          const rows = await store.clicks.unevaluated(at, 100, { ofEach: 100 });
          return rows.filter((row) => row.requestId === requestId).map((row) => [row.id.split(" ")[0], row.replacedBy]);
        };
        await click("earlier", actions[earlier]);
        assert.deepEqual(await due(NOW), [["earlier", null]], requestId);
        assert.equal(await store.clicks.claim(`earlier ${requestId}`, NOW, NOW + 15_000), true);
        await click("later", { ...actions[later], receivedAt: NOW + 1 });
        assert.deepEqual(await due(NOW + 2), [], `${requestId}: the earlier click is in evaluation`);
        assert.equal(await store.clicks.claim(`earlier ${requestId}`, NOW + 2, NOW + 15_000), false, requestId);
        await store.clicks.postpone(
          { id: `earlier ${requestId}`, evaluatedAt: null },
          NOW + 60_000,
          "Slack asks to wait",
        );
        const expected = replacedBy[earlier][later] ?? null;
        assert.deepEqual(await due(NOW + 2), expected === null ? [] : [["earlier", expected]], requestId);
        assert.deepEqual(await due(NOW + 60_000), [["earlier", expected]], requestId);
        assert.equal(
          await store.clicks.claim(`earlier ${requestId}`, NOW + 2, NOW + 15_000),
          expected !== null,
          requestId,
        );
        assert.deepEqual(await due(NOW + 2), [], `${requestId}: one process evaluates it`);
        await store.clicks.recordEvaluated(`earlier ${requestId}`, null, null);
        assert.deepEqual(await due(NOW + 2), [["later", null]], requestId);
        await store.clicks.recordEvaluated(`later ${requestId}`, null, null);
      }
  });

for (const engine of ENGINES)
  test(`${engine.name}: no click of another person, on another request, or recorded earlier replaces a click`, async (t) => {
    const store = await aStore(t, { engine });
    const click = (id: string, userId: string, more: object) =>
      store.clicks.record(aClick(userId, { id, key: id, ...more }));
    await click("approve", "U0BOB", { receivedAt: NOW + 1 });
    await store.clicks.postpone({ id: "approve", evaluatedAt: null }, NOW + 30_000, "Slack asks to wait");
    await click("of another", "U0JANE", { verdict: "reject", receivedAt: NOW + 2 });
    await click("on another", "U0BOB", { verdict: "reject", requestId: "another-request", receivedAt: NOW + 2 });
    await click("before", "U0BOB", { verdict: "reject", receivedAt: NOW });
    const due = async (at: number) =>
      (await store.clicks.unevaluated(at, 10, { ofEach: 10 })).map(({ id, replacedBy }) => [id, replacedBy]);
    const others = [
      ["before", null],
      ["of another", null],
      ["on another", null],
    ];
    assert.deepEqual((await due(NOW + 3)).toSorted(), others);
    await store.clicks.recordEvaluated("before", null, null);
    assert.deepEqual((await due(NOW + 30_000)).toSorted(), [["approve", null], ...others.slice(1)]);
  });

for (const engine of ENGINES)
  test(`${engine.name}: a failed reply waits for its time, whatever its author pressed later`, async (t) => {
    const store = await aStore(t, { engine });
    await store.clicks.record(aClick("U0BOB", { id: "approve", key: "approve" }));
    await store.clicks.recordEvaluated("approve", "No.", null);
    await store.clicks.postpone({ id: "approve", evaluatedAt: NOW }, NOW + 30_000, "Slack asks to wait");
    await store.clicks.record(aClick("U0BOB", { id: "reject", key: "reject", verdict: "reject", receivedAt: NOW + 1 }));
    assert.deepEqual(await store.clicks.unreplied(NOW + 2, 10), []);
    assert.equal(await store.clicks.claim("approve", NOW + 2, NOW + 15_000), false);
    assert.equal(await store.clicks.claim("approve", NOW + 30_000, NOW + 70_000), true);
    const [row] = await store.clicks.unreplied(NOW + 70_000, 10);
    assert.equal(row?.lastError, "Slack asks to wait", "health shows the error until a reply succeeds");
  });

for (const engine of ENGINES)
  test(`${engine.name}: a vote that a later click replaces meanwhile is not stored, and neither is anything else`, async (t) => {
    const store = await aStore(t, { engine });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
    await store.clicks.record(aClick("U0BOB", { id: "approve", key: "approve" }));
    await store.clicks.record(aClick("U0BOB", { id: "reject", key: "reject", verdict: "reject", receivedAt: NOW + 1 }));
    const change = (click: string, verdict: "approve" | "reject") => ({
      ...{ requestId: REQUEST_ID, expectedVersion: 1, click, patch: { state: "decided", decision: verdict } as const },
      ...{ vote: aVote("U0BOB", { verdict }), audit: [] },
    });
    assert.equal(await store.requests.advance(change("approve", "approve")), false);
    const request = await store.requests.byId(REQUEST_ID);
    assert.deepEqual([request?.state, request?.version, await store.requests.votes(REQUEST_ID)], ["open", 1, []]);
    assert.equal((await store.clicks.unevaluated(NOW + 1, 10))[0]?.id, "approve");
    await store.clicks.recordEvaluated("approve", null, null);
    assert.equal(await store.requests.advance(change("reject", "reject")), true);
    assert.equal((await store.requests.byId(REQUEST_ID))?.decision, "reject");
  });

for (const engine of ENGINES)
  test(`${engine.name}: a process whose click another one has denied meanwhile does not postpone the reply`, async (t) => {
    const store = await aStore(t, { engine });
    await store.clicks.record(aClick("U0BOB", { id: "approve", key: "approve" }));
    const [click] = await store.clicks.unevaluated(NOW, 10);
    await store.clicks.recordEvaluated("approve", "No.", null);
    assert.equal(await store.clicks.claim("approve", NOW, NOW + 40_000), true);
    await store.clicks.postpone(click ?? assert.fail(), NOW, "replaced");
    assert.equal(await store.clicks.claim("approve", NOW, NOW + 40_000), false, "the claim of the reply lasts");
    const [reply] = await store.clicks.unreplied(NOW + 40_000, 10);
    assert.deepEqual([reply?.attempts, reply?.lastError], [0, null]);
    await store.clicks.postpone(reply ?? assert.fail(), NOW + 50_000, "Slack asks to wait");
    assert.deepEqual(await store.clicks.unreplied(NOW + 49_999, 10), []);
  });
