import assert from "node:assert/strict";
import { test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { provider } from "../../src/store/migrations/0001-foundation.ts";
import { openStore } from "../../src/store/store.ts";
import { aFacts, anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { ENGINES, postgresDatabase } from "../support/stores.ts";

const EARLIER = Object.keys(await provider.getMigrations()).slice(0, -1);

/** A request that has moved on, with messages that show it, that show less, and that stand nowhere yet; and a click. */
const ROWS = [
  // The same step again, as it was opened under another name of its target, and once more.
  ...["again", "once-more"].map(
    (
      id,
    ) => sql`insert into requests (id, target, account, region, execution_id, step_execution_id, facts, version, state,
      opened_at, signal, signal_attempts, execution_status) values (${id}, ${`${id}/us-east-1`}, '111122223333',
      'us-east-1', 'e1', 's1', ${JSON.stringify(aFacts())}, 1, 'open', ${NOW + 1}, 'none', 0, 'Waiting')`,
  ),
  sql`insert into requests (id, target, account, region, execution_id, step_execution_id, facts, version, state, opened_at,
    signal, signal_attempts, execution_status) values (${REQUEST_ID}, 'default/us-east-1', '111122223333', 'us-east-1',
    'e1', 's1', ${JSON.stringify(aFacts())}, 3, 'open', ${NOW}, 'none', 0, 'Waiting')`,
  ...[
    ["shown", "1.1", 3],
    ["outdated", "2.2", 2],
    ["unposted", null, 0],
  ].map(
    ([id, ts, version]) => sql`insert into messages (id, request_id, channel_id, ts, version, attempts, next_attempt_at)
      values (${id}, ${REQUEST_ID}, ${`C0${id}`}, ${ts}, ${version}, 0, 0)`,
  ),
  sql`insert into votes (request_id, user_id, user_name, verdict, at) values (${REQUEST_ID}, 'U0JANE', 'Jane', 'approve', ${NOW})`,
  sql`insert into clicks (id, key, verdict, request_id, user_id, team_id, channel_id, message_ts, received_at,
    next_attempt_at, attempts) values ('c', 'c', 'approve', ${REQUEST_ID}, 'U0BEN', 'T0HOME', 'C0shown', '1.1', ${NOW}, 0, 0)`,
  sql`insert into leases (name, owner, until) values ('execution:x', 'old', ${NOW + 1})`,
];

/** Since this version, what a message is to show is written when the request changes. */
const WANTED_SINCE = "0004-places";
const WANTED = sql`update messages set wanted_version = 3`;

for (const engine of ENGINES) {
  for (const name of EARLIER) {
    test(`${engine.name}: what stood in a database of the version ${name} is taken over, and still asks for what it asked`, async (t) => {
      const database = await engine.create();
      const db = new Kysely<never>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
      const { error } = await new Migrator({ db, provider }).migrateTo(name);
      assert.equal(error, undefined);
      for (const row of ROWS) await row.execute(db);
      if (name >= WANTED_SINCE) await WANTED.execute(db);
      await db.destroy();

      const open = () => openStore({ dialect: database.dialect(), publishes: false, now: () => NOW });
      const store = await open();
      t.after(async () => {
        await store.close();
        await database.remove();
      });
      assert.deepEqual((await store.messages.due(NOW, 5)).map(({ id }) => id).toSorted(), ["outdated", "unposted"]);
      assert.equal((await store.requests.byId(REQUEST_ID))?.version, 3);
      assert.equal((await store.requests.votes(REQUEST_ID))[0]?.authority, "approver");
      assert.deepEqual(
        (await store.clicks.unevaluated(NOW, 5)).map(({ id }) => id),
        ["c"],
      );
      assert.equal(await store.leases.acquire("execution:x", "new", NOW, NOW + 5), null);
      assert.notEqual(await store.leases.acquire("execution:x", "new", NOW + 1, NOW + 5), null);
      await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 3, patch: {}, audit: [] });
      assert.equal((await store.messages.due(NOW, 5)).length, 3);

      const target = { key: "default/us-east-1", name: "default", account: "111122223333", region: "us-east-1" };
      const step = async (id: string) => (await store.requests.byId(id))?.stepExecutionId;
      assert.equal(await step(REQUEST_ID), "s1");
      for (const id of ["again", "once-more"]) assert.equal(await step(id), `s1 asked again as ${id}`);
      const request = aRequest({ id: "new", target: "new", executionId: "e1", stepExecutionId: "s1" });
      assert.equal(await store.requests.open(request, [], anEntry()), "exists");
      await store.requests.rebindTarget(target);
    });
  }
}

test("PostgreSQL: processes that start together bring the database up to date once", async (t) => {
  const database = await postgresDatabase();
  const open = () => openStore({ dialect: database.dialect(), publishes: false, now: () => NOW });
  const stores = await Promise.all([open(), open(), open(), open()]);
  t.after(async () => {
    for (const store of stores) await store.close();
    await database.remove();
  });
  for (const store of stores) assert.deepEqual(await store.messages.due(NOW, 1), []);
});
