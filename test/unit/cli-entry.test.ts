import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadDotEnv } from "../../src/config/dot-env.ts";
import { childEnvironment } from "../support/child-environment.ts";

const { bin, engines, scripts } = JSON.parse(readFileSync("package.json", "utf8"));
const ENTRY = join(process.cwd(), bin.countersign);

/** Runs the program in an empty folder, in which `prepare` may create files. */
function run(t: TestContext, options: { node?: string[]; args?: string[]; prepare?: (folder: string) => void }) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-cli-"));
  t.after(() => rmSync(folder, { recursive: true }));
  options.prepare?.(folder);
  const args = [...(options.node ?? []), ENTRY, ...(options.args ?? ["serve"])];
  return new Promise<{ code: number | string | undefined; text: string }>((resolve) =>
    execFile(process.execPath, args, { cwd: folder, env: childEnvironment() }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    ),
  );
}

/** Runs the program as this version of Node.js reports itself. */
const runAs = (t: TestContext, version: string, args: string[]) =>
  run(t, {
    node: ["--import", `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`],
    args,
  });

for (const version of ["20.9.0", "24.13.1"])
  test(`Node ${version} gets one sentence with the fix`, async (t) => {
    const { code, text } = await runAs(t, version, ["serve"]);
    assert.equal(code, 2);
    assert.match(
      text,
      /^Countersign needs Node\.js 24\.14 or newer, and this is v\S+\. Install Node\.js 24\.14, .*\n$/,
    );
  });

test("the oldest version of Node that the package accepts starts the program", async (t) => {
  const oldest = `${engines.node.replace(">=", "")}.0`;
  assert.equal(oldest, "24.14.0");
  // With a proxy, the bot calls http.setGlobalProxyFromEnv. This line of the types is its first version.
  const types = readFileSync("node_modules/@types/node/http.d.ts", "utf8");
  assert.match(types, /@since v24\.14\.0\n(?:(?!@since).*\n)*?.*function setGlobalProxyFromEnv/);
  assert.equal((await runAs(t, oldest, ["--version"])).code, 0);
});

test("npm and npx start the entry that an older Node can read, and npm need not change its file mode", () => {
  assert.equal(scripts.start, `node ${bin.countersign} serve`);
  assert.match(bin.countersign, /\.js$/);
  assert.match(readFileSync(ENTRY, "utf8"), /^#!\/usr\/bin\/env node\n/);
  const [mode] = execFileSync("git", ["ls-files", "--stage", bin.countersign], { encoding: "utf8" }).split(" ");
  assert.equal(mode, "100755");
});

test("a command reads .env before anything else", async (t) => {
  const prepare = (folder: string) => writeFileSync(join(folder, ".env"), "DATABASE_URL=mysql:x\n");
  const { code, text } = await run(t, { args: ["migrate"], prepare });
  assert.equal(code, 2);
  assert.match(text, /DATABASE_URL\n {2}It begins with neither sqlite: nor postgres/);
});

test("a .env that cannot be read is a problem; one that does not exist is not", () => {
  assert.match(loadDotEnv("src")?.what ?? "", /^The file cannot be read \(\w+\)\.$/);
  assert.equal(loadDotEnv("no-such-file"), null);
});
