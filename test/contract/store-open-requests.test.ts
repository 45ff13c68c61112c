import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { NOW } from "../support/samples.ts";
import { startSqlJournal } from "../support/sql-journal.ts";
import { aStore, type OpenStore, sqliteFile } from "../support/stores.ts";

/**
 * The steps of a plan whose cost grows with the number of open requests. A search for one row is none, and neither is a scan
 * of an index that has only the rows with work left.
 */
const GROWS = [
  /^SCAN (?:messages|requests|executions)\b(?! USING (?:COVERING )?INDEX \w+_(?:unposted|outdated|unverified)\b)/,
  /^SEARCH requests USING (?:COVERING )?INDEX \w+ \((?:state=\?|account=\? AND region=\?)(?: AND opened_at>\?)?\)/,
];

/** Returns the steps that grow of all statements that `run` executes. SQLite plans them alike with any number of rows. */
async function growingSteps(t: TestContext, run: (store: OpenStore) => Promise<unknown>): Promise<string[]> {
  const file = sqliteFile();
  const store = await aStore(t, { engine: { name: "SQLite", create: () => file }, now: () => NOW });
  const journal = startSqlJournal();
  try {
    await run(store);
  } finally {
    journal.mark("end");
    journal.stop();
  }
  const reader = new DatabaseSync(file.path, { readOnly: true });
  try {
    const steps = journal
      .until("end")
      .from("")
      .flatMap((entry) => {
        if (!("sql" in entry) || !/^\s*(?:select|update|delete)\b/i.test(entry.sql)) return [];
        const plan = reader.prepare(`explain query plan ${entry.sql}`).all(...(entry.values as SQLInputValue[]));
        return plan.map(({ detail }) => String(detail));
      });
    assert.ok(steps.length > 0, "nothing was planned");
    return steps.filter((step) => GROWS.some((pattern) => pattern.test(step)));
  } finally {
    reader.close();
  }
}

const LOOKS: Record<string, (store: OpenStore) => Promise<unknown>> = {
  "the messages to post and to update": (store) => store.messages.due(NOW, 5),
  "the channels that need a digest": (store) => store.digests.begin(20, NOW),
};

for (const [name, look] of Object.entries(LOOKS))
  test(`the query for ${name} reads no row of an open request without work`, async (t) => {
    assert.deepEqual(await growingSteps(t, look), []);
  });
