import type { Clock, Log } from "../app/ports/aws.ts";
import type { AliveUntil, RateLimitStore } from "../app/ports/coordination.ts";
import type { DeliveryRow, DeliveryStore } from "../app/ports/delivery-store.ts";
import type { Topic, WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Rows of one channel that are worked on before the rows are looked at again. */
export const PER_CHANNEL = 5;
/**
 * All channels' updates share one rate limit: this many channels wait for its slots at the same time, and the others keep
 * no claim meanwhile.
 */
const MAX_UPDATING_CHANNELS = 8;
const TICK_MS = 1_000;
/** After an unexpected failure, a message is not tried again before this has passed, */
const ERROR_BACKOFF_MS = 10_000;
/** and the other messages of its channel wait this long. */
const CHANNEL_BACKOFF_MS = 2_000;

/** The calls to Slack that deliver a message. */
export type DeliveryCall = "post" | "update";

export interface DeliveryWorkerOptions<Row extends DeliveryRow> {
  name: string;
  topics: readonly Topic[];
  store: Pick<DeliveryStore, "recordFailed">;
  aliveUntil: AliveUntil;
  /** Finds what may be due, in order: everything, or so many rows of each channel. */
  due: (now: number) => Promise<Row[]>;
  /** Whether `due` finds only what is due: then it is asked again as soon as a channel's rows are done. */
  eager: boolean;
  rateLimits: RateLimitStore;
  /** Names the rate limit that a channel's posts or updates count against. */
  bucketKey: (call: DeliveryCall, channelId: string) => string;
  /** Delivers one message; returns how long the channel is to be left alone, in milliseconds. */
  deliver: (row: Row, abort: AbortSignal) => Promise<number>;
  /** Runs before each of a channel's posts; returns how long the channel is to be left alone. */
  before?: (channelId: string, abort: AbortSignal) => Promise<number>;
  /** Fields of log lines about a message, besides its channel. */
  about: (row: Row) => object;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}

/** Posts or updates in one channel that are due, in order. */
interface ChannelBatch<Row> {
  call: DeliveryCall;
  channelId: string;
  rows: readonly [Row, ...Row[]];
  /** The row that is being delivered. */
  current: Row;
}

/**
 * Delivers messages of one kind, each channel at its own pace: a channel that is slow, closed or rate-limited delays no
 * other. A channel's posts and its updates are separate batches that run side by side, since Slack counts them apart: a
 * new request waits for no update. A Retry-After is stored, so that other replicas and the next start wait too.
 *
 * States of a channel's batch:
 * - due: has rows, and is neither in progress nor blocked. Updates wait for one of MAX_UPDATING_CHANNELS places; the
 *   channel whose updates were started the longest time ago is next.
 * - in progress: ends when all rows are done, when Slack asks to leave the channel alone, or when a row fails.
 * - blocked: until the time that is stored with its rate limit, for all replicas.
 */
export function startDeliveryWorker<Row extends DeliveryRow>(options: DeliveryWorkerOptions<Row>): Worker {
  const { name, topics, store, aliveUntil, due, eager, rateLimits, bucketKey, about, wakeUps, clock, log } = options;
  const select = makeSelection<Row>(bucketKey);
  const drain = makeDrain(options);
  return startWorker<ChannelBatch<Row>>({
    name,
    topics: [...topics, "alive"],
    wakeUps,
    everyMs: TICK_MS,
    // Each channel has its own pace; `select` limits the updates.
    concurrency: Number.POSITIVE_INFINITY,
    async due({ inProgress }) {
      const now = clock.now();
      if (aliveUntil(clock.elapsed()) < now) return [];
      const rows = await due(now);
      return rows.length === 0 ? [] : select(rows, inProgress, await rateLimits.blocked(now));
    },
    keyOf,
    async work(batch, abort) {
      await drain(batch, abort);
      return eager ? "look-again" : "done";
    },
    async backOff({ current }, until, abort) {
      await store.recordFailed(current.id, "unexpected failure, see the log", until).catch(() => undefined);
      // Where not even that can be written (a full disk, an unreachable database) the rows are due again at once.
      await clock.sleep(CHANNEL_BACKOFF_MS, abort);
    },
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ current, channelId }) => ({ ...about(current), channelId }),
    clock,
    log,
  });
}

const keyOf = ({ call, channelId }: Pick<ChannelBatch<unknown>, "call" | "channelId">) => `${call}:${channelId}`;

/** A message that may have been posted already is a post that is not finished: it is looked for among the posts. */
const toCall = (row: DeliveryRow): DeliveryCall => (row.ts === null ? "post" : "update");

/** Groups due rows by channel and call, and selects the batches that may start now. */
function makeSelection<Row extends DeliveryRow>(bucketKey: DeliveryWorkerOptions<Row>["bucketKey"]) {
  /** In which order channels' updates were last started. */
  const startedAt = new Map<string, number>();
  let starts = 0;
  const isUpdate = (key: string) => key.startsWith("update:");

  return (rows: readonly Row[], inProgress: ReadonlySet<string>, blocked: ReadonlyMap<string, number>) => {
    const channels = Map.groupBy(rows, (row) => keyOf({ call: toCall(row), channelId: row.channelId }));
    const oldestFirst = [...channels].sort(([a], [b]) => (startedAt.get(a) ?? 0) - (startedAt.get(b) ?? 0));
    let room = MAX_UPDATING_CHANNELS - [...inProgress].filter(isUpdate).length;
    const selected: ChannelBatch<Row>[] = [];
    for (const [key, [first, ...rest]] of oldestFirst) {
      if (first === undefined || inProgress.has(key)) continue;
      const { channelId } = first;
      const call = toCall(first);
      if (blocked.has(bucketKey(call, channelId))) continue;
      if (call === "update") {
        if (room <= 0) continue;
        room--;
        startedAt.set(key, ++starts);
      }
      selected.push({ call, channelId, rows: [first, ...rest], current: first });
    }
    return selected;
  };
}

/** Delivers the rows of a batch one after the other, until one of them says that the channel is to be left alone. */
function makeDrain<Row extends DeliveryRow>(options: DeliveryWorkerOptions<Row>) {
  const { rateLimits, bucketKey, deliver, before, clock, log } = options;

  const runBefore = async (channelId: string, abort: AbortSignal) => {
    try {
      return (await before?.(channelId, abort)) ?? 0;
    } catch (error) {
      log.error({ event: "digest.failed", channelId, err: error }, "digest update failed; posting without it");
      return 0;
    }
  };

  return async (batch: ChannelBatch<Row>, abort: AbortSignal): Promise<void> => {
    const { call, channelId, rows } = batch;
    for (const row of rows) {
      if (abort.aborted) return;
      batch.current = row;
      const wait = call === "post" ? await runBefore(channelId, abort) : 0;
      const blockMs = wait > 0 ? wait : await deliver(row, abort);
      if (blockMs > 0) {
        log.debug({ event: "channel.blocked", call, channelId, forMs: blockMs }, "channel left alone");
        return await rateLimits.blockUntil(bucketKey(call, channelId), clock.now() + blockMs);
      }
    }
  };
}
