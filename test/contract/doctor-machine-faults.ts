import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrateOnly } from "../../src/store/schema-state.ts";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { damagePage } from "../support/damage-page.ts";
import { POLICY } from "../support/doctor-world.ts";
import type { Fault } from "./doctor-fault.ts";

/** Faults of the machine, its database and its configuration. */
export const MACHINE_FAULTS: readonly Fault[] = [
  {
    part: "versions",
    name: "an old Node.js",
    run: { nodeVersion: "24.13.1" },
    expected: [/^failed versions: Node\.js 24\.13\.1 is too old\. Install Node\.js 24\.14 or newer\.$/m],
  },
  {
    part: "configuration",
    name: "a variable that is misspelled",
    run: { env: { LOGLEVEL: "debug" } },
    expected: [/^warning LOGLEVEL: Countersign ignores this variable\. .*write LOG_LEVEL\.$/m],
  },
  {
    part: "proxy",
    name: "a proxy that cannot be reached",
    run: { env: { HTTPS_PROXY: "http://bot:a-long-password@127.0.0.1:9" } },
    expected: [
      /^failed HTTPS_PROXY: the proxy http:\/\/127\.0\.0\.1:9 accepts no connection \(ECONNREFUSED\)\. Correct HTTPS_PROXY/m,
    ],
  },
  {
    part: "policy",
    name: "a route that is never reached",
    run: { policy: POLICY.replace("Web-*", "Prod-DB-*").replace(", tags: { Team: [dba] }", "") },
    expected: [/^failed .* route "the rest" routes\[1\]: Route "the rest" is unreachable/m],
  },
  {
    part: "policy",
    name: "a Region that does not exist",
    run: { policy: `targets: [{ name: a, regions: [us-esat-1] }]\n${POLICY}` },
    expected: [/^failed .* us-esat-1.*Did you mean us-east-1\?$/m],
  },
  {
    part: "database",
    name: "a database without this version's schema",
    run: (w) => {
      const path = join(w.folder, "empty.db");
      writeFileSync(path, "");
      return { env: { DATABASE_URL: `sqlite:${path}` } };
    },
    expected: [/^warning DATABASE_URL: SQLite \S+ does not have the schema of this version\. Run countersign migrate/m],
  },
  {
    part: "newer database",
    name: "a database of a newer version",
    breaks: async (w) => {
      const path = join(w.folder, "newer.db");
      rmSync(path, { force: true });
      await migrateOnly(sqliteDialect(path));
      const db = new DatabaseSync(path);
      db.exec("insert into kysely_migration (name, timestamp) values ('9999-later', '2030')");
      db.close();
    },
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "newer.db")}` } }),
    expected: [
      /^failed DATABASE_URL: The database was written by a newer version of Countersign \(it has 9999-later\)\. Run that version/m,
    ],
  },
  {
    part: "database",
    name: "a file that does not exist yet",
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "new.db")}` } }),
    expected: [/^ok DATABASE_URL: the file does not exist yet, and serve can create it\.$/m],
  },
  {
    part: "database",
    name: "a folder that does not exist",
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "no/such/folder.db")}` } }),
    expected: [/^failed DATABASE_URL: not writable \(.*ENOENT\)\. Allow the user of the bot to write it\.$/m],
  },
  {
    part: "database",
    name: "a file that is no database",
    run: (w) => {
      const path = join(w.folder, "text.db");
      writeFileSync(path, "this is a text and not a database\n".repeat(100));
      return { env: { DATABASE_URL: `sqlite:${path}` } };
    },
    expected: [/^failed DATABASE_URL: The database \S+text\.db cannot be opened .*is not an SQLite database/m],
  },
  {
    part: "damaged database",
    name: "a database file with a damaged page",
    breaks: async (w) => {
      const path = join(w.folder, "damaged.db");
      rmSync(path, { force: true });
      await migrateOnly(sqliteDialect(path));
      damagePage(path, "kysely_migration");
    },
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "damaged.db")}` } }),
    expected: [
      /^failed DATABASE_URL: The database \S+damaged\.db cannot be used .*The database file is damaged: restore/m,
    ],
  },
  {
    part: "database",
    name: "a PostgreSQL server that does not reply",
    run: { env: { DATABASE_URL: "postgres://u:a-long-password@127.0.0.1:9/db" } },
    expected: [/^failed DATABASE_URL: The database 127\.0\.0\.1:9\/db cannot be used .*Check that the server runs/m],
  },
  {
    part: "clock",
    name: "a clock that is wrong",
    run: { ahead: 600_000 },
    expected: [
      /^failed clock, compared with Slack: this machine is \d+ seconds ahead\. Synchronize its clock \(NTP\)\.$/m,
      /^failed clock, compared with AWS: this machine is \d+ seconds ahead\./m,
    ],
  },
  {
    part: "clock",
    name: "a clock that is a little wrong",
    run: { ahead: -15_000 },
    expected: [/^warning clock, compared with Slack: this machine is 1[456] seconds behind\./m],
  },
];
