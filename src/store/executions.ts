import { randomUUID } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import type { ExecutionStore, WatchedExecution } from "../app/ports/execution-store.ts";
import type { GuardedStore } from "../app/ports/store.ts";
import { ANNOUNCED, NOT_WAITING } from "../core/execution.ts";
import { didChange } from "./changed-rows.ts";
import type { Transact } from "./guard.ts";
import { addRecipientLookup } from "./recipient-lookups.ts";
import type { Tables } from "./schema.ts";

/** The rows of one statement: PostgreSQL and SQLite limit its values. */
const ROWS_PER_STATEMENT = 100;

export function makeExecutionStore(db: Kysely<Tables>): ExecutionStore {
  return {
    async watched(target, page) {
      const all = db.selectFrom("executions").selectAll().where("target", "=", target).orderBy("executionId");
      const rows = page === undefined ? all : all.where("executionId", ">", page.after).limit(page.limit);
      return (await rows.execute()).map(fromRow);
    },

    async count(target) {
      const { count } = await db
        .selectFrom("executions")
        .select((select) => select.fn.countAll<number | string>().as("count"))
        .where("target", "=", target)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async find(target, executionId) {
      const [row] = await db
        .selectFrom("executions")
        .selectAll()
        .where("target", "=", target)
        .where("executionId", "=", executionId)
        .execute();
      return row === undefined ? null : fromRow(row);
    },

    recordStale: (execution, at) => recordStale(db, execution, at),

    async clearStale({ target, executionId }) {
      await db
        .updateTable("executions")
        .set({ staleSince: null })
        .where("target", "=", target)
        .where("executionId", "=", executionId)
        .where("staleSince", "is not", null)
        .execute();
    },

    announce: (events, at) =>
      db.transaction().execute(async (trx) => {
        for (const event of events.toSorted(byExecution)) await announce(trx, event, at);
      }),

    wake: (target, executionId, at) => wakeAll(db, target, [executionId], at),
    wakeAll: (target, executionIds, at) => wakeAll(db, target, executionIds, at),

    ...makeDueReads(db),
  };
}

/** Longer than the longest wait for the next read: a time further ahead is from before the clock was set back. */
const MAX_READ_WAIT_MS = 40 * 60_000;

function makeDueReads(db: Kysely<Tables>): Pick<ExecutionStore, "due" | "dueTargets"> {
  return {
    async due(target, now, limit) {
      const executions = db.selectFrom("executions").selectAll().where("target", "=", target);
      // Two searches of the index: with one condition for both, SQLite would read every execution of the target.
      const due = executions.where("nextReadAt", "<=", now).orderBy("nextReadAt").limit(limit);
      const beforeClockWasSet = executions.where("nextReadAt", ">", now + MAX_READ_WAIT_MS).limit(limit);
      const rows = await db
        .selectFrom(due.as("due"))
        .selectAll()
        .unionAll(db.selectFrom(beforeClockWasSet.as("far")).selectAll())
        .limit(limit)
        .execute();
      return rows.map(fromRow);
    },

    async dueTargets(now) {
      const rows = await db
        .selectFrom("executions")
        // Not the bare column: SQLite would follow an index of all executions to have the targets in order.
        .select(sql<string>`executions.target || ''`.as("target"))
        .distinct()
        .where((where) => where.or([where("nextReadAt", "<=", now), where("nextReadAt", ">", now + MAX_READ_WAIT_MS)]))
        .execute();
      return rows.map(({ target }) => target);
    },
  };
}

export function makeGuardedExecutionStore(db: Kysely<Tables>, transact: Transact): GuardedStore["executions"] {
  const { watched, count, recordStale, clearStale } = makeExecutionStore(db);
  return {
    watched,
    count,
    recordStale,
    clearStale,

    watch: (execution) => transact((trx) => watch(trx, [execution]), undefined),

    watchAll: (all) =>
      transact(async (trx) => {
        const sorted = all.toSorted(byExecution);
        for (let from = 0; from < all.length; from += ROWS_PER_STATEMENT)
          await watch(trx, sorted.slice(from, from + ROWS_PER_STATEMENT));
      }, undefined),

    recordRead: (seen, nextReadAt, unchangedReads, shown = null) =>
      transact(
        (trx) => recordResult(trx, seen, { nextReadAt, unchangedReads, notFoundSince: null, ...shown }),
        undefined,
      ),

    recordNotFound: (seen, nextReadAt, notFoundSince) =>
      transact((trx) => recordResult(trx, seen, { nextReadAt, notFoundSince }), undefined),

    recordWithoutId: (step) =>
      transact(async (trx) => {
        const id = randomUUID();
        const inserted = await trx
          .insertInto("stepsWithoutId")
          .values({ id, ...step })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (didChange(inserted)) await addRecipientLookup(trx, id, "step-without-id");
      }, undefined),

    forget: (target, executionId, nextReadAt) =>
      transact(async (trx) => {
        await trx
          .deleteFrom("executions")
          .where("target", "=", target)
          .where("executionId", "=", executionId)
          .$if(nextReadAt !== undefined, (query) => query.where("nextReadAt", "=", nextReadAt ?? 0))
          .execute();
      }, undefined),
  };
}

/** Watches executions that all have the same properties: those of an execution that is watched already replace its own. */
async function watch(trx: Transaction<Tables>, executions: readonly WatchedExecution[]): Promise<void> {
  const unset = { notFoundSince: null, listedAt: null, announcedAt: null, staleSince: null };
  await trx
    .insertInto("executions")
    .values(executions.map((execution) => ({ ...unset, ...execution })))
    .onConflict((conflict) =>
      conflict.columns(["target", "executionId"]).doUpdateSet((row) => ({
        notFoundSince: null,
        ...Object.fromEntries(
          Object.keys(executions[0] ?? {}).map((name) => [name, row.ref(`excluded.${name}` as never)]),
        ),
      })),
    )
    .execute();
}

async function wakeAll(db: Kysely<Tables>, target: string, executionIds: readonly string[], at: number): Promise<void> {
  await db
    .updateTable("executions")
    .set({ nextReadAt: at, unchangedReads: 0 })
    .where("target", "=", target)
    .where("executionId", "in", executionIds)
    .execute();
}

async function recordStale(
  db: Kysely<Tables>,
  { target, executionId }: Parameters<ExecutionStore["recordStale"]>[0],
  at: number,
): Promise<number> {
  const { staleSince } = await db
    .insertInto("executions")
    .values({
      ...{ target, executionId, fingerprint: NOT_WAITING, nextReadAt: at, unchangedReads: 0 },
      ...{ notFoundSince: null, listedAt: null, announcedAt: null, staleSince: at },
    })
    .onConflict((conflict) =>
      conflict
        .columns(["target", "executionId"])
        .doUpdateSet({ staleSince: sql<number>`coalesce(executions.stale_since, ${at})` }),
    )
    .returning("staleSince")
    .executeTakeFirstOrThrow();
  return staleSince ?? at;
}

/** Leaves out the times that are not set. */
function fromRow({ notFoundSince, listedAt, announcedAt, staleSince, ...row }: Tables["executions"]): WatchedExecution {
  return {
    ...row,
    ...(announcedAt === null ? {} : { announcedAt }),
    ...(notFoundSince === null ? {} : { notFoundSince }),
    ...(listedAt === null ? {} : { listedAt }),
    ...(staleSince === null ? {} : { staleSince }),
  };
}

type ExecutionName = Pick<WatchedExecution, "target" | "executionId">;
type Announcement = Parameters<ExecutionStore["announce"]>[0][number];

/** Two replicas that change the same executions lock their rows in the same order. */
const byExecution = (a: ExecutionName, b: ExecutionName) =>
  `${a.target} ${a.executionId}` < `${b.target} ${b.executionId}` ? -1 : 1;

async function announce(trx: Transaction<Tables>, { target, executionId, mayWait }: Announcement, at: number) {
  const { numUpdatedRows } = await trx
    .updateTable("executions")
    .set({
      announcedAt: at,
      unchangedReads: 0,
      // A read in progress records its result only if the time of the next read is the one that it saw: this one is earlier.
      nextReadAt: sql<number>`case when next_read_at > ${at} then cast(${at} as bigint) else next_read_at - 1 end`,
    })
    .where("target", "=", target)
    .where("executionId", "=", executionId)
    .executeTakeFirst();
  if (numUpdatedRows > 0n || !mayWait) return;
  const times = { nextReadAt: at, listedAt: at, announcedAt: at, notFoundSince: null, staleSince: null };
  await trx
    .insertInto("executions")
    .values({ target, executionId, fingerprint: ANNOUNCED, unchangedReads: 0, ...times })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Writes the result of a read, unless the row has changed since: then another read was asked for. */
async function recordResult(
  trx: Transaction<Tables>,
  seen: WatchedExecution,
  change: Partial<Tables["executions"]>,
): Promise<void> {
  await trx
    .updateTable("executions")
    .set(change)
    .where("target", "=", seen.target)
    .where("executionId", "=", seen.executionId)
    .where("fingerprint", "=", seen.fingerprint)
    .where("nextReadAt", "=", seen.nextReadAt)
    .execute();
}
