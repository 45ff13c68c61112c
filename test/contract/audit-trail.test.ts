import assert from "node:assert/strict";
import { test } from "node:test";
import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";
import { verifyTrail } from "../../src/app/audit/verify-trail.ts";
import { describeFinding } from "../../src/core/chain-finding.ts";
import type { ChainPosition } from "../../src/core/verify-chain.ts";
import { openAuditTrail } from "../../src/store/audit-trail.ts";
import type { Tables } from "../../src/store/schema.ts";
import { openStore } from "../../src/store/store.ts";
import { CHECKING } from "../support/chain.ts";
import { runCli } from "../support/cli.ts";
import { READABLE_ENGINES } from "../support/readable-engines.ts";
import { anEntry, aRequest, DETAILS, EXECUTION_ID, REQUEST_ID } from "../support/samples.ts";
import { postgresDatabase, sqliteFile } from "../support/stores.ts";

const TYPED = '\u0000 \uD800 "quoted" \'); drop table audit; -- ü 漢字 🚀\u2028';

async function check(dialect: Dialect, noted: ChainPosition | null = null) {
  const trail = openAuditTrail(dialect);
  const checked = await verifyTrail(trail, noted, CHECKING);
  await trail.close();
  assert.ok(checked.kind === "checked");
  return { ...checked, named: checked.findings.map(describeFinding) };
}

for (const [engine, create] of READABLE_ENGINES) {
  test(`${engine}: the check of an open database proves its records, and names the one that was altered`, async (t) => {
    const { database, readDialect } = await create();
    t.after(() => database.remove());
    const store = await openStore({ dialect: database.dialect(), publishes: true, now: () => 0 });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    for (let version = 1; version <= 20; version++) {
      const detail = { verdict: "approve", name: "Jane Ito", reason: `${version} ${TYPED}` } as const;
      const audit = [anEntry({ kind: "voted", actor: "U0JANE", detail })];
      await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch: {}, audit });
    }
    const click = { id: "c1", key: "k1", verdict: "approve", authority: "approver", requestId: TYPED } as const;
    const press = { userId: "U1", teamId: "T1", origin: { kind: "command", channelId: "C1" }, reason: null } as const;
    await store.clicks.record({ ...click, ...press, typed: null, receivedAt: 1 });
    const detail = { denial: "no-request", verdict: "approve" } as const;
    await store.clicks.recordEvaluated("c1", null, { ...anEntry({ kind: "denied", detail }), requestId: TYPED });

    const intact = await check(readDialect());
    assert.deepEqual([intact.named, intact.count, intact.last.seq], [[], 22, 22]);
    assert.deepEqual((await check(readDialect(), intact.last)).named, []);
    await store.close();

    const db = new Kysely<Tables>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
    await db.updateTable("audit").set({ actor: "UEVIL" }).where("seq", "=", 7).execute();
    await db.deleteFrom("audit").where("seq", "=", 9).execute();
    await sql`update audit set at = 9223372036854775807 where seq = 11`.execute(db);
    await db.destroy();
    const { named } = await check(readDialect());
    const toPattern = (seq: number) => new RegExp(`^Record ${seq} was altered \\(id "[\\w-]{36}"\\)\\.$`);
    assert.match(named[0] ?? "", toPattern(7));
    assert.match(named[1] ?? "", toPattern(11));
    assert.deepEqual(named.slice(2), ["Record 9 was deleted."]);
  });
}

