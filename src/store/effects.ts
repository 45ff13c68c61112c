import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Backlog, EffectKind, EffectStore, FailingEffect, Lags } from "../app/ports/effect-store.ts";
import { NOT_WAITING } from "../core/execution.ts";
import { countUnrecorded, REFUSED, UNPUBLISHED } from "./audit.ts";
import { UNEVALUATED, UNREPLIED } from "./clicks.ts";
import type { WholeRows } from "./damaged-rows.ts";
import { BEHIND } from "./digests.ts";
import { letOthersRun } from "./let-others-run.ts";
import { MESSAGES_OF_REQUESTS, OUTDATED, UNPOSTED } from "./messages.ts";
import { NOTICES_OF_REQUESTS, UNPOSTED_NOTICE } from "./notices.ts";
import { UNRESOLVED } from "./recipient-lookups.ts";
import { CONTRADICTION, NOT_CLOSED, REQUESTS_WITH_LATEST_ATTEMPT, UNSIGNALED, UNVERIFIED } from "./requests.ts";
import type { Tables } from "./schema.ts";

/** One kind of effect. The condition is that of its worker's query, without its time and claim. */
interface Effect {
  kind: EffectKind;
  from: RawBuilder<unknown>;
  pending: RawBuilder<SqlBool>;
  /** The last error. */
  error: RawBuilder<string | null>;
  /** The channel or the request that the effect is about. */
  about: RawBuilder<string>;
  /** The request; null if the effect belongs to no single request. */
  request: RawBuilder<string> | null;
}

const EFFECTS: readonly Effect[] = [
  { kind: "post", from: MESSAGES_OF_REQUESTS, pending: UNPOSTED, ...ofChannel("messages") },
  { kind: "update", from: MESSAGES_OF_REQUESTS, pending: OUTDATED, ...ofChannel("messages") },
  { kind: "digest", from: sql`digests`, pending: BEHIND, ...ofChannel("digests"), request: null },
  { kind: "notice", from: NOTICES_OF_REQUESTS, pending: UNPOSTED_NOTICE, ...ofChannel("notices") },
  { kind: "recipients", from: sql`recipient_lookups`, pending: UNRESOLVED, ...ofRequest("recipient_lookups") },
  { kind: "requester", from: sql`requester_lookups`, pending: sql`true`, ...ofRequest("requester_lookups") },
  {
    kind: "signal",
    from: REQUESTS_WITH_LATEST_ATTEMPT,
    pending: UNSIGNALED,
    error: sql.ref("signals.error"),
    about: sql.ref("requests.id"),
    request: sql.ref("requests.id"),
  },
  {
    kind: "verify",
    from: sql`requests`,
    pending: UNVERIFIED,
    error: CONTRADICTION,
    about: sql.ref("requests.id"),
    request: sql.ref("requests.id"),
  },
  { kind: "click", from: sql`clicks`, pending: UNEVALUATED, ...ofRequest("clicks") },
  { kind: "reply", from: sql`clicks`, pending: UNREPLIED, ...ofRequest("clicks") },
  {
    kind: "publish",
    from: sql`audit`,
    // A refused record is not tried again, and stays in the backlog for an admin to see.
    pending: sql`(${UNPUBLISHED} or ${REFUSED})`,
    ...ofRequest("audit"),
    error: sql.ref("audit.publish_error"),
  },
];

function ofRequest(table: string): Pick<Effect, "error" | "about" | "request"> {
  const request = sql.ref<string>(`${table}.request_id`);
  return { error: sql.ref(`${table}.last_error`), about: request, request };
}

function ofChannel(table: string): Pick<Effect, "error" | "about" | "request"> {
  return { ...ofRequest(table), about: sql.ref(`${table}.channel_id`) };
}

export function makeEffectStore(db: Kysely<Tables>, whole: WholeRows): EffectStore {
  return {
    async failing(requestId) {
      const found: FailingEffect[] = [];
      for (const { kind, from, pending, error, about, request } of EFFECTS) {
        if (request === null) continue;
        const { rows } = await sql<Omit<FailingEffect, "kind">>`
          select ${about} as about, ${error} as error
          from ${from}
          where ${pending} and ${request} = ${requestId} and ${error} is not null
          order by ${about}`.execute(db);
        for (const row of rows) found.push({ kind, ...row });
      }
      return found;
    },

    lags: () => readLags(db),

    async backlog() {
      const { open, covered, decided } = await db
        .selectFrom("requests")
        .select(({ fn }) => [
          fn.countAll<number>().as("open"),
          fn.count<number>("route").as("covered"),
          fn.count<number>("decision").as("decided"),
        ])
        .where(NOT_CLOSED)
        .executeTakeFirstOrThrow();
      const effects: Backlog[] = [];
      for (const effect of EFFECTS) {
        effects.push(await count(db, effect));
        await letOthersRun();
      }
      return {
        open,
        undecided: open - decided,
        uncovered: open - covered,
        unrecorded: await countUnrecorded(db),
        damaged: await whole.found(db),
        effects,
      };
    },
  };
}

/** Reads how far the bot is behind. */
async function readLags(db: Kysely<Tables>): Promise<Lags> {
  const oldest = async (from: RawBuilder<unknown>, at: RawBuilder<unknown>, pending: RawBuilder<SqlBool>) => {
    const { rows } = await sql<{
      at: number | null;
    }>`select min(${at}) as at from ${from} where ${pending}`.execute(db);
    return rows[0]?.at ?? null;
  };
  const waiting = await db
    .selectFrom("executions")
    .select(({ fn }) => ["target", fn.countAll<number>().as("count")])
    .where(sql<SqlBool>`executions.fingerprint <> ${sql.lit(NOT_WAITING)}`)
    .groupBy("target")
    .orderBy("target")
    .execute();
  const { refused } = await db
    .selectFrom("audit")
    .select(({ fn }) => fn.countAll<number>().as("refused"))
    .where(REFUSED)
    .executeTakeFirstOrThrow();
  return {
    oldestOpenAt: await oldest(sql`requests`, sql.ref("requests.opened_at"), NOT_CLOSED),
    oldestUnpostedAt: await oldest(MESSAGES_OF_REQUESTS, sql.ref("requests.opened_at"), UNPOSTED),
    refused,
    oldestUnpublishedAt: await oldest(sql`audit`, sql.ref("audit.at"), UNPUBLISHED),
    oldestStaleAt: await oldest(
      sql`executions`,
      sql.ref("executions.staleSince"),
      sql`executions.stale_since is not null`,
    ),
    waiting,
  };
}

/** Counts the pending rows. Its example of an error is the one that sorts last by channel or request. */
async function count(db: Kysely<Tables>, { kind, from, pending, error, about }: Effect): Promise<Backlog> {
  const fails = sql`${error} is not null`;
  const { rows } = await sql<{ due: number; failing: number; example: string | null }>`
    select count(*) as due, count(case when ${fails} then 1 end) as failing,
      max(case when ${fails} then ${about} || ${"\n"} || ${error} end) as example
    from ${from}
    where ${pending}`.execute(db);
  const { due, failing, example } = rows[0] ?? { due: 0, failing: 0, example: null };
  const [subject = "", ...lines] = (example ?? "").split("\n");
  return { kind, due, failing, lastError: example === null ? null : { about: subject, error: lines.join("\n") } };
}
