import type { Kysely, Transaction } from "kysely";
import type { Target } from "../app/ports/aws.ts";
import type { RequestChange, RequestStore } from "../app/ports/store.ts";
import { appendAudit } from "./audit.ts";
import { whereLeaseIsOwned } from "./guard.ts";
import { newMessage } from "./new-message.ts";
import { addRecipientLookup } from "./notices.ts";
import { auditFromRow, patchToRow, requestFromRow, requestToRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

export function makeRequestStore(db: Kysely<Tables>, publishes: boolean, now: () => number): RequestStore {
  return {
    open: (request, channels, audit, lease, lookup) =>
      db.transaction().execute(async (trx) => {
        if (lease !== undefined && !(await whereLeaseIsOwned(trx, lease))) return "lease-lost";
        const inserted = await trx
          .insertInto("requests")
          .values(requestToRow(request))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 0n) return "exists";
        for (const channelId of new Set(channels)) {
          await trx.insertInto("messages").values(newMessage(request.id, channelId)).execute();
        }
        if (lookup !== undefined) await addRecipientLookup(trx, request.id, lookup);
        await appendAudit(trx, [audit], publishes);
        return "opened";
      }),

    async advance(step) {
      try {
        return await db.transaction().execute((trx) => advance(trx, step, publishes, now()));
      } catch (error) {
        if (error instanceof ClickAlreadyEvaluated) return false;
        throw error;
      }
    },

    rebindTarget: (target) => db.transaction().execute((trx) => adopt(trx, target)),

    async byId(id) {
      const row = await db.selectFrom("requests").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : requestFromRow(row);
    },

    async ofExecution({ account, region }, executionId) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("account", "=", account)
        .where("region", "=", region)
        .where("executionId", "=", executionId)
        .orderBy("openedAt")
        .execute();
      return rows.map(requestFromRow);
    },

    async find(id) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where((where) => where.or([where("id", "=", id), where("executionId", "=", id)]))
        .orderBy("openedAt", "desc")
        .execute();
      return rows.map(requestFromRow);
    },

    async inState(states, limit) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("state", "in", [...states])
        .orderBy("openedAt")
        .limit(limit)
        .execute();
      return rows.map(requestFromRow);
    },

    votes: (requestId) =>
      db.selectFrom("votes").selectAll().where("requestId", "=", requestId).orderBy("at").orderBy("userId").execute(),

    signals: (requestId) =>
      db.selectFrom("signals").selectAll().where("requestId", "=", requestId).orderBy("at").orderBy("userId").execute(),

    async dueToSignal({ account, region }, at, limit) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("state", "=", "decided")
        .where("signal", "in", ["due", "sending", "ambiguous"])
        .where("account", "=", account)
        .where("region", "=", region)
        .where("signalNextAt", "<=", at)
        .orderBy("signalNextAt")
        .limit(limit)
        .execute();
      return rows.map(requestFromRow);
    },

    async postponeSignal(id, expectedVersion, signalNextAt) {
      await db
        .updateTable("requests")
        .set({ signalNextAt })
        .where("id", "=", id)
        .where("version", "=", expectedVersion)
        .where("state", "=", "decided")
        .execute();
    },

    async history(requestId) {
      const rows = await db.selectFrom("audit").selectAll().where("requestId", "=", requestId).orderBy("seq").execute();
      return rows.map(auditFromRow);
    },
  };
}

/** Another judge of the same click was first, so nothing of this change may stay. */
class ClickAlreadyEvaluated extends Error {}

/** Two who adopt from each other take turns: neither takes away what the other is only about to put there. */
async function adopt(trx: Transaction<Tables>, { key, account, region }: Target): Promise<void> {
  // A row that nobody else writes is held until the end.
  await trx
    .insertInto("rateLimits")
    .values({ name: `adopt:${account}/${region}`, nextAt: 0, blockedUntil: 0 })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ nextAt: 0 }))
    .execute();
  const theirs = trx
    .selectFrom("requests")
    .select("executionId")
    .where("account", "=", account)
    .where("region", "=", region);
  await trx
    .insertInto("executions")
    .columns(["target", "executionId", "fingerprint", "nextReadAt", "unchangedReads", "notFoundSince"])
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
        ])
        .where("target", "!=", key)
        .where("executionId", "in", theirs)
        .groupBy("executionId"),
    )
    .onConflict((conflict) => conflict.columns(["target", "executionId"]).doNothing())
    .execute();
  await trx.deleteFrom("executions").where("target", "!=", key).where("executionId", "in", theirs).execute();
  await trx
    .updateTable("requests")
    .set({ target: key })
    .where("account", "=", account)
    .where("region", "=", region)
    .where("target", "!=", key)
    .execute();
}

async function advance(
  trx: Transaction<Tables>,
  step: RequestChange,
  publishes: boolean,
  at: number,
): Promise<boolean> {
  if (step.lease !== undefined && !(await whereLeaseIsOwned(trx, step.lease))) return false;
  const result = await trx
    .updateTable("requests")
    .set({ ...patchToRow(step.patch), version: step.expectedVersion + 1 })
    .where("id", "=", step.requestId)
    .where("version", "=", step.expectedVersion)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  await trx
    .updateTable("messages")
    .set({ requestVersion: step.expectedVersion + 1 })
    .where("requestId", "=", step.requestId)
    .execute();
  if (step.vote !== undefined) {
    const { vote } = step;
    await trx
      .insertInto("votes")
      .values(vote)
      .onConflict((conflict) => conflict.columns(["requestId", "userId"]).doUpdateSet(vote))
      .execute();
  }
  if (step.withdraw !== undefined)
    await trx.deleteFrom("votes").where("requestId", "=", step.requestId).where("userId", "=", step.withdraw).execute();
  if (step.signal !== undefined) {
    const { signal } = step;
    await trx
      .insertInto("signals")
      .values(signal)
      .onConflict((conflict) => conflict.columns(["requestId", "userId"]).doUpdateSet(signal))
      .execute();
  }
  if (step.recipientLookup !== undefined) await addRecipientLookup(trx, step.requestId, step.recipientLookup);
  if (step.click !== undefined) {
    const { numUpdatedRows } = await trx
      .updateTable("clicks")
      .set({ evaluatedAt: at, lastError: null })
      .where("id", "=", step.click)
      .where("evaluatedAt", "is", null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new ClickAlreadyEvaluated();
  }
  for (const { userId, text } of step.replies ?? []) {
    await trx
      .updateTable("clicks")
      .set({ reply: text, repliedAt: null, nextAttemptAt: at, attempts: 0, lastError: null })
      // Their newest click that counted: nobody is told the same thing twice.
      .where("id", "=", (clicks) =>
        clicks
          .selectFrom("clicks")
          .select("id")
          .where("requestId", "=", step.requestId)
          .where("userId", "=", userId)
          .where("reply", "is", null)
          .where("evaluatedAt", "is not", null)
          .orderBy("receivedAt", "desc")
          .limit(1),
      )
      .execute();
  }
  await appendAudit(trx, step.audit, publishes);
  return true;
}
