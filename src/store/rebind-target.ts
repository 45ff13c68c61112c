import type { Kysely, Transaction } from "kysely";
import type { Target } from "../app/ports/aws.ts";
import type { Tables } from "./schema.ts";

/**
 * Moves the requests and watched executions of the target's account and Region to its present name. In nearly all starts
 * nothing has another name, and nothing is written.
 */
export async function rebindTarget(db: Kysely<Tables>, target: Target): Promise<void> {
  if (await hasOtherName(db, target)) await db.transaction().execute((trx) => rebind(trx, target));
}

/** The conditions are two ranges of an index, because a search for what differs would read all rows. */
async function hasOtherName(db: Kysely<Tables>, { key, account, region }: Target): Promise<boolean> {
  const request = await db
    .selectFrom("requests")
    .select("id")
    .where("account", "=", account)
    .where("region", "=", region)
    .where((where) => where.or([where("target", "<", key), where("target", ">", key)]))
    .limit(1)
    .executeTakeFirst();
  if (request !== undefined) return true;
  const execution = await db
    .selectFrom("executions")
    .crossJoin("requests")
    .select("requests.id")
    .where((where) => where.or([where("executions.target", "<", key), where("executions.target", ">", key)]))
    .whereRef("requests.executionId", "=", "executions.executionId")
    .where("account", "=", account)
    .where("region", "=", region)
    .limit(1)
    .executeTakeFirst();
  return execution !== undefined;
}

async function rebind(trx: Transaction<Tables>, { key, account, region }: Target): Promise<void> {
  await serialize(trx, `adopt:${account}/${region}`);
  const ofTarget = trx
    .selectFrom("requests")
    .select("executionId")
    .where("account", "=", account)
    .where("region", "=", region);
  await trx
    .insertInto("executions")
    .columns([
      "target",
      "executionId",
      "fingerprint",
      "nextReadAt",
      "unchangedReads",
      "notFoundSince",
      "listedAt",
      "announcedAt",
      "staleSince",
    ])
    .expression((from) =>
      from
        .selectFrom("executions")
        .select(({ fn, val }) => [
          val(key).as("target"),
          "executionId",
          fn.max("fingerprint").as("fingerprint"),
          fn.min("nextReadAt").as("nextReadAt"),
          fn.min("unchangedReads").as("unchangedReads"),
          fn.max("notFoundSince").as("notFoundSince"),
          fn.max("listedAt").as("listedAt"),
          fn.max("announcedAt").as("announcedAt"),
          fn.max("staleSince").as("staleSince"),
        ])
        .where("target", "!=", key)
        .where("executionId", "in", ofTarget)
        .groupBy("executionId"),
    )
    .onConflict((conflict) => conflict.columns(["target", "executionId"]).doNothing())
    .execute();
  await trx.deleteFrom("executions").where("target", "!=", key).where("executionId", "in", ofTarget).execute();
  await trx
    .updateTable("requests")
    .set({ target: key })
    .where("account", "=", account)
    .where("region", "=", region)
    .where("target", "!=", key)
    .execute();
}

/**
 * Makes replicas that rebind the same account and Region do it one after the other: otherwise one could delete a watched
 * execution that the other is about to insert. The row has no other use, and is locked until the transaction ends.
 */
async function serialize(trx: Transaction<Tables>, name: string): Promise<void> {
  await trx
    .insertInto("rateLimits")
    .values({ name, nextAt: 0, blockedUntil: 0 })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ nextAt: 0 }))
    .execute();
}
