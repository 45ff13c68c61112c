import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { eventually } from "./eventually.ts";
import { freePort } from "./postgres-server.ts";

const PROGRAMS = ["initdb", "postgres", "pg_dump", "pg_restore"];
/** Where Linux distributions and Homebrew keep the programs of PostgreSQL. */
const FOLDERS = ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"];

/** Returns the folder with the programs of PostgreSQL, of the newest version; null if the machine has none. */
export function findPostgresPrograms(): string | null {
  const isComplete = (folder: string) => PROGRAMS.every((program) => existsSync(join(folder, program)));
  return globSync(FOLDERS).filter(isComplete).sort().at(-1) ?? null;
}

/** Starts a server of the PostgreSQL of the machine, whose pg_dump and pg_restore have its version. */
export async function startMachinePostgres(programs: string) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-tools-"));
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  const idOf = (option: string) => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));
  const user = isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder };
  const data = join(folder, "data");
  const flags = ["--username=countersign", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
  const created = spawnSync(join(programs, "initdb"), [`--pgdata=${data}`, ...flags], { ...options, encoding: "utf8" });
  if (created.status !== 0) throw new Error(created.stderr);
  const port = await freePort();
  const settings = ["fsync=off", "unix_socket_directories=", "listen_addresses=127.0.0.1", `port=${port}`];
  const server = spawn(join(programs, "postgres"), ["-D", data, ...settings.flatMap((each) => ["-c", each])], {
    ...options,
    stdio: "ignore",
  });
  const url = (name: string) => `postgres://countersign@127.0.0.1:${port}/${name}`;
  const query = async (statement: string) => {
    const client = new pg.Client({ connectionString: url("postgres") });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await eventually("the server accepts connections", () =>
    query("select 1").then(
      () => true,
      () => false,
    ),
  );
  return {
    /** Creates an empty database, and returns its URL. */
    async create(name: string): Promise<string> {
      await query(`create database ${name}`);
      return url(name);
    },
    /** Runs a command of the shell with the programs of this version. */
    run(command: string, { DATABASE_URL, cwd }: { DATABASE_URL: string; cwd: string }): void {
      const env = { PATH: `${programs}:${process.env.PATH}`, DATABASE_URL };
      execFileSync("/bin/sh", ["-c", command], { cwd, env, stdio: "pipe" });
    },
    async end(): Promise<void> {
      server.kill("SIGINT");
      await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
