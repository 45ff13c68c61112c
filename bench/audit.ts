import { spawn } from "node:child_process";
import { once } from "node:events";
import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import type { AuditDetails } from "../src/core/audit-records.ts";
import { canonicalJson } from "../src/core/canonical-json.ts";
import type { ChainPosition } from "../src/core/verify-chain.ts";
import type { Tables } from "../src/store/schema.ts";
import { migrateOnly } from "../src/store/schema-state.ts";
import { rechain, START, toHead } from "../test/support/chain.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { DETAILS } from "../test/support/samples.ts";
import { postgresDatabase, sqliteFile } from "../test/support/stores.ts";
import type { Figure } from "./figures.ts";

const ROWS_PER_INSERT = 500;
const PROGRAM = new URL("../src/cli/main.ts", import.meta.url).pathname;
/** The limit for this number of records, in seconds. More records may take longer in proportion. */
const [LIMIT_RECORDS, LIMIT_SECONDS] = [100_000, 10];

/**
 * Measures `countersign audit verify` as a whole, from its start to its end, on SQLite and on PostgreSQL. Every record is a
 * `decided` record, the largest kind.
 */
export async function measureAudit(count = LIMIT_RECORDS): Promise<Figure[]> {
  const figures: Figure[] = [];
  const file = sqliteFile();
  try {
    const bytes = await fill(file.dialect, count);
    figures.push(await measure("SQLite", `sqlite:${file.path}`, count, bytes));
  } finally {
    await file.remove();
  }
  const server = await startPostgres();
  try {
    const { url, dialect } = await postgresDatabase(server);
    const bytes = await fill(dialect, count);
    figures.push(await measure("PostgreSQL", url, count, bytes));
  } finally {
    await server.end();
  }
  return figures;
}

/** The detail of a decision by two of several approvers, over a runbook with ten parameters and a parent execution. */
function decidedDetail(index: number): string {
  const parameters = Object.fromEntries(
    Array.from({ length: 10 }, (_, each) => [`Parameter${each}`, `value-${index}-${each}-${"v".repeat(30)}`]),
  );
  const votes = ["U0JANE", "U0OMAR"].map((userId) => ({
    ...{ userId, name: `Person ${userId}`, email: `${userId.toLowerCase()}@example.com`, verdict: "approve" as const },
    ...{ reason: `The change ${index} was reviewed, and the window is open.`, authority: "approver" as const },
    at: new Date(1_700_000_000_000 + index).toISOString(),
  }));
  const parent = { executionId: `parent-${index}`, documentName: "Prod-Change", parameters };
  const detail: AuditDetails["decided"] = {
    ...DETAILS.decided,
    ...{ executionId: `execution-${index}`, stepExecutionId: `step-${index}`, quorum: 2, votes },
    approvers: {
      users: Array.from({ length: 12 }, (_, each) => `U0APPROVER${each}`),
      groups: ["S0DBA", "S0SRE"],
      ...{ channels: [], selfApproval: false },
    },
    messageLinks: ["C0DBA", "C0SRE"].map((channel) => `https://acme.slack.com/archives/${channel}/p1700000000${index}`),
    shown: {
      question: `Restart the database orders-primary in prod? ${"It has open connections. ".repeat(8)}`,
      documentVersion: "7",
      parameters,
      parents: [parent],
    },
  };
  return canonicalJson(detail);
}

/** Fills a database with an intact chain; returns the size of its details in bytes. */
async function fill(dialect: () => Dialect, count: number): Promise<number> {
  await migrateOnly(dialect());
  const db = new Kysely<Tables>({ dialect: dialect(), plugins: [new CamelCasePlugin()] });
  const published = { publishing: "done", publishNextAt: 0, publishAttempts: 0, publishError: null } as const;
  let head: ChainPosition = START;
  let bytes = 0;
  await db.transaction().execute(async (trx) => {
    while (head.seq < count) {
      const batch = Array.from({ length: Math.min(ROWS_PER_INSERT, count - head.seq) }, (_, each) => {
        const index = head.seq + each + 1;
        const ids = { seq: index, id: `id-${index}`, requestId: `request-${index}`, previous: "", hash: "" };
        return { ...ids, kind: "decided", at: 1_000 + index, actor: "U0JANE", detail: decidedDetail(index) };
      });
      const records = rechain(batch, head);
      for (const { detail } of records) bytes += detail.length;
      const rows = records.map((record) => ({ ...record, ...published, eventId: null }));
      await trx
        .insertInto("audit")
        .values(rows as Tables["audit"][])
        .execute();
      head = toHead(records);
    }
    await trx.updateTable("auditHead").set(head).execute();
  });
  await db.destroy();
  return bytes;
}

async function measure(engine: string, DATABASE_URL: string, count: number, bytes: number): Promise<Figure> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, "audit", "verify"], {
    env: { PATH: process.env.PATH, DATABASE_URL },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`audit verify ended with code ${code} on ${engine}: ${output}`);
  const seconds = (performance.now() - start) / 1000;
  const limit = LIMIT_SECONDS * Math.max(1, count / LIMIT_RECORDS);
  const size = `${(bytes / count / 1000).toFixed(1)} kB each`;
  return {
    figure: `\`audit verify\` of ${count.toLocaleString("en-US")} records, ${size}, ${engine}`,
    goal: `below ${limit} s`,
    measured: `${seconds.toFixed(1)} s`,
    met: seconds < limit,
  };
}
