import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Click, ClickStore, DueClick } from "../app/ports/click-store.ts";
import { appendAudit } from "./audit.ts";
import { didChange } from "./changed-rows.ts";
import { clickFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Clicks that the bot has not evaluated. */
export const UNEVALUATED = sql<SqlBool>`clicks.evaluated_at is null`;

/** Clicks whose author has not received the reply. */
export const UNREPLIED = sql<SqlBool>`clicks.reply is not null and clicks.replied_at is null`;

export function makeClickStore(db: Kysely<Tables>, now: () => number): ClickStore {
  return {
    record: (click, until = 0) => record(db, click, until),

    async unevaluated(at, limit, { own = [], ...options } = {}) {
      const isDue = or([
        isDueAt(at),
        sql<SqlBool>`(${IS_POSTPONED} and ${IS_REPLACED})`,
        ...(own.length === 0 ? [] : [sql<SqlBool>`id in (${sql.join([...own])})`]),
      ]);
      const pending = sql<SqlBool>`${UNEVALUATED} and ${isDue} and ${NO_EARLIER_CLICK}`;
      const rows = await selectFairly<DueRow>(
        db,
        pending,
        "evaluatedAt",
        { limit, ...options },
        sql`, ${REPLACED_BY} as replaced_by`,
      );
      return rows.map(({ replacedBy, ...row }) => ({ ...clickFromRow(row), replacedBy }));
    },

    async unreplied(at, limit) {
      const pending = sql<SqlBool>`${UNREPLIED} and ${isDueAt(at)}`;
      return (await selectFairly(db, pending, "repliedAt", { limit })).map(clickFromRow);
    },

    claim: (id, at, until) => claim(db, id, at, until),

    recordEvaluated: (id, reply, audit) =>
      db.transaction().execute(async (trx) => {
        const result = await trx
          .updateTable("clicks")
          .set({ evaluatedAt: now(), reply, nextAttemptAt: 0, attempts: 0, lastError: null })
          .where("id", "=", id)
          .where("evaluatedAt", "is", null)
          .executeTakeFirst();
        if (didChange(result) && audit !== null) await appendAudit(trx, [audit], false);
      }),

    async postpone({ id, evaluatedAt }, nextAttemptAt, lastError) {
      await db
        .updateTable("clicks")
        .set({ nextAttemptAt, lastError, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("evaluatedAt", evaluatedAt === null ? "is" : "is not", null)
        .execute();
    },

    async recordReplied({ id, reply }) {
      const sent = db.updateTable("clicks").where("id", "=", id).where("reply", "=", reply);
      await sent.set({ repliedAt: now() }).execute();
    },
  };
}

/**
 * A click waits for the person's earlier clicks on the same request, also while Slack's limit postpones them or another
 * replica evaluates them: a withdrawal that overtakes an approval would find nothing to withdraw.
 */
const NO_EARLIER_CLICK = sql<SqlBool>`not exists (
  select 1 from clicks as earlier_click
  where earlier_click.user_id = clicks.user_id and earlier_click.request_id = clicks.request_id
    and earlier_click.evaluated_at is null
    and (earlier_click.received_at < clicks.received_at
      or (earlier_click.received_at = clicks.received_at and earlier_click.id < clicks.id)))`;

/** The later clicks of the person that replace this one: see `ClickStore.unevaluated`. */
const REPLACING = sql`from clicks as later_click
  where later_click.user_id = clicks.user_id and later_click.request_id = clicks.request_id
    and later_click.evaluated_at is null
    and (later_click.received_at > clicks.received_at
      or (later_click.received_at = clicks.received_at and later_click.id > clicks.id))
    and ((clicks.verdict = 'approve' and later_click.verdict in ('reject', 'withdraw'))
      or (clicks.verdict <> 'withdraw' and clicks.authority = 'approver' and later_click.authority = 'break-glass'))`;

const REPLACED_BY = sql`(select case later_click.authority when 'break-glass' then 'break-glass' else later_click.verdict end
  ${REPLACING} order by later_click.received_at, later_click.id limit 1)`;

export const IS_REPLACED = sql<SqlBool>`exists (select 1 ${REPLACING})`;

/** A postponed click is not in evaluation: a claim for an evaluation removes its error. */
const IS_POSTPONED = sql<SqlBool>`clicks.last_error is not null`;

type DueRow = Tables["clicks"] & Pick<DueClick, "replacedBy">;

/**
 * Returns pending clicks: the oldest one of each person, then the next one of each, up to `ofEach`. Among these, the people in
 * `first` come first, then those whose last turn (`served`) is the longest time ago. A person with many clicks so gets one
 * turn at a time, like everyone else. `columns`: SQL of further columns.
 */
async function selectFairly<Row extends Tables["clicks"]>(
  db: Kysely<Tables>,
  pending: RawBuilder<SqlBool>,
  served: "evaluatedAt" | "repliedAt",
  { limit, first = [], ofEach = 1 }: { limit: number; first?: readonly string[]; ofEach?: number },
  columns: RawBuilder<unknown> = sql``,
): Promise<Row[]> {
  const column = sql.ref(`earlier.${served}`);
  const named = first.length === 0 ? sql`0` : sql`case when user_id in (${sql.join([...first])}) then 0 else 1 end`;
  const turns = sql<{ id: string; userId: string; receivedAt: number; turn: number }>`
    select id, user_id, received_at, turn from (
      select id, user_id, received_at, row_number() over (partition by user_id order by received_at, id) as turn
      from clicks
      where ${pending}
    ) as due
    where turn <= ${ofEach}`;
  const { rows } = await sql<Row>`
    select clicks.*${columns} from (
      select id, received_at, turn, ${named} as class,
        (select coalesce(max(${column}), 0) from clicks as earlier where earlier.user_id = turns.user_id) as last_turn
      from (${turns}) as turns
      order by turn, class, last_turn, received_at, id
      limit ${limit}
    ) as selected
    join clicks on clicks.id = selected.id
    order by selected.turn, selected.class, selected.last_turn, selected.received_at, selected.id`.execute(db);
  return rows;
}

const isDueAt = (at: number) => sql<SqlBool>`clicks.next_attempt_at <= ${at}`;

const or = (conditions: readonly RawBuilder<SqlBool>[]) => sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;

async function record(
  db: Kysely<Tables>,
  { origin, ...click }: Click,
  nextAttemptAt: number,
): Promise<"recorded" | "duplicate"> {
  const result = await db
    .insertInto("clicks")
    .values({
      ...click,
      channelId: origin.channelId,
      messageTs: origin.kind === "message" ? origin.ts : null,
      evaluatedAt: null,
      reply: null,
      repliedAt: null,
      nextAttemptAt,
      attempts: 0,
      lastError: null,
    })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .executeTakeFirst();
  return didChange(result) ? "recorded" : "duplicate";
}

async function claim(db: Kysely<Tables>, id: string, at: number, until: number): Promise<boolean> {
  const result = await db
    .updateTable("clicks")
    .set({ nextAttemptAt: until, lastError: sql`case when ${UNEVALUATED} then null else last_error end` })
    .where("id", "=", id)
    .where(sql<SqlBool>`(${isDueAt(at)} or (${UNEVALUATED} and ${IS_POSTPONED} and ${IS_REPLACED}))`)
    .where(sql<SqlBool>`(${UNEVALUATED} or ${UNREPLIED})`)
    .executeTakeFirst();
  return didChange(result);
}
