import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BIOME = join(dirname(createRequire(import.meta.url).resolve("@biomejs/biome/package.json")), "bin", "biome");

interface Finding {
  /** The file and the line, from 1. */
  path: string;
  line: number;
  rule: string;
}

/**
 * What the project's own rules say of these files, which stand in a folder elsewhere: nothing is written among the
 * sources, and all of them are linted at once.
 */
async function lint(t: TestContext, files: Record<string, string>): Promise<Finding[]> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "countersign-arrows-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { $schema: _, vcs: __, ...rules } = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  for (const [path, text] of Object.entries({ ...files, "biome.json": JSON.stringify(rules) })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const said = await new Promise<string>((resolve) => {
    const options = ["lint", "--reporter=github", "--max-diagnostics=none", "."];
    execFile(process.execPath, [BIOME, ...options], { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
  return [...said.matchAll(/^::\w+ title=([^,]+),file=([^,]+),line=(\d+)/gm)].map(([, rule = "", path = "", line]) => ({
    rule: rule.replace("lint/", ""),
    path: relative(folder, path),
    line: Number(line),
  }));
}

const importing = (...modules: string[]) =>
  modules
    .map((module, index) => `import { it as it${index} } from "${module}";\nexport const use${index} = it${index};\n`)
    .join("");

/** What each room must not reach, as a newcomer might try to reach it. */
const AGAINST: Record<string, string[]> = {
  "src/core/x.ts": [
    "../app/decide/evaluate-click.ts",
    "../config/config.ts",
    "../slack/chat.ts",
    "../aws/decode.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../cli/main.ts",
    "../../sandbox/wire/clock.ts",
    "../../test/support/world.ts",
    "node:crypto",
    "crypto",
    "node:fs/promises",
    "kysely/migration",
    "kysely",
    "zod",
    "@slack/bolt",
    "@aws-sdk/client-ssm",
  ],
  "src/app/x.ts": [
    "../config/config.ts",
    "../slack/chat.ts",
    "../aws/automation.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../../sandbox/wire/clock.ts",
    "node:fs",
    "kysely",
    "@slack/web-api",
    "@aws-sdk/client-ssm",
    "pino",
  ],
  "src/config/x.ts": [
    "../app/ports/aws.ts",
    "../slack/chat.ts",
    "../aws/decode.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../../sandbox/bot-environment.ts",
  ],
  "src/slack/x.ts": [
    "../config/config.ts",
    "../aws/decode.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../../sandbox/slack/seed.ts",
  ],
  "src/slack/messages/x.ts": [
    "../../aws/decode.ts",
    "../../store/store.ts",
    "../../config/config.ts",
    "../../bot/start.ts",
  ],
  "src/aws/x.ts": [
    "../config/config.ts",
    "../slack/chat.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../../sandbox/aws/seed.ts",
  ],
  "src/store/x.ts": [
    "../config/config.ts",
    "../slack/chat.ts",
    "../aws/decode.ts",
    "../workers/loop.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
    "../../test/support/stores.ts",
  ],
  "src/ops/x.ts": [
    "../config/config.ts",
    "../slack/chat.ts",
    "../aws/decode.ts",
    "../store/store.ts",
    "../bot/connect-slack.ts",
    "../bot/start.ts",
  ],
  "src/workers/x.ts": ["../../sandbox/wire/clock.ts", "../../test/support/world.ts"],
  "src/bot/x.ts": ["../../sandbox/wire/clock.ts", "../../test/support/world.ts"],
  "sandbox/aws/x.ts": ["../../src/core/execution.ts", "../../src/aws/decode.ts", "../../test/support/world.ts"],
  "sandbox/x.ts": ["../src/core/execution.ts"],
};

/** What each room may reach. */
const ALONG: Record<string, string[]> = {
  "src/core/x.ts": ["./request.ts"],
  "src/app/x.ts": ["./ports/aws.ts", "../core/request.ts"],
  "src/config/x.ts": ["./problem.ts", "../core/policy.ts", "zod", "yaml", "node:fs"],
  "src/slack/x.ts": ["./failures.ts", "../app/ports/aws.ts", "../core/request.ts", "@slack/bolt"],
  "src/aws/x.ts": ["./failures.ts", "../app/ports/aws.ts", "../core/execution.ts", "@aws-sdk/client-ssm"],
  "src/store/x.ts": ["./schema.ts", "../app/ports/aws.ts", "../core/audit.ts", "kysely", "node:sqlite"],
  "src/ops/x.ts": ["./loop.ts", "../app/ports/aws.ts", "pino", "node:http"],
  "src/workers/x.ts": [
    "../app/decide/evaluate-click.ts",
    "../slack/app.ts",
    "../aws/automation.ts",
    "../store/store.ts",
    "../workers/loop.ts",
    "../config/config.ts",
  ],
  "sandbox/x.ts": ["./wire/clock.ts", "hono"],
};

test("an import against an arrow is caught, from every room and of every kind", async (t) => {
  const files = Object.fromEntries(Object.entries(AGAINST).map(([path, modules]) => [path, importing(...modules)]));
  const findings = await lint(t, files);
  const escaped = Object.entries(AGAINST).flatMap(([path, modules]) => {
    const lines = findings.filter((each) => each.path === path && each.rule === "style/noRestrictedImports");
    const caught = new Set(lines.map(({ line }) => (line - 1) / 2));
    return modules.filter((_, index) => !caught.has(index)).map((module) => `${path} -> ${module}`);
  });
  assert.deepEqual(escaped, []);
});

test("along the arrows every room reaches what it needs", async (t) => {
  const files = Object.fromEntries(Object.entries(ALONG).map(([path, modules]) => [path, importing(...modules)]));
  assert.deepEqual(await lint(t, files), []);
});

test("modules that import each other in a circle are caught", async (t) => {
  const findings = await lint(t, {
    "src/core/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
    "src/core/b.ts": 'import { c } from "./c.ts";\nexport const b = () => c;\n',
    "src/core/c.ts": 'import { a } from "./a.ts";\nexport const c = () => a;\n',
  });
  assert.deepEqual(findings.map(({ path, rule }) => [path, rule]).toSorted(), [
    ["src/core/a.ts", "suspicious/noImportCycles"],
    ["src/core/b.ts", "suspicious/noImportCycles"],
    ["src/core/c.ts", "suspicious/noImportCycles"],
  ]);
});