test("a request whose opening retention deleted is found by the records of its decision and its end", async (t) => {
  const database = sqliteFile();
  t.after(() => database.remove());
  const store = await openStore({ dialect: database.dialect(), publishes: false, now: () => 0 });
  const opening = anEntry({ kind: "requested", detail: DETAILS.requested });
  await store.requests.open({ request: aRequest(), channels: [], audit: opening });
  const audit = [
    anEntry({ kind: "decided", detail: DETAILS.decided }),
    anEntry({ kind: "closed", detail: DETAILS.closed }),
  ];
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit });
  const later = aRequest({ id: "later", stepExecutionId: "later" });
  await store.requests.open({ request: later, channels: [], audit: { ...opening, requestId: "later" } });
  await store.close();
  const db = new Kysely<Tables>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
  const [first] = await db.selectFrom("audit").select("hash").orderBy("seq").execute();
  await db.deleteFrom("audit").where("seq", "=", 1).execute();
  await db
    .updateTable("auditHead")
    .set({ checkpointSeq: 1, checkpointHash: first?.hash ?? "" })
    .execute();
  await db.destroy();
  const run = (...words: string[]) => runCli({ DATABASE_URL: `sqlite:${database.path}` }, "audit", ...words);
  const link = `https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/${EXECUTION_ID}?region=us-east-1`;
  const arn = `arn:aws:ssm:us-east-1:111122223333:automation-execution/${EXECUTION_ID}`;
  for (const text of [link, arn, `\`${EXECUTION_ID}\``, EXECUTION_ID.slice(0, 8).toUpperCase()]) {
    const pasted = await run("show", text);
    assert.ok(pasted.code === 0 && pasted.text.includes(`(request ${REQUEST_ID})`), pasted.text);
  }
  const [shown, found, unknown] = await Promise.all([
    run("show", EXECUTION_ID.slice(0, 8)),
    run("find", "--document", "Prod-*"),
    run("show", "00000000"),
  ]);
  assert.equal(shown.code, 0, shown.text);
  assert.ok(shown.text.includes(`(request ${REQUEST_ID})`) && shown.text.includes("(request later)"), shown.text);
  assert.equal(found.text.match(new RegExp(EXECUTION_ID, "g"))?.length, 2, found.text);
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.text,
    /No audit record has the id "00000000"\. Give the execution ID, its first eight characters, or the whole request ID\. `countersign audit verify` shows whether retention deleted records\./,
  );
});

test("audit verify ends with code 2 when retention deleted the record of the noted head", async (t) => {
  const database = sqliteFile();
  t.after(() => database.remove());
  const store = await openStore({ dialect: database.dialect(), publishes: false, now: () => 0 });
  await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  for (let version = 1; version <= 2; version++)
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch: {}, audit: [anEntry()] });
  await store.close();
  const db = new Kysely<Tables>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
  const [first, second] = await db.selectFrom("audit").select(["seq", "hash"]).orderBy("seq").execute();
  await db.deleteFrom("audit").where("seq", "<=", 2).execute();
  await db
    .updateTable("auditHead")
    .set({ checkpointSeq: 2, checkpointHash: second?.hash ?? "" })
    .execute();
  await db.destroy();
  const verify = (seq: number, hash = "") =>
    runCli({ DATABASE_URL: `sqlite:${database.path}` }, "audit", "verify", "--head", `${seq}:${hash}`);
  const [deleted, checkpoint, wrong] = await Promise.all([
    verify(1, first?.hash),
    verify(2, second?.hash),
    verify(2, "f".repeat(64)),
  ]);
  assert.deepEqual(
    [deleted?.code, checkpoint?.code, wrong?.code],
    [2, 0, 1],
    JSON.stringify([deleted, checkpoint, wrong]),
  );
  assert.match(deleted?.text ?? "", /Retention deleted record 1, so the noted head 1:\w+ can no longer be checked\./);
});

