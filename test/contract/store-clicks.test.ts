import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOwnClicks } from "../../src/app/decide/own-clicks.ts";
import { testClock } from "../support/fakes.ts";
import { aClick, anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES) {
  test(`${engine.name}: the same click delivered twice is stored once; the first delivery stays`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) => store.clicks.record(aClick("U0JANE", { id: `c${index}` }))),
    );
    assert.deepEqual(outcomes.toSorted(), ["duplicate", "duplicate", "duplicate", "duplicate", "recorded"]);
    assert.equal(await store.clicks.record(aClick("U0OMAR", { id: "other", key: "press:U0OMAR:2" })), "recorded");
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
    await store.clicks.postpone({ id: "click-U0JANE", evaluatedAt: null }, NOW + 5, "Slack sent a Retry-After");
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

    await store.clicks.postpone({ id: "click-U0JANE", evaluatedAt: NOW }, NOW + 5, "Slack sent a Retry-After");
    assert.deepEqual(await store.clicks.unreplied(NOW + 4, 10), []);
    const again = await store.reopen();
    assert.equal((await again.clicks.unreplied(NOW + 5, 10)).length, 1);
    await again.clicks.recordReplied(told ?? assert.fail("no reply is due"));
    assert.deepEqual(await again.clicks.unreplied(NOW + 99, 10), []);
  });
}

for (const engine of ENGINES) {
  test(`${engine.name}: everybody has a turn before anybody has a second one, and named people come first`, async (t) => {
    let now = NOW;
    const store = await aStore(t, { engine, now: () => now });
    const click = (userId: string, index: number, receivedAt: number) =>
      store.clicks.record(aClick(userId, { id: `${userId}-${index}`, key: `${userId}-${index}`, receivedAt }));
    for (let index = 0; index < 30; index++) await click("U0STRANGER", index, NOW + index);
    await click("U0MIA", 0, NOW + 100);
    await click("U0JANE", 0, NOW + 200);
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const [next] = await store.clicks.unevaluated(NOW + 1_000, 10, { first: ["U0JANE"] });
      assert(next !== undefined);
      order.push(next.id);
      now += 1_000;
      await store.clicks.recordEvaluated(next.id, "No.", null);
      if (turn === 3) await click("U0MIA", 1, NOW + 300);
    }
    assert.deepEqual(order.slice(0, 5), ["U0JANE-0", "U0STRANGER-0", "U0MIA-0", "U0STRANGER-1", "U0MIA-1"]);
    assert.equal((await store.clicks.unevaluated(NOW + 1_000, 10)).length, 1, "one click of each person");

    const replies: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const [next] = await store.clicks.unreplied(NOW + 1_000, 10);
      assert(next !== undefined);
      replies.push(next.userId);
      now += 1_000;
      await store.clicks.recordReplied(next);
    }
    assert.deepEqual(replies.toSorted(), ["U0JANE", "U0MIA", "U0STRANGER"]);
  });

  test(`${engine.name}: a click waits for the person's earlier clicks on the same request, and for no other click`, async (t) => {
    const store = await aStore(t, { engine });
    const click = (id: string, more: object) => store.clicks.record(aClick("U0BOB", { id, key: id, ...more }));
    await click("approve", {});
    await click("withdraw", { verdict: "withdraw", receivedAt: NOW + 1 });
    assert.equal(await store.clicks.claim("approve", NOW, NOW + 30_000), true);
    assert.deepEqual(await store.clicks.unevaluated(NOW + 1_000, 10), []);
    await click("elsewhere", { requestId: "another-request", receivedAt: NOW + 2 });
    const ids = (clicks: { id: string }[]) => clicks.map(({ id }) => id);
    assert.deepEqual(ids(await store.clicks.unevaluated(NOW + 1_000, 10)), ["elsewhere"]);
    assert.deepEqual(ids(await store.clicks.unevaluated(NOW + 30_000, 10)), ["approve"]);
    await store.clicks.recordEvaluated("approve", null, null);
    assert.deepEqual(ids(await store.clicks.unevaluated(NOW + 30_000, 10)), ["withdraw"]);
  });
}

