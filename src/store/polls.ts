import type { Kysely } from "kysely";
import type { PollStore } from "../app/ports/coordination.ts";
import type { GuardedStore } from "../app/ports/store.ts";
import type { Transact } from "./guard.ts";
import type { Tables } from "./schema.ts";

export function makePollStore(db: Kysely<Tables>, now: () => number): PollStore {
  return {
    async all() {
      const rows = await db
        .selectFrom("polls")
        .leftJoin("replicas", (join) =>
          join.onRef("replicas.id", "=", "polls.replica").on("replicas.until", ">", now()),
        )
        .select(["target", "polledAt", "error", "everyMs", "unannouncedAt", "replicas.id as liveReplica"])
        .orderBy("target")
        .execute();
      return rows.map(({ liveReplica, ...poll }) => ({ ...poll, live: liveReplica !== null }));
    },
    async unannouncedAt(target) {
      const row = await db.selectFrom("polls").select("unannouncedAt").where("target", "=", target).executeTakeFirst();
      return row?.unannouncedAt ?? null;
    },
  };
}

export function makeGuardedPollStore(transact: Transact): GuardedStore["polls"] {
  return {
    record: (target, at, error, replica, everyMs, unannouncedAt = null) =>
      transact(async (trx) => {
        const polledAt = error === null ? { polledAt: at } : {};
        const poll = { triedAt: at, error, replica, everyMs, unannouncedAt, ...polledAt };
        await trx
          .insertInto("polls")
          .values({ target, polledAt: null, ...poll })
          .onConflict((conflict) => conflict.column("target").doUpdateSet(poll))
          .execute();
      }, undefined),
  };
}
