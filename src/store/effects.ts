import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Backlog, EffectKind, EffectStore, FailingEffect } from "../app/ports/effect-store.ts";
import type { Tables } from "./schema.ts";

/** Where each kind of effect stands in the rows: the same conditions by which its worker finds it, whatever the time. */
const EFFECTS: {
  kind: EffectKind;
  from: RawBuilder<unknown>;
  error: string;
  about: string;
  /** The column that names the request, where the effect is one request's. */
  request: string | null;
}[] = [
  {
    kind: "post",
    from: sql`messages join requests on requests.id = messages.request_id
      where ts is null and (requests.state <> 'closed' or claim is not null)`,
    error: "last_error",
    about: "channel_id",
    request: "messages.request_id",
  },
  {
    kind: "update",
    from: sql`messages where ts is not null and version < request_version`,
    error: "last_error",
    about: "channel_id",
    request: "request_id",
  },
  {
    kind: "digest",
    from: sql`digests where ended_at is null and (ts is null or last_error is not null)`,
    error: "last_error",
    about: "channel_id",
    request: null,
  },
  {
    kind: "notice",
    from: sql`notices where ts is null`,
    error: "last_error",
    about: "channel_id",
    request: "request_id",
  },
  {
    kind: "recipients",
    from: sql`recipient_lookups where done_at is null`,
    error: "last_error",
    about: "request_id",
    request: "request_id",
  },
  {
    kind: "signal",
    from: sql`requests where state = 'decided' and signal in ('due', 'sending', 'ambiguous')`,
    error: "signal_error",
    about: "id",
    request: "id",
  },
  {
    kind: "click",
    from: sql`clicks where evaluated_at is null`,
    error: "last_error",
    about: "request_id",
    request: "request_id",
  },
  {
    kind: "reply",
    from: sql`clicks where reply is not null and replied_at is null`,
    error: "last_error",
    about: "request_id",
    request: "request_id",
  },
  {
    kind: "publish",
    from: sql`audit where publishing in ('due', 'failed')`,
    error: "publish_error",
    about: "request_id",
    request: "request_id",
  },
];

export function makeEffectStore(db: Kysely<Tables>): EffectStore {
  const count = async ({ kind, from, error, about }: (typeof EFFECTS)[number]): Promise<Backlog> => {
    const fails = sql.raw(`${error} is not null`);
    const counted = await sql<{ due: number; failing: number; worst: string | null }>`
      select count(*) as due, count(case when ${fails} then 1 end) as failing,
        max(case when ${fails}
          then ${sql.raw(about)} || ${"\n"} || ${sql.raw(error)} end) as worst
      from ${from}`.execute(db);
    const row = counted.rows[0];
    const [place = "", ...words] = (row?.worst ?? "").split("\n");
    return {
      kind,
      due: row?.due ?? 0,
      failing: row?.failing ?? 0,
      lastError: row?.worst == null ? null : { about: place, error: words.join("\n") },
    };
  };
  return {
    async failing(requestId) {
      const found: FailingEffect[] = [];
      for (const { kind, from, error, about, request } of EFFECTS) {
        if (request === null) continue;
        const { rows } = await sql<Omit<FailingEffect, "kind">>`
          select ${sql.raw(about)} as about, ${sql.raw(error)} as error from ${from}
            and ${sql.raw(request)} = ${requestId} and ${sql.raw(error)} is not null
          order by ${sql.raw(about)}`.execute(db);
        for (const row of rows) found.push({ kind, ...row });
      }
      return found;
    },

    async backlog() {
      const { open, covered } = await db
        .selectFrom("requests")
        .select(({ fn }) => [fn.countAll<number>().as("open"), fn.count<number>("route").as("covered")])
        .where("state", "!=", "closed")
        .executeTakeFirstOrThrow();
      const effects: Backlog[] = [];
      for (const effect of EFFECTS) effects.push(await count(effect));
      return { open, uncovered: open - covered, effects };
    },
  };
}