for (const engine of ENGINES)
  test(`${engine.name}: several clicks of each person come in turns, and those on one request stay in their order`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const click = (userId: string, requestId: string, receivedAt: number) => {
      const id = `${userId}-${requestId}-${receivedAt - NOW}`;
      return store.clicks.record(aClick(userId, { id, key: id, requestId, receivedAt }));
    };
    for (let index = 0; index < 6; index++) await click("U0EVE", `r${index}`, NOW + index);
    await click("U0JANE", "r1", NOW + 10);
    await click("U0JANE", "r1", NOW + 11);
    await click("U0JANE", "r2", NOW + 12);
    await click("U0MIA", "r1", NOW + 20);
    const due = async (limit: number, ofEach?: number) => {
      const options = { first: ["U0JANE"], ...(ofEach === undefined ? {} : { ofEach }) };
      return (await store.clicks.unevaluated(NOW + 1_000, limit, options)).map(({ id }) => id);
    };
    const firsts = ["U0JANE-r1-10", "U0EVE-r0-0", "U0MIA-r1-20"];
    const seconds = ["U0JANE-r2-12", "U0EVE-r1-1"];
    assert.deepEqual(await due(10), firsts);
    assert.deepEqual(await due(10, 3), [...firsts, ...seconds, "U0EVE-r2-2"]);
    assert.deepEqual(await due(4, 3), [...firsts, "U0JANE-r2-12"]);
    await store.clicks.recordEvaluated("U0JANE-r1-10", null, null);
    assert.equal((await due(10, 2)).includes("U0JANE-r1-11"), true);
  });

for (const engine of ENGINES) {
  test(`${engine.name}: a click that is claimed with its record is due for its own replica at once, and for others when the claim ends`, async (t) => {
    const clock = testClock();
    const store = await aStore(t, { engine, now: clock.now });
    const own = makeOwnClicks(store.clicks, clock, () => 1);
    const due = async (ids: string[]) =>
      (await store.clicks.unevaluated(clock.now(), 10, { own: ids })).map(({ userId }) => userId);
    assert.equal(await own.record(aClick("U0JANE")), "recorded");
    assert.equal(await own.record(aClick("U0JANE", { id: "again" })), "duplicate");
    await store.clicks.record(aClick("U0OMAR", { receivedAt: NOW + 1 }));
    assert.deepEqual([await due([]), await due(own.ids())], [["U0OMAR"], ["U0JANE", "U0OMAR"]]);
    assert.equal(await store.clicks.claim("click-U0JANE", clock.now(), clock.now() + 15_000), false);
    assert.deepEqual(
      ["click-U0JANE", "click-U0JANE", "again", "click-U0OMAR"].map((id) => own.begin(id)),
      [true, false, false, false],
    );
    clock.advance(5_000);
    assert.deepEqual(await due([]), ["U0JANE", "U0OMAR"], "the replica may have ended");
  });

  test(`${engine.name}: a click belongs to the replica that recorded it for five seconds`, async (t) => {
    const clock = testClock();
    const store = await aStore(t, { engine, now: clock.now });
    const own = makeOwnClicks(store.clicks, clock, () => 1);
    await own.record(aClick("U0JANE"));
    clock.advance(5_000);
    assert.deepEqual([own.ids(), own.begin("click-U0JANE")], [[], false]);
    assert.equal(await store.clicks.claim("click-U0JANE", clock.now(), clock.now() + 15_000), true);
  });
}

for (const engine of ENGINES)
  test(`${engine.name}: several replies to one person are all sent, also after a confirmation`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "requested" }) });
    const origin = { kind: "command", channelId: "D0JANE" } as const;
    await store.clicks.record(aClick("U0JANE", { origin }));
    const reply = (expectedVersion: number, texts: string[], click?: string) =>
      store.requests.advance({
        requestId: REQUEST_ID,
        expectedVersion,
        patch: {},
        audit: [],
        replies: texts.map((text) => ({ userId: "U0JANE", text })),
        ...(click === undefined ? {} : { click }),
      });
    const due = async () => {
      const [row, ...others] = await store.clicks.unreplied(NOW, 10);
      assert.deepEqual(others, []);
      return row ?? assert.fail("no reply is due");
    };
    await reply(1, ["Your approval counts.", "An earlier approval does not."], "click-U0JANE");
    const sent = await due();
    assert.equal(sent.reply, "Your approval counts.\nAn earlier approval does not.");

    await reply(2, ["Your approval no longer counts."]);
    await store.clicks.recordReplied(sent);
    const merged = await due();
    assert.equal(merged.reply, `${sent.reply}\nYour approval no longer counts.`, "it came while the reply was sent");

    await store.clicks.recordReplied(merged);
    assert.deepEqual(await store.clicks.unreplied(NOW, 10), []);
    await reply(3, ["Your approval did not decide it."]);
    assert.equal((await due()).reply, "Your approval did not decide it.", "the person has the others");
  });
