import { type Kysely, type SqlBool, sql } from "kysely";
import type { MessageRow, MessageStore } from "../app/ports/delivery-store.ts";
import { makeDeliveryStore } from "./deliveries.ts";
import type { Tables } from "./schema.ts";

/** What stands in no channel yet. What closed before anybody saw it needs no message; what may stand is settled. */
const UNPOSTED = sql<SqlBool>`messages.ts is null and (requests.state <> 'closed' or messages.claim is not null)`;
const OUTDATED = sql<SqlBool>`messages.ts is not null and messages.version < messages.request_version`;

export function makeMessageStore(db: Kysely<Tables>): MessageStore {
  const some = async (which: typeof UNPOSTED, now: number, perChannel: number): Promise<MessageRow[]> => {
    const rows = await db
      .selectFrom((from) =>
        from
          .selectFrom("messages")
          .innerJoin("requests", "requests.id", "messages.requestId")
          .selectAll("messages")
          .select(
            sql<number>`row_number() over (partition by channel_id order by deadline, opened_at)`.as("placeInChannel"),
          )
          .where(which)
          .where("nextAttemptAt", "<=", now)
          .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
          .as("waiting"),
      )
      .selectAll()
      .where("placeInChannel", "<=", perChannel)
      .orderBy("placeInChannel")
      .execute();
    return rows.map(({ placeInChannel: _, ...row }) => row);
  };

  return {
    ...makeDeliveryStore(db, "messages"),

    due: async (now, perChannel) => [
      ...(await some(UNPOSTED, now, perChannel)),
      ...(await some(OUTDATED, now, perChannel)),
    ],

    ofRequest: (requestId) =>
      db.selectFrom("messages").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),
  };
}
