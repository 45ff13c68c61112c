import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { toManifestUrl } from "../../src/config/new-files.ts";
import { type Copy, formatLastLines, isReady, spawnBot, startBot } from "../support/bot.ts";
import { bundledBot } from "../support/bundled-bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { ONE_GATE, world } from "../support/world.ts";

const run = promisify(execFile);
const ROOT = process.cwd();
const { name, version, bin, dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-package-"));
  t.after(() => {
    execFileSync("chmod", ["-R", "u+w", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Unpacks the npm package into a node_modules folder, next to the production dependencies of this checkout. */
async function installPackage(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT });
  const { filename } = JSON.parse(stdout.slice(stdout.indexOf("["))).at(0);
  const modules = join(folder, "node_modules");
  for (const dependency of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", dependency), join(modules, dependency));
  }
  const installed = join(modules, name);
  mkdirSync(installed);
  await run("tar", ["-xzf", join(folder, filename), "-C", installed, "--strip-components=1"]);
  return installed;
}

fullMatrixTest(
  "the npm package has compiled JavaScript, runs under node_modules with the production dependencies, and shows its version",
  async (t) => {
    const installed = await installPackage(t);
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((file) => /\.tsx?$|(?:^|\/)(?:test|sandbox|node_modules)\/|\.env$|\.db/.test(file)),
      [],
    );
    for (const file of [bin.countersign, "countersign.example.yml", "manifest.yml", "LICENSE", "README.md"])
      assert.ok(files.includes(file), file);
    const copy: Copy = { program: join(installed, bin.countersign) };
    const shown = await spawnBot({}, copy, ["--version"]);
    assert.deepEqual([await shown.ended, shown.lines], [0, [version]]);
    // init needs a terminal to ask. Its input ends at the first question, after the link of the packed manifest.
    const asTerminal = "--import=data:text/javascript,process.stdin.isTTY=process.stdout.isTTY=true";
    const asked = await spawnBot({ NODE_OPTIONS: asTerminal }, { ...copy, cwd: temporaryFolder(t) }, ["init"]);
    assert.equal(await asked.ended, 1, formatLastLines(asked.lines));
    assert.ok(asked.lines.includes(toManifestUrl(readFileSync("manifest.yml", "utf8"))), formatLastLines(asked.lines));

    const w = await world(t, { start: false });
    const bot = await startBot(w.environment, copy);
    t.after(bot.kill);
    await eventually(
      "the bot is ready",
      () => isReady(bot),
      () => formatLastLines(bot.lines),
    );
    const metrics = await (await fetch(`http://127.0.0.1:${bot.opsPort}/metrics`)).text();
    assert.ok(metrics.includes(`countersign_build_info{version="${version}"`));
    assert.equal(await bot.stop(), 0);
  },
);

fullMatrixTest("the bot runs as nobody from a read-only checkout, and writes only to the data folder", async (t) => {
  const w = await world(t, { start: false });
  const folder = temporaryFolder(t);
  const [checkout, data] = [join(folder, "checkout"), join(folder, "data")];
  for (const each of [checkout, data]) mkdirSync(each);
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: numberOf("-u"), gid: numberOf("-g") } : {};
  // A checkout below a private folder cannot be entered by another user; its bundle and its Node are copied then.
  const isOpen = !isRoot || [ROOT, process.execPath].every(canBeEntered);
  if (isOpen) {
    for (const each of ["src", "package.json"]) cpSync(join(ROOT, each), join(checkout, each), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  } else {
    // The bundle has several files.
    cpSync(dirname((await bundledBot()).program), checkout, { recursive: true });
    copyFileSync(process.execPath, join(checkout, "node"));
  }
  writeFileSync(join(checkout, "countersign.yml"), readFileSync(join(w.folder, "countersign.yml")));
  if (nobody.uid !== undefined) chownSync(data, nobody.uid, nobody.gid);
  else t.diagnostic("not root: the bot runs as this user, from files and folders that this user cannot write");
  const before = makeReadOnly(checkout);

  const environment = {
    ...w.environment,
    COUNTERSIGN_CONFIG: join(checkout, "countersign.yml"),
    DATABASE_URL: `sqlite:${join(data, "countersign.db")}`,
    HOME: "/nonexistent",
    NODE_COMPILE_CACHE: undefined,
  };
  const own = isOpen
    ? { program: join(checkout, bin.countersign) }
    : { program: join(checkout, "program.mjs"), node: join(checkout, "node") };
  const copy = { ...own, cwd: checkout, ...nobody };
  const bot = await startBot(environment, copy);
  t.after(bot.kill);
  await eventually(
    "the bot is ready",
    () => isReady(bot),
    () => formatLastLines(bot.lines),
  );
  const message = await w.message(await w.run(ONE_GATE));
  await w.click("U0JANE", message, "approve");
  await eventually("the signal is sent", async () => (await w.awsCalls("SendAutomationSignal")).length === 1);
  assert.equal(await bot.stop(), 0);
  assert.deepEqual(listFiles(checkout), before);
  const path = join(data, "countersign.db");
  assert.equal(statSync(path).uid, nobody.uid ?? process.getuid?.());

  // A database that this user may not write any more: its file, or the folder, in which SQLite writes further files.
  for (const denied of [path, data]) {
    chmodSync(denied, denied === data ? 0o555 : 0o444);
    const doctor = await spawnBot(environment, copy, ["doctor"]);
    assert.equal(await doctor.ended, 1);
    const line = `failed   DATABASE_URL: not writable (${denied}: EACCES). Allow the user of the bot to write it.`;
    assert.ok(doctor.lines.includes(line), formatLastLines(doctor.lines));
    const started = await spawnBot(environment, copy);
    assert.equal(await started.ended, 1);
    assert.match(formatLastLines(started.lines), /"event":"bot.failed".*countersign\.db cannot be opened/);
    chmodSync(denied, denied === data ? 0o755 : 0o600);
  }
});

const numberOf = (option: string) => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));

/** Tells whether every user can enter the folders above, and the path itself. */
function canBeEntered(path: string): boolean {
  for (let each = path; ; each = dirname(each)) {
    if ((statSync(each).mode & 0o001) === 0) return false;
    if (each === dirname(each)) return true;
  }
}

/** Removes the permission to write from everything in the folder, and lists what it has. Root may still write. */
function makeReadOnly(folder: string): string[] {
  const all = listFiles(folder);
  execFileSync("chmod", ["-R", "a-w,a+rX", folder]);
  if (process.getuid?.() !== 0) assert.throws(() => accessSync(folder, constants.W_OK));
  return all;
}

/** Lists all files, without the caches of the tests that run at the same time. */
function listFiles(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return all.filter((file) => !file.startsWith("node_modules/.cache")).sort();
}
