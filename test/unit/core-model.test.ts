import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { bot } from "./model-bot.ts";
import { event } from "./model-events.ts";

/** With fewer signals, the runs prove too little. */
const MIN_SIGNALS = FULL_MATRIX ? 10 : 5;

/** Runs random events. `needed`: null if the bot signals; otherwise people signal, and AWS requires this many approvals. */
async function runs(t: TestContext, needed: fc.Arbitrary<number | null>) {
  const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`seed ${seed}; FC_SEED repeats it`);
  let signals = 0;
  const outcomes = new Set<string>();
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    needed,
    fc.array(event, { minLength: 30, maxLength: 80, size: "max" }),
    async (quorum, gates, each, events) => {
      const store = await openStore({ dialect: sqliteDialect(":memory:"), publishes: false, now: () => 0 });
      try {
        const { handle, finish, aws } = await bot(store, quorum, gates, each);
        for (const worker of ["poll", "sync", "deliver"] as const) await handle({ kind: "work", worker, together: 1 });
        for (const next of events) await handle(next);
        await finish();
        signals += aws.sent.length;
        for (const { outcome } of aws.sent) outcomes.add(outcome);
      } finally {
        await store.close();
      }
    },
  );
  // A few runs may have few signals.
  for (let more = 0; more === 0 || (signals < MIN_SIGNALS && more < 4); more++)
    await fc.assert(property, { numRuns: FULL_MATRIX ? 100 : 3, seed: seed + more });
  assert.ok(signals >= MIN_SIGNALS, `only ${signals} signals: the runs do not test enough signals`);
  t.diagnostic(`${signals} signals with these outcomes: ${[...outcomes].join("; ")}`);
}

test("for random clicks and replies of AWS, a signal needs a complete quorum of permitted people, is for the waiting gate, and is repeated only if the first one certainly had no effect; finally every request is resolved and shown", (t) =>
  runs(t, fc.constant(null)));

test("for random events with a signal by each approver, only people with that vote signal, one at a time, none twice, and no more than AWS requires", (t) =>
  runs(t, fc.integer({ min: 1, max: 3 })));
