import assert from "node:assert/strict";
import { test } from "node:test";
import { startReplyWorker } from "../../src/workers/clicks.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK, testLog } from "../support/fakes.ts";
import { aClick } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

test("a process claims no reply while its heartbeat has expired, and replies when the heartbeat is back", async (t) => {
  const store = await aStore(t, { now: Date.now });
  await store.clicks.record(aClick());
  await store.clicks.recordEvaluated(aClick().id, "Only others may.", null);
  const wakeUps = makeWakeUps();
  const life = { until: 0, asked: 0 };
  const since: number[] = [];
  const worker = startReplyWorker({
    clicks: store.clicks,
    async reply(click, claimedSince) {
      since.push(claimedSince);
      await store.clicks.recordReplied(click);
    },
    aliveUntil() {
      life.asked += 1;
      return life.until;
    },
    clock: QUICK,
    log: testLog(),
    wakeUps,
  });
  t.after(() => worker.stop());
  await eventually("the worker has looked twice", () => life.asked >= 2);
  const [row] = await store.clicks.unreplied(Date.now(), 10);
  assert.deepEqual([since, row?.id], [[], aClick().id], "no claim hides the reply from other replicas");
  life.until = Number.POSITIVE_INFINITY;
  wakeUps.wake("alive");
  await eventually("the reply is sent", () => since.length === 1);
  assert.ok((since[0] ?? Infinity) <= QUICK.elapsed());
});
