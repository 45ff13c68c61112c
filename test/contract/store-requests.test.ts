import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { chainText, FIRST_HASH } from "../../src/core/audit-records.ts";
import { decided } from "../../src/core/request.ts";
import { TARGET } from "../support/fakes.ts";
import { aClick, anEntry, aRequest, aVote, DETAILS, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES) {
  const opened = async (t: Parameters<typeof aStore>[0], more = {}, channels = ["C0DBA"]) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(more), channels, audit: anEntry({ kind: "requested" }) });
    return store;
  };

  test(`${engine.name}: a request is read as it was stored, also after a restart`, async (t) => {
    const request = aRequest({
      outcome: { kind: "not-found", where: "aws", by: ["a"], detail: null },
      awsApprovals: [1, 2],
      signalNextAt: NOW + 0,
    });
    const store = await aStore(t, { engine });
    assert.equal(await store.requests.open({ request, channels: [], audit: anEntry() }), "opened");
    assert.deepEqual(await store.requests.byId(request.id), request);
    const again = await store.reopen();
    assert.deepEqual(await again.requests.byId(request.id), request);
    assert.deepEqual(await again.requests.find(request.executionId), [request]);
    assert.deepEqual(await again.requests.find(request.id), [request]);
    assert.equal(await again.requests.byId("none"), null);
  });

  test(`${engine.name}: simultaneous calls open one request for a waiting step; the others add no message and no record`, async (t) => {
    const store = await aStore(t, { engine });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.requests.open({
          request: aRequest({ id: `r${index}` }),
          channels: ["C0DBA", "C0OPS"],
          audit: anEntry({ requestId: `r${index}` }),
        }),
      ),
    );
    assert.deepEqual(
      outcomes.filter((each) => each === "opened"),
      ["opened"],
    );
    const [only, ...more] = await store.requests.inState(["open"], 100);
    assert.deepEqual(more, []);
    assert.equal((await store.messages.due(NOW, 100)).length, 2);
    for (let index = 0; index < 8; index++)
      assert.equal((await store.requests.history(`r${index}`)).length, only?.id === `r${index}` ? 1 : 0);
  });

  test(`${engine.name}: a step of another account, Region or execution gets another request`, async (t) => {
    const store = await opened(t);
    const others = [
      { target: "other/us-east-1", account: "444455556666" },
      { target: "default/eu-west-1", region: "eu-west-1" },
      { executionId: "other" },
      { stepExecutionId: "other" },
    ];
    for (const [index, other] of others.entries())
      assert.equal(
        await store.requests.open({ request: aRequest({ id: `o${index}`, ...other }), channels: [], audit: anEntry() }),
        "opened",
      );
  });

  test(`${engine.name}: a channel that is named twice has one message`, async (t) => {
    const store = await opened(t, {}, ["C0DBA", "C0DBA"]);
    assert.equal((await store.messages.ofRequest(REQUEST_ID)).length, 1);
  });

  test(`${engine.name}: only one of many changes of the same version is stored; the others leave no vote, record or evaluated click`, async (t) => {
    const store = await opened(t);
    const users = Array.from({ length: 10 }, (_, index) => `U${index}`);
    for (const user of users) await store.clicks.record(aClick(user));
    const wins = await Promise.all(
      users.map((user) =>
        store.requests.advance({
          requestId: REQUEST_ID,
          expectedVersion: 1,
          patch: decided("approve", NOW),
          vote: aVote(user),
          audit: [anEntry({ kind: "voted", actor: user }), anEntry({ kind: "decided", actor: user })],
          click: `click-${user}`,
        }),
      ),
    );
    const winners = users.filter((_, index) => wins[index]);
    assert.equal(winners.length, 1);
    assert.deepEqual(
      (await store.requests.votes(REQUEST_ID)).map(({ userId }) => userId),
      winners,
    );
    const history = await store.requests.history(REQUEST_ID);
    assert.deepEqual(history.map(({ kind, actor }) => [kind, actor]).slice(1), [
      ["voted", winners[0]],
      ["decided", winners[0]],
    ]);
    assert.equal((await store.clicks.unevaluated(NOW, 100)).length, 9);
    const now = await store.requests.byId(REQUEST_ID);
    assert.deepEqual([now?.version, now?.state, now?.decision], [2, "decided", "approve"]);
  });

  test(`${engine.name}: a click is evaluated once: a click that was denied does not count afterwards`, async (t) => {
    const store = await opened(t);
    await store.clicks.record(aClick());
    await store.clicks.recordEvaluated("click-U0JANE", "Nothing was decided.", anEntry({ kind: "denied" }));
    const late = await store.requests.advance({
      requestId: REQUEST_ID,
      expectedVersion: 1,
      patch: decided("approve", NOW),
      vote: aVote(),
      audit: [anEntry({ kind: "voted" })],
      click: "click-U0JANE",
    });
    assert.equal(late, false);
    assert.deepEqual(await store.requests.votes(REQUEST_ID), []);
    assert.equal((await store.requests.byId(REQUEST_ID))?.version, 1);
    assert.deepEqual(
      (await store.requests.history(REQUEST_ID)).map(({ kind }) => kind),
      ["requested", "denied"],
    );
  });

  test(`${engine.name}: a person has one vote; a later vote replaces it`, async (t) => {
    const store = await opened(t);
    const vote = (expectedVersion: number, more: object) =>
      store.requests.advance({
        requestId: REQUEST_ID,
        expectedVersion,
        patch: {},
        vote: aVote("U0JANE", more),
        audit: [],
      });
    await vote(1, { at: NOW });
    await vote(2, { at: NOW + 5, verdict: "reject", reason: "no" });
    assert.deepEqual(await store.requests.votes(REQUEST_ID), [
      aVote("U0JANE", { at: NOW + 5, verdict: "reject", reason: "no" }),
    ]);
  });

  test(`${engine.name}: only decided requests of the target whose next attempt is due are due to signal`, async (t) => {
    const store = await aStore(t, { engine });
    const decidedAs = { state: "decided", decision: "approve", signal: "due", signalNextAt: NOW } as const;
    const table: [id: string, more: object][] = [
      ["due", decidedAs],
      ["sending", { ...decidedAs, signal: "sending", signalNextAt: NOW - 5 }],
      ["ambiguous", { ...decidedAs, signal: "ambiguous", signalNextAt: NOW - 1 }],
      ["later", { ...decidedAs, signalNextAt: NOW + 1 }],
      ["accepted", { ...decidedAs, signal: "accepted" }],
      ["none", { ...decidedAs, signalNextAt: null }],
      ["open", { ...decidedAs, state: "open" }],
      ["closed", { ...decidedAs, state: "closed" }],
      ["elsewhere", { ...decidedAs, target: "other/us-east-1", account: "444455556666" }],
      ["other-region", { ...decidedAs, target: "default/eu-west-1", region: "eu-west-1" }],
      ["other-name", { ...decidedAs, target: "renamed/us-east-1", signalNextAt: NOW - 7 }],
    ];
    for (const [id, more] of table)
      await store.requests.open({
        request: aRequest({ id, stepExecutionId: id, ...more }),
        channels: [],
        audit: anEntry(),
      });
    const ids = async (limit: number) => (await store.requests.dueToSignal(TARGET, NOW, limit)).map(({ id }) => id);
    assert.deepEqual(await ids(10), ["other-name", "sending", "ambiguous", "due"]);
    assert.deepEqual(await ids(1), ["other-name"]);
    await store.requests.postponeSignal("other-name", 1, NOW + 9);
    await store.requests.postponeSignal("sending", 1, NOW + 9);
    await store.requests.postponeSignal("ambiguous", 7, NOW + 9);
    assert.deepEqual(await ids(10), ["ambiguous", "due"]);
    assert.equal((await store.requests.byId("sending"))?.version, 1);
  });

  test(`${engine.name}: a person whose vote had no effect gets one reply, even after several clicks`, async (t) => {
    const store = await opened(t);
    const press = async (id: string, expectedVersion: number, receivedAt: number) => {
      await store.clicks.record(aClick("U0JANE", { id, key: id, receivedAt }));
      await store.requests.advance({
        requestId: REQUEST_ID,
        expectedVersion,
        patch: {},
        vote: aVote(),
        audit: [],
        click: id,
      });
    };
    await press("first", 1, NOW);
    await press("second", 2, NOW + 1);
    await store.clicks.record(aClick("U0OMAR"));
    await store.requests.advance({
      requestId: REQUEST_ID,
      expectedVersion: 3,
      patch: {},
      audit: [],
      replies: [{ userId: "U0JANE", text: "It timed out." }],
    });
    const told = await store.clicks.unreplied(NOW, 10);
    assert.deepEqual(
      told.map(({ id, reply: answer }) => [id, answer]),
      [["second", "It timed out."]],
    );
    assert.deepEqual(
      (await store.clicks.unevaluated(NOW, 10)).map(({ userId }) => userId),
      ["U0OMAR"],
    );
  });

  test(`${engine.name}: after many simultaneous writers the audit chain is intact: each record follows the one before it`, async (t) => {
    const store = await opened(t);
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        await store.requests.open({
          request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}` }),
          channels: [],
          audit: anEntry({
            requestId: `r${index}`,
            kind: "closed",
            detail: {
              ...DETAILS.closed,
              route: "\ud83d\ude00",
              outcome: { ...DETAILS.closed.outcome, by: ["\ud800"] },
            },
          }),
        });
        await store.clicks.record(aClick(`U${index}`));
        await store.clicks.recordEvaluated(
          `click-U${index}`,
          "no",
          anEntry({ kind: "denied", requestId: `r${index}` }),
        );
        await store.requests.advance({
          requestId: `r${index}`,
          expectedVersion: 1,
          patch: {},
          audit: [
            anEntry({ requestId: `r${index}`, kind: "voted" }),
            anEntry({ requestId: `r${index}`, kind: "decided" }),
          ],
        });
      }),
    );
    const again = await store.reopen();
    await again.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: [anEntry()] });
    const ids = [REQUEST_ID, ...Array.from({ length: 30 }, (_, index) => `r${index}`)];
    const records = (await Promise.all(ids.map((id) => again.requests.history(id))))
      .flat()
      .sort((a, b) => a.seq - b.seq);
    assert.equal(records.length, 1 + 30 * 4 + 1);
    let previous = FIRST_HASH;
    for (const [index, { hash, ...record }] of records.entries()) {
      assert.equal(record.seq, index + 1);
      assert.equal(record.previous, previous);
      assert.equal(createHash("sha256").update(chainText(record)).digest("hex"), hash);
      previous = hash;
    }
  });

  test(`${engine.name}: only records that are published events are due, one after the other, and each is resolved on its own`, async (t) => {
    const store = await aStore(t, { engine });
    const kinds = ["requested", "voted", "decided", "closed"] as const;
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "requested" }) });
    const rest = kinds.slice(1).map((kind) => anEntry({ kind }));
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: rest });
    const due = async (now: number, limit = 10) =>
      (await store.audit.unpublished(now, limit)).map(({ record, attempts }) => [record.kind, attempts]);
    assert.deepEqual(await due(NOW), [["requested", 0]]);
    await store.audit.recordPublished(new Map([[1, "event-1"]]));
    assert.deepEqual(await due(NOW), [["decided", 0]]);
    await store.audit.recordPublishFailed(3, "Throttled", NOW + 10);
    assert.deepEqual(await due(NOW), [], "the later record of the request waits");
    assert.deepEqual(await due(NOW + 10), [["decided", 1]]);
    await store.audit.recordPublishFailed(3, "MalformedDetail", null);
    assert.deepEqual(await due(NOW), [["closed", 0]], "a refused record holds back no other");
    const again = await store.reopen();
    assert.equal((await again.audit.unpublished(NOW + 10, 10)).length, 1);
  });

  test(`${engine.name}: without an event bus every record is stored and none is due`, async (t) => {
    const store = await aStore(t, { engine, publishes: false });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "requested" }) });
    assert.deepEqual(await store.audit.unpublished(NOW, 10), []);
    assert.equal((await store.requests.history(REQUEST_ID)).length, 1);
  });
}
