import { makeRecordEvents } from "../app/watch/record-events.ts";
import { makeWaitingQueue } from "../aws/waiting-queue.ts";
import { findConnection } from "../workers/identify-target.ts";
import { startQueueWorker } from "../workers/receive-events.ts";
import type { Worker } from "../workers/worker.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Starts the worker that receives events, if the configuration names a queue. */
export function startQueue(wiring: Wiring, { connections }: Targets): Worker[] {
  const { config, store, queueHealth, metrics, wakeUps, clock, random, log, releases } = wiring;
  if (config.waitingQueue === null || queueHealth === null) return [];
  const queue = makeWaitingQueue({ ...config.waitingQueue, calls: metrics.awsCalls });
  releases.push(() => queue.close());
  const findTarget = (event: { account: string; region: string }) => {
    const found = findConnection(connections, event);
    if (found !== undefined) return found.key;
    // A target that is not identified yet may have any account. Another replica may have identified it, and polls it rarely.
    return connections.some((each) => each.automation() === undefined) ? null : undefined;
  };
  const record = makeRecordEvents({ executions: store.executions, findTarget, clock, log });
  const { received: count } = metrics.queue;
  return [startQueueWorker({ queue, record, health: queueHealth, count, wakeUps, clock, random, log })];
}
