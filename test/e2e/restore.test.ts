import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import pg from "pg";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { postgresDatabases } from "../support/postgres.ts";
import { findPostgresPrograms, startMachinePostgres } from "../support/postgres-tools.ts";
import { postgresDatabase } from "../support/stores.ts";
import { ONE_GATE, toText, type World, world } from "../support/world.ts";

/** How one engine is backed up while the bot runs or is stopped, and restored while it is stopped. */
interface Rehearsal {
  env: Record<string, string>;
  backUp(w: World): Promise<void>;
  restore(w: World): Promise<Record<string, string>>;
  /** Removes the databases, when no bot runs any more. */
  end(): Promise<void>;
}

const programs = findPostgresPrograms();

/** The command of the operations page that begins with this program. */
function readCommand(program: string): string {
  const page = readFileSync("docs/operations.md", "utf8");
  return new RegExp(`\`(${program} [^\`]+)\``).exec(page)?.[1] ?? assert.fail(program);
}

/** With the commands of the operations page. */
async function dumpOfPostgres(folder: string): Promise<Rehearsal> {
  const server = await startMachinePostgres(folder);
  const DATABASE_URL = await server.create("countersign");
  return {
    env: { DATABASE_URL },
    backUp: async (w) => server.run(readCommand("pg_dump"), { DATABASE_URL, cwd: w.folder }),
    async restore(w) {
      await w.bot().stop();
      const restored = await server.create("restored");
      server.run(readCommand("pg_restore"), { DATABASE_URL: restored, cwd: w.folder });
      return { DATABASE_URL: restored };
    },
    end: server.end,
  };
}

/** On a machine without the programs of PostgreSQL: a copy of one moment, like pg_dump and pg_restore. */
async function copyOfPostgres(): Promise<Rehearsal> {
  const database = await postgresDatabase();
  const server = await postgresDatabases();
  const backup = `${new URL(database.url).pathname.slice(1)}_backup`;
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: server.url("postgres") });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  return {
    env: { DATABASE_URL: database.url },
    async backUp(w) {
      await w.bot().stop();
      await admin(`create database ${backup} template ${new URL(database.url).pathname.slice(1)}`);
      await w.startBot();
      await w.ready();
    },
    async restore(w) {
      await w.bot().stop();
      return { DATABASE_URL: server.url(backup) };
    },
    async end() {
      await admin(`drop database if exists ${backup} with (force)`);
      await database.remove();
    },
  };
}

const rehearsals: [string, () => Promise<Rehearsal>][] = [
  [
    "SQLite, backed up while the bot runs",
    async () => ({
      env: {},
      async backUp(w) {
        const database = new DatabaseSync(join(w.folder, "countersign.db"));
        database.exec(`vacuum into '${join(w.folder, "backup.db")}'`);
        database.close();
      },
      async restore(w) {
        await w.bot().stop();
        for (const suffix of ["", "-wal", "-shm"]) rmSync(join(w.folder, `countersign.db${suffix}`), { force: true });
        copyFileSync(join(w.folder, "backup.db"), join(w.folder, "countersign.db"));
        return {};
      },
      end: async () => undefined,
    }),
  ],
  ["PostgreSQL", () => (programs === null ? copyOfPostgres() : dumpOfPostgres(programs))],
];

for (const [name, prepare] of rehearsals) {
  const define = name.startsWith("SQLite") ? test : fullMatrixTest;
  define(
    `${name}: after a restore, no request of the backup is posted twice and no signal is sent twice; only the newer message of a later request counts`,
    async (t) => {
      const rehearsal = await prepare();
      if (name === "PostgreSQL") t.diagnostic(`pg_dump and pg_restore of ${programs ?? "no folder: a copy instead"}`);
      const w = await world(t, { env: rehearsal.env });
      t.after(rehearsal.end);
      const open = await w.run(ONE_GATE);
      const decidedLater = await w.run(ONE_GATE);
      const finished = await w.run(ONE_GATE);
      const messages = [];
      for (const id of [open, decidedLater, finished]) messages.push(await w.message(id));
      const [first, second, third] = messages;
      await w.click("U0JANE", third, "approve");
      await w.message(finished, /Success|succeeded/i);
      await rehearsal.backUp(w);
      await w.click("U0JANE", second, "approve");
      await w.message(decidedLater, /Success|succeeded/i);
      const openedLater = await w.run(ONE_GATE);
      const lost = await w.message(openedLater);

      await w.startBot(await rehearsal.restore(w));
      await w.ready();
      await w.click("U0JANE", first, "approve");
      // The earlier message of a request that the backup lacks: its buttons do not count.
      const again = await eventually("the request has a second message", async () =>
        (await w.messages()).find((each) => each.ts > lost.ts && toText(each).includes(openedLater)),
      );
      await w.click("U0JANE", lost, "approve");
      await w.ephemeral("U0JANE", /no record of this request.*newest message/);
      assert.deepEqual(await w.signals(openedLater), []);
      await w.click("U0JANE", again, "approve");
      for (const id of [open, decidedLater, finished, openedLater]) {
        await w.message(id, /Success|succeeded/i);
        await eventually(
          "the execution has succeeded",
          async () => (await w.execution(id)).AutomationExecutionStatus === "Success",
        );
        assert.equal((await w.signals(id)).length, 1, id);
      }
      assert.equal((await w.posts()).length, 5);
      assert.equal((await w.awsCalls("SendAutomationSignal")).length, 4);
    },
  );
}
