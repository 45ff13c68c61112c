import PQueue from "p-queue";
import { type LoopOptions, startLoop } from "./loop.ts";
import type { Topic } from "./wake-ups.ts";

/** Something that runs until it is stopped. */
export interface Worker {
  /** Starts nothing more, and resolves when the rows in progress are done. */
  stop(): Promise<void>;
}

/** `look-again`: more may be due at once, whether or not the last look found more rows than there was room for. */
export type WorkResult = "done" | "look-again";

/** What a worker tells its query. */
export interface Look {
  /** How many rows are enough. */
  limit: number;
  /** Keys of the rows in progress: these may still look due, and are skipped. */
  inProgress: ReadonlySet<string>;
  /** Whether a wake-up led to this look, rather than a tick. */
  woken: boolean;
}

export interface WorkerOptions<Row> extends LoopOptions {
  /** Finds the rows that are due, the most urgent first. */
  due: (look: Look) => Promise<readonly Row[]>;
  /** Names a row; no two rows with one key are in progress at the same time. */
  keyOf: (row: Row) => string;
  work: (row: Row, abort: AbortSignal) => Promise<WorkResult>;
  /**
   * Records that the row is not due before `until`. Called after an unexpected failure: otherwise a full batch of such
   * rows would be due again at once, and hide all others.
   */
  backOff: (row: Row, until: number, abort: AbortSignal) => Promise<void>;
  backOffMs: number;
  /** How many rows are in progress at most. */
  concurrency: number;
  /** Tells which rows have priority. Their worker never waits. Without it, the worker waits for decisions before each look. */
  isDecision?: (row: Row) => boolean;
  /** Tells whether a row may start next to the rows in progress. Without it, any may. */
  mayStart?: (row: Row, inProgress: readonly Row[]) => boolean;
  /** Topics to wake when a row is done; a function if they depend on the time of its end. */
  wakes?: readonly Topic[] | (() => readonly Topic[]);
  /** Fields of the log line about an unexpected failure, besides the row's key. */
  about?: (row: Row) => object;
}

/**
 * Works on the rows that are due, several at a time. It looks for them at each tick and each wake-up, and starts the next
 * row as soon as another is done, so that a slow row delays none behind it.
 *
 * States of a row:
 * - due: `due` finds it. Ends when it is started, here or in another replica.
 * - in progress: ends when `work` returns, with whatever it has recorded, or throws.
 * - backing off: `work` threw, and the row is not due until its time has come.
 *
 * Rows in progress may still look due, so each look asks for more rows than there is room for. A row that ends during a look
 * may look due as well: only the next look, at the latest at the next tick, can start it again. Rows that find no room are
 * a backlog: then the worker looks again as soon as a row is done. After a failure it waits for the next tick, since
 * where not even the back-off can be recorded, the row is still due.
 */
export function startWorker<Row>(options: WorkerOptions<Row>): Worker {
  const { name, due, keyOf, work, backOff, backOffMs, concurrency, wakes = [], about, wakeUps, clock, log } = options;
  const { isDecision } = options;
  const { priority } = wakeUps;
  const pool = new PQueue({ concurrency });
  const inProgress = new Map<string, Row>();
  /** The rows that ended since the present look began: it may find them as they were. */
  const ended = new Set<string>();
  const stopping = new AbortController();
  let hasBacklog = false;

  const run = async (row: Row, key: string) => {
    let result: WorkResult | "failed" = "failed";
    try {
      const doWork = () => work(row, stopping.signal);
      result = await (isDecision?.(row) ? priority.decide(doWork) : doWork());
    } catch (error) {
      const fields = { worker: name, row: key, ...about?.(row), err: error };
      log.error({ event: "row.failed", ...fields }, "unexpected failure of a row; trying again later");
      await backOff(row, clock.now() + backOffMs, stopping.signal).catch(() => undefined);
    }
    inProgress.delete(key);
    ended.add(key);
    if (result === "failed") return;
    wakeUps.wake(...(typeof wakes === "function" ? wakes() : wakes));
    if (hasBacklog || result === "look-again") loop.wake();
  };

  const start = (rows: readonly Row[]) => {
    hasBacklog = false;
    for (const row of rows) {
      const key = keyOf(row);
      if (inProgress.has(key) || ended.has(key)) continue;
      hasBacklog = inProgress.size >= concurrency;
      if (hasBacklog) return;
      if (options.mayStart?.(row, [...inProgress.values()]) === false) continue;
      inProgress.set(key, row);
      void pool.add(() => run(row, key));
    }
  };

  const loop = startLoop({
    ...options,
    ...(isDecision ? {} : { before: () => priority.waitForDecisions() }),
    async round(_, woken) {
      const limit = 2 * concurrency + inProgress.size;
      ended.clear();
      const rows = await due({ limit, inProgress: new Set(inProgress.keys()), woken });
      if (!stopping.signal.aborted) start(rows);
      return undefined;
    },
  });

  return {
    async stop() {
      stopping.abort();
      await loop.stop();
      await pool.onIdle();
    },
  };
}
