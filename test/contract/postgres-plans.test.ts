import assert from "node:assert/strict";
import pg from "pg";
import { TARGET } from "../support/fakes.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { anEntry, aRequest, NOW } from "../support/samples.ts";
import { aStore, type OpenStore, postgresDatabase } from "../support/stores.ts";

const ROWS = 10_000;
const HISTORY = { before: null, since: 1, until: null, voters: null, limit: 50 };

/** Statements that run for each click, in each round of a worker, at each scrape of the metrics or for each visitor of App Home. */
const LOOKS: Record<string, (store: OpenStore) => Promise<unknown>> = {
  "unfinished work": (store) => store.effects.backlog(),
  delays: (store) => store.effects.lags(),
  "messages to post and to update": (store) => store.messages.due(NOW, 5),
  "next message to check": (store) => store.messages.nextPosted({ openedAt: 0, requestId: "", channelId: "" }, NOW),
  "channels that need a digest": (store) => store.digests.begin(20, NOW),
  reminders: (store) => store.requests.dueToRemind(NOW, 10),
  "signals to send": (store) => store.requests.dueToSignal(TARGET, NOW, 10),
  "targets with signals to send": (store) => store.requests.dueSignalTargets(NOW),
  "executions to read": (store) => store.executions.due(TARGET.key, NOW, 10),
  "targets with executions to read": (store) => store.executions.dueTargets(NOW),
  "clicks to evaluate": (store) => store.clicks.unevaluated(NOW, 10),
  "records to publish": (store) => store.audit.unpublished(NOW, 10),
  "waiting requests": (store) => store.search.waiting(5_000),
  "closed requests": (store) => store.search.closed(HISTORY),
};

/** Copies the only row of a table, with other values in some columns. `n`: the number of the copy. */
async function copy(client: pg.Client, table: string, count: number, values: Record<string, string>) {
  const { rows } = await client.query(
    "select column_name as name from information_schema.columns where table_name = $1",
    [table],
  );
  const names = rows.map(({ name }: { name: string }) => name);
  const columns = names.map((name) => values[name] ?? `"${name}"`);
  await client.query(
    `insert into ${table} (${names.map((name) => `"${name}"`).join(",")}) select ${columns.join(",")}
     from (select * from ${table} limit 1) as row, generate_series(1, ${count}) as n`,
  );
}

fullMatrixTest(
  "PostgreSQL: counts, searches and lists read no table of 10,000 open and 10,000 closed requests in full",
  async (t) => {
    const database = await postgresDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    // Before the store removes the database, which has no connection then.
    t.after(() => client.end());
    const store = await aStore(t, { engine: { name: "PostgreSQL", create: () => database }, now: () => NOW });
    const request = aRequest({ id: "o", executionId: "o", stepExecutionId: "o", target: TARGET.key });
    await store.requests.open({ request, channels: ["C1"], audit: anEntry({ requestId: "o" }) });
    const [message] = await store.messages.ofRequest("o");
    await store.messages.recordPosted(message?.id ?? "", "1700000000.000001", 1);
    const execution = { target: TARGET.key, executionId: "o", fingerprint: "waits" };
    await store.owned.executions.watch({ ...execution, nextReadAt: NOW + 1, unchangedReads: 0 });
    const ids = (prefix: string) => ({ id: `'${prefix}' || n`, execution_id: `'${prefix}' || n` });
    const opened = { opened_at: `${NOW} + n`, deadline: `${NOW} + n`, next_reminder_at: `${NOW} + n` };
    await copy(client, "requests", ROWS, { ...ids("a"), ...opened });
    const closed = { state: "'closed'", closed_at: `${NOW} + n`, execution_ended_at: `${NOW} + n` };
    await copy(client, "requests", ROWS, { ...ids("c"), ...opened, ...closed });
    for (const prefix of ["a", "c"])
      await copy(client, "messages", ROWS, { id: `'${prefix}' || n`, request_id: `'${prefix}' || n` });
    await copy(client, "executions", ROWS, { execution_id: "'a' || n" });
    await copy(client, "audit", ROWS, { seq: "n + 1", id: "'a' || n", request_id: "'a' || n", publishing: "'done'" });
    await client.query("vacuum analyze");

    const statements: { text: string; values: unknown[] }[] = [];
    const { query } = pg.Client.prototype;
    t.mock.method(pg.Client.prototype, "query", function (this: pg.Client, ...given: [unknown, unknown[]]) {
      const [text, values] = given;
      if (typeof text === "string" && /^\s*(?:select|with)\b/i.test(text)) statements.push({ text, values });
      return (query as (...values: unknown[]) => unknown).apply(this, given);
    });
    const scans: string[] = [];
    for (const [name, look] of Object.entries(LOOKS)) {
      statements.length = 0;
      await look(store);
      const planned = statements.splice(0, 20);
      assert.ok(planned.length > 0, name);
      for (const { text, values } of planned) {
        const { rows } = await client.query(`explain ${text}`, values);
        const plan = rows.map((row) => String(row["QUERY PLAN"]));
        for (const step of plan)
          if (/Seq Scan on (?:requests|messages|executions|audit)\b/.test(step))
            scans.push(`${name}: ${step.trim()} ${text.slice(0, 200)}`);
      }
    }
    assert.deepEqual(scans, []);
  },
);
