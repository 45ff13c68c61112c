import { type Kysely, sql } from "kysely";
import type { RequestTimes } from "../app/ports/effect-store.ts";
import { requestFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Slack's id of a message is the time of its post. */
const toTime = (ts: string | null | undefined) => (ts == null ? null : Number(ts) * 1000);

export function makeRequestTimes(db: Kysely<Tables>): RequestTimes {
  return {
    async ofFirstMessage(messageId, ts) {
      const row = await db
        .selectFrom("messages")
        .innerJoin("requests", "requests.id", "messages.requestId")
        .selectAll("requests")
        .where("messages.id", "=", messageId)
        .where("messages.ts", "=", ts)
        .where("messages.deletions", "=", 0)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("messages as other")
                .select("other.id")
                .whereRef("other.requestId", "=", "messages.requestId")
                .where("other.id", "!=", messageId)
                .where((where) => where.or([where("other.ts", "<=", ts), where("other.deletions", ">", 0)])),
            ),
          ),
        )
        .executeTakeFirst();
      return row === undefined ? null : requestFromRow(row);
    },

    async firstPostedAt(requestId) {
      const row = await db
        .selectFrom("messages")
        .select(({ fn }) => fn.min("ts").as("ts"))
        .where("requestId", "=", requestId)
        .executeTakeFirst();
      return toTime(row?.ts);
    },

    async decidingClickAt(requestId) {
      const row = await db
        .selectFrom("clicks")
        .innerJoin("requests", "requests.id", "clicks.requestId")
        .select("clicks.receivedAt")
        .where("clicks.requestId", "=", requestId)
        .where("clicks.verdict", "=", sql<"approve">`requests.decision`)
        .where("clicks.evaluatedAt", ">=", sql<number>`requests.decided_at`)
        .orderBy("clicks.evaluatedAt")
        .orderBy("clicks.receivedAt")
        .limit(1)
        .executeTakeFirst();
      return row?.receivedAt ?? null;
    },
  };
}
