import assert from "node:assert/strict";
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { inspectDatabase } from "../../src/store/inspect-database.ts";
import { isExposed, postgresDialect } from "../../src/store/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { StoreUnavailableError } from "../../src/store/unavailable.ts";
import { makeCertificate } from "../support/certificate.ts";
import { eventually } from "../support/eventually.ts";
import { postgresDatabases } from "../support/postgres.ts";

test("PostgreSQL: a server that requires TLS is used with its CA, and each mistake names its fix", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { key, cert } = makeCertificate("localhost");
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, cert);
  const server = await postgresDatabases();
  const withoutTls = `${server.url("postgres")}?sslmode=verify-full`;
  assert.match(
    await findMessage(withoutTls),
    /does not support SSL connections\). Turn on TLS on the server\. If no one else/,
  );
  await assert.rejects(open(withoutTls), (error) => error instanceof StoreUnavailableError && !error.transient);
  // Not reused by other tests, which connect without TLS.
  const name = await server.database();
  const admin = new pg.Client({ connectionString: server.url("postgres") });
  await admin.connect();
  t.after(() => admin.end());
  const { rows } = await admin.query("select current_setting('data_directory') as data");
  const { uid, gid } = statSync(rows[0].data);
  for (const [file, text] of [
    ["server.key", key],
    ["server.crt", cert],
  ] as const) {
    writeFileSync(join(rows[0].data, file), text, { mode: 0o600 });
    chownSync(join(rows[0].data, file), uid, gid);
  }
  const access = join(rows[0].data, "pg_hba.conf");
  writeFileSync(access, `hostnossl ${name} all all reject\n${readFileSync(access, "utf8")}`);
  await admin.query("alter system set ssl = on");
  await admin.query("select pg_reload_conf()");

  const url = server.url(name).replace("127.0.0.1", "localhost");
  await eventually("the server requires TLS", async () => (await findMessage(url)).includes("no encryption"));
  for (const [given, fix] of [
    [url, /no encryption.*add \?sslmode=verify-full&sslrootcert=PATH to DATABASE_URL/],
    [`${url}?sslmode=verify-full`, /Give the server's CA with sslrootcert=PATH/],
    [`${url}?sslmode=verify-full&sslrootcert=${ca}.none`, /Correct the path of sslrootcert in DATABASE_URL/],
    [
      `${url.replace("localhost", "127.0.0.1")}?sslmode=verify-full&sslrootcert=${ca}`,
      /Use the host name of the server's certificate/,
    ],
  ] as const) {
    assert.match(await findMessage(given), fix);
    await assert.rejects(open(given), (error) => error instanceof StoreUnavailableError && !error.transient);
  }
  const good = `${url}?sslmode=verify-full&sslrootcert=${ca}`;
  const store = await open(good);
  await store.close();
  assert.equal((await inspectDatabase({ kind: "postgres", url: good })).kind, "ready");
});

const open = (url: string) => openStore({ dialect: postgresDialect(url), publishes: false, now: () => 0 });

/** Returns the message of doctor, empty if the database can be used. */
async function findMessage(url: string): Promise<string> {
  const state = await inspectDatabase({ kind: "postgres", url });
  return state.kind === "unreachable" ? state.message : "";
}

for (const [place, expected] of [
  ["db.example.com/d", true],
  ["db.example.com/d?sslmode=disable", true],
  ["10.0.0.1/d?sslmode=disable", true],
  ["[fd00::1]/d?sslmode=disable", true],
  ["postgres/d", true],
  ["postgres/d?sslmode=disable", false],
  ["db.example.com/d?sslmode=no-verify", true],
  ["db.example.com/d?sslmode=verify-full", false],
  ["localhost.example.com/d", true],
  ["localhost/d", false],
  ["127.0.0.1/d", false],
  ["[::1]/d", false],
  ["u:p@/d?host=/var/run/postgresql", false],
] as const)
  test(`PostgreSQL: postgres://${place} is ${expected ? "" : "not "}open to the network`, () => {
    assert.equal(isExposed(`postgres://${place}`), expected);
  });
