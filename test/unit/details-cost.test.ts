import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { Costs } from "./details-cost-worker.ts";

/** The cost to render, as a multiple of the cost to read and write the stored request. */
const MOST = 4;
const MAX_THREADS = 3;

/**
 * Measures in a new thread. It has a small heap: in the process of all tests, the garbage collector can take longer than the
 * work.
 */
async function measure(): Promise<[surface: string, ratio: number][]> {
  const worker = new Worker(new URL("details-cost-worker.ts", import.meta.url), { execArgv: [] });
  const [{ stored, rendered }] = (await once(worker, "message")) as [Costs];
  return Object.entries(rendered).map(([surface, cost]) => [surface, cost / stored]);
}

test("no surface of a request at the limits costs much more than it costs to store the request", async () => {
  const best = new Map(await measure());
  assert.ok(best.size > 10, [...best.keys()].join());
  const tooMuch = () => [...best].filter(([, ratio]) => ratio >= MOST);
  // What is really slow is slow in each thread.
  for (let threads = 1; threads < MAX_THREADS && tooMuch().length > 0; threads++)
    for (const [surface, ratio] of await measure()) best.set(surface, Math.min(ratio, best.get(surface) ?? ratio));
  assert.deepEqual(tooMuch(), []);
});
