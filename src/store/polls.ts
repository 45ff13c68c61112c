import type { Kysely } from "kysely";
import type { PollStore } from "../app/ports/coordination.ts";
import type { GuardedStore } from "../app/ports/store.ts";
import type { Transact } from "./guard.ts";
import type { Tables } from "./schema.ts";

export function makePollStore(db: Kysely<Tables>): PollStore {
  return {
    all: () => db.selectFrom("polls").select(["target", "polledAt", "error"]).orderBy("target").execute(),
  };
}

export function makeGuardedPollStore(transact: Transact): GuardedStore["polls"] {
  return {
    record: (target, at, error, replica) =>
      transact(async (trx) => {
        const poll = { triedAt: at, error, replica, ...(error === null ? { polledAt: at } : {}) };
        await trx
          .insertInto("polls")
          .values({ target, polledAt: null, ...poll })
          .onConflict((conflict) => conflict.column("target").doUpdateSet(poll))
          .execute();
      }, undefined),
  };
}
