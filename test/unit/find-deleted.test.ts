import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeFindDeleted } from "../../src/app/deliver/find-deleted.ts";
import { startDeletedMessageWorker } from "../../src/workers/deleted-messages.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { anEntry, aRequest, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const MINUTE = 60_000;

const toTs = (at: number) => (at / 1000).toFixed(6);

/** Starts the worker with the posted messages of three open requests, which `chat` no longer has: all are deleted. */
async function setUp(t: TestContext, postedAt = NOW - 7 * MINUTE) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  for (const id of ["a", "b", "c"]) {
    const request = aRequest({ id, stepExecutionId: id });
    await store.requests.open({ request, channels: [`C${id}`], audit: anEntry({ requestId: id }) });
    const [row] = await store.messages.ofRequest(id);
    await store.messages.recordPosted(row?.id ?? "", toTs(postedAt), 1);
  }
  const [chat, log, wakeUps] = [fakeChat(), testLog(), makeWakeUps(NO_PRIORITY)];
  let woken = 0;
  wakeUps.subscribe(["deliver"], () => void woken++);
  let hasLease = true;
  const lease = () => (hasLease ? { name: "publisher", owner: "me", token: 1, until: Number.POSITIVE_INFINITY } : null);
  const lost: string[] = [];
  const find = makeFindDeleted({
    ...{ messages: store.messages, chat, clock, log },
    countLost: (reason) => void lost.push(reason),
  });
  const worker = startDeletedMessageWorker({ find, lease, wakeUps, clock, log });
  t.after(() => worker.stop());
  const pass = async (ms: number) => {
    clock.advance(ms);
    await runEventLoop();
    return (await store.messages.due(clock.now(), 10)).map(({ requestId, deletions }) => `${requestId} ${deletions}`);
  };
  const setLease = (is: boolean) => {
    hasLease = is;
  };
  return { store, chat, log, lost, pass, setLease, woken: () => woken };
}

test("the messages of open requests are checked one a minute, and a deleted one is due to be posted again", async (t) => {
  const { chat, log, lost, pass, setLease, woken } = await setUp(t);
  chat.nextIsDeleted.push({ kind: "known", deleted: false }, { kind: "refused", code: "x", error: "x", advice: "" });
  assert.deepEqual([await pass(0), await pass(MINUTE)], [[], []], "a message that exists, and an unknown one, stay");
  assert.deepEqual([await pass(MINUTE), woken()], [["c 1"], 1]);
  assert.deepEqual(
    log.lines.map(({ fields }) => [fields.event, fields.requestId]),
    [["message.found-deleted", "c"]],
  );
  assert.deepEqual(lost, ["deleted"]);
  setLease(false);
  assert.deepEqual(await pass(10 * MINUTE), ["c 1"], "only the replica with the lease checks");
  setLease(true);
  await pass(MINUTE);
  assert.deepEqual((await pass(MINUTE)).length, 2, "after the last message follows the first one");
});

test("if Slack allows no call, the next check follows after an hour", async (t) => {
  const { chat, pass } = await setUp(t);
  chat.nextIsDeleted.push({ kind: "limited", retryAfterMs: 1_000 });
  await pass(0);
  assert.deepEqual(await pass(59 * MINUTE), []);
  assert.deepEqual(await pass(MINUTE), ["a 1"], "the check that Slack refused is made first");
});

test("a message is not checked for six minutes, because the bot's clock may be five minutes ahead of Slack's", async (t) => {
  const { pass } = await setUp(t, NOW - 5 * MINUTE);
  await pass(0);
  assert.deepEqual(await pass(MINUTE - 1), []);
  assert.deepEqual((await pass(MINUTE)).length, 1);
});

test("a deletion that another call has found since the check began is not counted a second time", async (t) => {
  const { store, chat, lost, pass } = await setUp(t);
  chat.isDeleted = async (channelId, ts) => {
    await store.messages.recordDeleted(channelId, ts);
    return { kind: "known", deleted: true };
  };
  assert.deepEqual([await pass(0), lost], [["a 1"], []]);
});