for (const [engine, create] of READABLE_ENGINES) {
  test(`${engine}: requests are found by the id of their own execution, and not by an id in their parameters`, async (t) => {
    const { database, readDialect } = await create();
    const store = await openStore({ dialect: database.dialect(), publishes: true, now: () => 0 });
    const executionId = "abcdef01-2222-3333-4444-555555555555";
    const parameters = { executionId, other: `"executionId":"${executionId}"` };
    const altered = { toString: "x" } as unknown as string;
    for (const [id, own] of [
      ["altered", { executionId: altered }],
      ["own", { executionId }],
      ["other", {}],
    ] as const) {
      const shown = { ...DETAILS.requested.shown, parameters };
      const detail = { ...DETAILS.requested, shown, ...own };
      const audit = anEntry({ requestId: id, kind: "requested", detail });
      await store.requests.open({ request: aRequest({ id, stepExecutionId: id }), channels: [], audit });
    }
    await store.close();
    const trail = openAuditTrail(readDialect());
    t.after(() => trail.close().then(database.remove));
    for (const given of [executionId, "ABCDEF01", "abcdef01-2222"])
      assert.deepEqual(await trail.findRequests(given), ["own"], given);
    assert.deepEqual(await trail.findRequests("11111111"), ["other"]);
  });
}

test("a period without any time ends audit export and audit find with code 2, and a time of the trail is understood", async (t) => {
  const database = sqliteFile();
  t.after(() => database.remove());
  const store = await openStore({ dialect: database.dialect(), publishes: false, now: () => 0 });
  await store.close();
  const run = (...words: string[]) => runCli({ DATABASE_URL: `sqlite:${database.path}` }, "audit", ...words);
  for (const command of ["export", "find"]) {
    const backwards = await run(command, "--since", "2026-01-02", "--until", "2026-01-01T10:00:00.000Z");
    assert.deepEqual([backwards.code, backwards.text], [2, "error: --until is earlier than --since."]);
    const future = await run(command, "--since", "2100-01-01 10:00");
    assert.deepEqual([future.code, future.text], [2, "error: --since is in the future."]);
  }
  const wrong = await run("export", "--since", "soon");
  assert.match(wrong.text, /a time such as "2026-11-20 14:30" or 2026-11-20T14:30:00Z/);
  assert.equal((await run("export", "--since", "2026-01-02T10:00:00.000Z")).code, 0);
});

test("audit commands that cannot read the database end with code 2, and name the grant that a role lacks", async (t) => {
  const database = await postgresDatabase();
  t.after(() => database.remove());
  const store = await openStore({ dialect: database.dialect(), publishes: false, now: () => 0 });
  await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  await store.close();
  const db = new Kysely<Tables>({ dialect: database.dialect() });
  await sql`revoke usage on schema public from public`.execute(db);
  await sql`drop role if exists auditor_of_test`.execute(db);
  await sql`create role auditor_of_test login password 'auditor'`.execute(db);
  const url = new URL(database.url);
  url.username = "auditor_of_test";
  url.password = "auditor";
  const verify = (DATABASE_URL = url.href) => runCli({ DATABASE_URL }, "audit", "verify");
  for (const [subject, reason] of [
    ["usage on schema public", /does not have this version's schema, or its role lacks USAGE on the schema\. /],
    ["select on kysely_migration", /refuses the read: permission denied for table kysely_migration\. /],
    ["select on audit_head", /refuses the read: permission denied for table audit_head\. /],
    ["select on audit", /refuses the read: permission denied for table audit\. /],
  ] as const) {
    const denied = await verify();
    assert.equal(denied.code, 2, denied.text);
    assert.match(denied.text, reason);
    assert.match(
      denied.text,
      /GRANT USAGE ON SCHEMA public TO ROLE; GRANT SELECT ON audit, audit_head, kysely_migration TO/,
    );
    await sql`grant ${sql.raw(subject)} to auditor_of_test`.execute(db);
  }
  assert.equal((await verify()).code, 0);
  await sql`drop owned by auditor_of_test`.execute(db);
  await sql`drop role auditor_of_test`.execute(db);
  await db.destroy();
  const unreachable = await verify("postgres://countersign@127.0.0.1:1/countersign");
  assert.deepEqual([unreachable.code, /cannot be used/.test(unreachable.text)], [2, true], unreachable.text);
});
