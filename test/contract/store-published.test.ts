import assert from "node:assert/strict";
import { test } from "node:test";
import { Kysely, sql } from "kysely";
import { openStore } from "../../src/store/store.ts";
import { anEntry, aRequest } from "../support/samples.ts";
import { ENGINES } from "../support/stores.ts";

for (const engine of ENGINES)
  test(`${engine.name}: each record that the bus accepted is stored with its own event id`, async (t) => {
    const database = await engine.create();
    t.after(() => database.remove());
    const store = await openStore({ dialect: database.dialect(), publishes: true, now: () => 0 });
    for (const id of ["r1", "r2", "r3"])
      await store.requests.open({
        request: aRequest({ id, executionId: id, stepExecutionId: id }),
        channels: [],
        audit: anEntry({ requestId: id, kind: "requested" }),
      });
    await store.audit.recordPublishFailed(1, "Throttled", 10);
    await store.audit.recordPublished(
      new Map([
        [3, "event-3"],
        [1, "event-1"],
      ]),
    );
    await store.audit.recordPublished(new Map());
    await store.close();
    const db = new Kysely<unknown>({ dialect: database.dialect() });
    const { rows } = await sql`select publishing, event_id, publish_error from audit order by seq`.execute(db);
    await db.destroy();
    assert.deepEqual(
      rows.map((row) => Object.values(row as object)),
      [
        ["done", "event-1", null],
        ["due", null, null],
        ["done", "event-3", null],
      ],
    );
  });
