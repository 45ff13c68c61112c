import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Kysely, sql } from "kysely";
import type { ApprovalRequest } from "../../src/core/request.ts";
import type { DamagedRow } from "../../src/store/damaged-rows.ts";
import { openStore } from "../../src/store/store.ts";
import { TARGET } from "../support/fakes.ts";
import { anEntry, aRequest, NOW } from "../support/samples.ts";
import { ENGINES } from "../support/stores.ts";

const DAMAGED = ["a", "b"];
const WHOLE = ["c", "d"];
const IDS = [...DAMAGED, ...WHOLE];

const ids = (requests: readonly { id: string }[]) => requests.map(({ id }) => id).toSorted();

for (const engine of ENGINES) {
  /** Stores requests of which the first two, which are due first, have damaged rows: no JSON, and JSON of another shape. */
  const setUp = async (t: TestContext, more: Partial<ApprovalRequest> = {}) => {
    const database = await engine.create();
    const reported: string[] = [];
    const onDamaged = ({ table, requestId }: DamagedRow) => void reported.push(`${table} ${requestId}`);
    const open = () => openStore({ dialect: database.dialect(), publishes: true, now: () => NOW, onDamaged });
    const first = await open();
    for (const [index, id] of IDS.entries()) {
      const times = { openedAt: NOW + index, nextReminderAt: NOW + index, signalNextAt: NOW + index };
      const request = aRequest({ ...{ id, executionId: "e", stepExecutionId: id }, ...times, ...more });
      await first.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: id }) });
    }
    await first.close();
    const execute = async (...statements: string[]) => {
      const db = new Kysely<unknown>({ dialect: database.dialect() });
      for (const statement of statements) await sql.raw(statement).execute(db);
      await db.destroy();
    };
    await execute(
      "update requests set facts = '{' where id = 'a'",
      "update requests set facts = '{\"parameters\":{}}' where id = 'b'",
      "update audit set kind = 'closed', publishing = 'due'",
      "update audit set detail = '{' where request_id in ('a', 'b')",
    );
    let store = await open();
    t.after(async () => {
      await store.close();
      await database.remove();
    });
    const reopened = async (...statements: string[]) => {
      await store.close();
      await execute(...statements);
      store = await open();
      return store;
    };
    return { store, reported, reopened };
  };

  test(`${engine.name}: damaged rows stop no list of a worker, whatever its limit, and each is reported once`, async (t) => {
    const { store, reported } = await setUp(t);
    const { requests } = store;
    for (const limit of [1, 2, 10]) {
      const expected = WHOLE.slice(0, limit);
      assert.deepEqual(ids(await requests.dueToRemind(NOW + 9, limit)), expected, "reminders");
      assert.deepEqual(ids(await requests.inState(["open"], limit)), expected, "by state");
      const records = await store.audit.unpublished(NOW, limit);
      assert.deepEqual(
        records.map(({ record }) => record.requestId),
        expected,
        "audit records",
      );
    }
    const signer = { kind: "bot", arn: "arn:aws:iam::111122223333:role/Another" } as const;
    assert.deepEqual(await requests.signedByOthers(TARGET, signer, "", 10), ["e"], "it parses none");
    assert.deepEqual(ids((await store.digests.waiting("C0DBA", 10)).requests), WHOLE);
    assert.deepEqual(reported.toSorted(), ["audit a", "audit b", "requests a", "requests b"], "once for each row");
    const left: string[] = [];
    assert.deepEqual(ids(await requests.ofExecution(TARGET, "e", ({ id }) => left.push(id))), WHOLE);
    assert.deepEqual(left.toSorted(), DAMAGED, "the caller knows what is missing");
    assert.equal(reported.length, 4);
  });

  test(`${engine.name}: of the due signals, only those of whole rows are due to a worker`, async (t) => {
    const { store, reported } = await setUp(t, { state: "decided", decision: "approve", signal: "due" });
    for (const limit of [1, 2, 10])
      assert.deepEqual(ids(await store.requests.dueToSignal(TARGET, NOW + 9, limit)), WHOLE.slice(0, limit));
    assert.deepEqual(reported, ["requests a", "requests b"]);
  });

  test(`${engine.name}: a damaged audit record hides no other record of its request, and is reported`, async (t) => {
    const { reopened, reported } = await setUp(t);
    const noObject = "update audit set request_id = 'c', detail = 'null' where request_id = 'b'";
    const store = await reopened("update audit set request_id = 'c' where request_id = 'a'", noObject);
    const due = await store.audit.unpublished(NOW, 9);
    assert.deepEqual(
      due.map(({ record }) => record.requestId),
      ["d"],
      "the record of c waits for the earlier ones",
    );
    const history = await store.requests.history("c");
    assert.deepEqual([history.map(({ kind }) => kind), reported], [["closed"], ["audit c"]]);
  });

  test(`${engine.name}: the state of the bot names damaged rows until they are restored or closed`, async (t) => {
    const { store, reopened } = await setUp(t);
    await store.requests.inState(["open"], 10);
    const { damaged } = await store.effects.backlog();
    assert.deepEqual(
      damaged.map(({ id, executionId }) => [id, executionId]),
      DAMAGED.map((id) => [id, "e"]),
    );
    const later = await reopened(
      "update requests set facts = (select facts from requests where id = 'c') where id = 'a'",
      "update requests set state = 'closed' where id = 'b'",
    );
    assert.deepEqual(ids(await later.requests.inState(["open"], 10)), ["a", ...WHOLE]);
    assert.deepEqual((await later.effects.backlog()).damaged, []);
  });
}
