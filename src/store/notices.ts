import { type Kysely, type SqlBool, sql } from "kysely";
import type { NoticeStore } from "../app/ports/delivery-store.ts";
import { makeDeliveryStore, selectDue } from "./deliveries.ts";
import { addNotice } from "./recipient-lookups.ts";
import type { Tables } from "./schema.ts";

/** Notices to post. They are never updated. */
export const UNPOSTED_NOTICE = sql<SqlBool>`notices.ts is null`;

export function makeNoticeStore(db: Kysely<Tables>): NoticeStore {
  const from = sql`notices`;
  const order = sql`notices.next_attempt_at`;
  return {
    ...makeDeliveryStore(db, "notices"),

    due: (now, perChannel) =>
      selectDue<Tables["notices"]>(db, { table: "notices", from, pending: UNPOSTED_NOTICE, order }, now, perChannel),

    stepWithoutId: (id) =>
      db
        .selectFrom("stepsWithoutId")
        .select(["target", "account", "region", "executionId", "documentName", "stepName"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow(),

    add: (requestId, kind, channelId) => addNotice(db, requestId, kind, channelId),

    ofRequest: (requestId) =>
      db.selectFrom("notices").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),
  };
}
