import assert from "node:assert/strict";
import { test } from "node:test";
import { REPLY_CLAIM_MS } from "../../src/app/decide/reply-to-clicker.ts";
import { startReplyWorker } from "../../src/workers/clicks.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { aClick } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

test("a process claims no reply while its heartbeat has expired or is about to, and replies when the heartbeat is back", async (t) => {
  const store = await aStore(t, { now: Date.now });
  await store.clicks.record(aClick());
  await store.clicks.recordEvaluated(aClick().id, "Only others may.", null);
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const life = { until: () => Date.now() + 2_000, asked: 0 };
  const since: number[] = [];
  let claimed = Number.POSITIVE_INFINITY;
  const worker = startReplyWorker({
    clicks: {
      ...store.clicks,
      async claim(...args) {
        assert.equal(args[2] - args[1], REPLY_CLAIM_MS);
        claimed = QUICK.elapsed();
        while (QUICK.elapsed() === claimed) await new Promise(setImmediate);
        return store.clicks.claim(...args);
      },
    },
    async reply(click, claimedSince) {
      since.push(claimedSince);
      await store.clicks.recordReplied(click);
    },
    aliveUntil() {
      life.asked += 1;
      return life.until();
    },
    clock: QUICK,
    log: testLog(),
    wakeUps,
  });
  t.after(() => worker.stop());
  await eventually("the worker has looked twice", () => life.asked >= 2);
  const [row] = await store.clicks.unreplied(Date.now(), 10);
  assert.deepEqual([since, row?.id], [[], aClick().id], "no claim hides the reply from other replicas");
  life.until = () => Date.now() + 4_000;
  wakeUps.wake("alive");
  await eventually("the reply is sent", () => since.length === 1);
  assert.ok((since[0] ?? Infinity) <= claimed, "the time before the claim");
});
