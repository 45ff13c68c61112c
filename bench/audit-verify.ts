/**
 * Measures `countersign audit verify` as a whole, from its start to its end, on SQLite and on PostgreSQL:
 *
 *     npm run bench:audit -- 100000
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import type { Tables } from "../src/store/schema.ts";
import { migrateOnly } from "../src/store/store.ts";
import { aChain, toHead } from "../test/support/chain.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { postgresDatabase, sqliteFile } from "../test/support/stores.ts";

const ROWS_PER_INSERT = 500;
const PROGRAM = new URL("../src/cli/main.ts", import.meta.url).pathname;

const count = Number(process.argv[2] ?? 100_000);

async function fill(dialect: () => Dialect): Promise<void> {
  await migrateOnly(dialect());
  const db = new Kysely<Tables>({ dialect: dialect(), plugins: [new CamelCasePlugin()] });
  const records = aChain(count);
  const rest = { publishing: "done", publishNextAt: 0, publishAttempts: 0, publishError: null, eventId: null } as const;
  await db.transaction().execute(async (trx) => {
    for (let start = 0; start < count; start += ROWS_PER_INSERT) {
      const rows = records.slice(start, start + ROWS_PER_INSERT).map((record) => ({ ...record, ...rest }));
      await trx
        .insertInto("audit")
        .values(rows as Tables["audit"][])
        .execute();
    }
    await trx.updateTable("auditHead").set(toHead(records)).execute();
  });
  await db.destroy();
}

async function measure(engine: string, DATABASE_URL: string): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, "audit", "verify"], {
    env: { PATH: process.env.PATH, DATABASE_URL },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${engine}: ${seconds.toFixed(1)} s, exit code ${code}. ${output.split("\n")[0]}\n`);
}

const file = sqliteFile();
await fill(file.dialect);
await measure("SQLite", `sqlite:${file.path}`);
await file.remove();

const server = await startPostgres();
const { url, dialect } = await postgresDatabase(server);
await fill(dialect);
await measure("PostgreSQL", url);
await server.end();
