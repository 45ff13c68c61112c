import { type Kysely, sql } from "kysely";
import { UNPOSTED_NOTICE } from "./notices.ts";
import type { Tables } from "./schema.ts";

/**
 * Deletes old rows that belong to no request: rate limits that restrict nothing, App Home views that are not refreshed any
 * more, and steps without an id whose notices are posted. A step goes when its execution is not watched, because a later
 * read of it would add the step, and its notice, again.
 */
export const deleteExpired = (db: Kysely<Tables>, cutoff: number): Promise<void> =>
  db.transaction().execute(async (trx) => {
    await trx.deleteFrom("rateLimits").where("nextAt", "<", cutoff).where("blockedUntil", "<", cutoff).execute();
    await trx.deleteFrom("homeViews").where("openedAt", "<", cutoff).execute();
    const steps = await trx
      .deleteFrom("stepsWithoutId")
      .where(
        "id",
        "in",
        trx
          .selectFrom("recipientLookups")
          .select("requestId")
          .where("kind", "=", "step-without-id")
          .where("doneAt", "<", cutoff),
      )
      .where("executionId", "not in", trx.selectFrom("executions").select("executionId"))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("notices")
              .leftJoin("requests", "requests.id", "notices.requestId")
              .select("notices.id")
              .whereRef("notices.requestId", "=", "stepsWithoutId.id")
              .where(UNPOSTED_NOTICE),
          ),
        ),
      )
      .returning("id")
      .execute();
    for (const { id } of steps)
      for (const table of ["notices", "recipient_lookups"])
        await sql`delete from ${sql.table(table)} where request_id = ${id}`.execute(trx);
  });
