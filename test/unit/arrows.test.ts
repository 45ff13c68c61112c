import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
 * Lints these files by the project's own rules, all at once, in a temporary folder: the sources stay untouched.
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

/** Each form in which TypeScript can refer to another module. */
const FORMS: Record<string, (module: string, index: number) => string> = {
  import: (module, index) => `import { it as it${index} } from "${module}";export const use${index} = it${index};`,
  type: (module, index) => `import type { It as It${index} } from "${module}";export type Use${index} = It${index};`,
  export: (module, index) => `export { it as it${index} } from "${module}";`,
  dynamic: (module, index) => `export const it${index} = () => import("${module}");`,
};

/** A file with one reference a line. */
const importing = (modules: readonly string[], form: keyof typeof FORMS) =>
  modules.map((module, index) => `${FORMS[form]?.(module, index)}\n`).join("");

const SDKS = {
  slack: ["@slack/bolt", "@slack/web-api", "@slack/types", "@slack/socket-mode"],
  aws: ["@aws-sdk/client-ssm", "@aws-sdk/client-sts", "@aws-sdk/client-eventbridge"],
  store: ["kysely", "kysely/migration", "pg"],
};
/** Folders of src, with one of their modules. */
const FOLDERS: Record<string, string> = {
  core: "core/request.ts",
  ports: "app/ports/aws.ts",
  app: "app/decide/evaluate-click.ts",
  config: "config/load.ts",
  slack: "slack/messages/text.ts",
  aws: "aws/automation.ts",
  store: "store/store.ts",
  ops: "ops/metrics.ts",
  workers: "workers/loop.ts",
  bot: "bot/start.ts",
  cli: "cli/main.ts",
};
const BUILT_INS = ["node:fs", "node:fs/promises", "node:http"];

interface Border {
  /** Where the importing file is. */
  from: string;
  /** Folders that it may import; all others are forbidden. */
  folders: string[];
  /** Packages and files that it may import. */
  also: string[];
  /** Packages and files that it may not import. */
  never: string[];
}

const BORDERS: Border[] = [
  { from: "core", folders: [], also: ["./request.ts"], never: [...BUILT_INS, "crypto", "zod", "p-queue"] },
  {
    from: "app/ports",
    folders: ["core"],
    also: ["./aws.ts"],
    never: [...BUILT_INS, "zod", "../decide/evaluate-click.ts"],
  },
  {
    from: "app/watch",
    folders: ["core", "ports"],
    also: ["./sync-execution.ts", "../ports/aws.ts"],
    never: [...BUILT_INS, "pino", "zod", "../deliver/digest.ts", "../signal/send-signal.ts"],
  },
  { from: "config", folders: ["core"], also: ["./problem.ts", "zod", "yaml", ...BUILT_INS], never: ["pino"] },
  {
    from: "slack",
    folders: ["core", "ports", "app"],
    also: ["./chat.ts", "./messages/text.ts", "p-queue", "zod", ...BUILT_INS, ...SDKS.slack],
    never: ["pino"],
  },
  {
    from: "slack/listeners",
    folders: ["core", "ports", "app"],
    also: ["./modal.ts", "../chat.ts", "../messages/text.ts", "../people/groups.ts", ...BUILT_INS, ...SDKS.slack],
    never: ["pino"],
  },
  {
    from: "slack/messages",
    folders: ["core", "ports", "app"],
    also: ["./text.ts", "@slack/types"],
    never: [...BUILT_INS, "@slack/web-api", "@slack/bolt", "../chat.ts", "../people/groups.ts"],
  },
  {
    from: "aws",
    folders: ["core", "ports"],
    also: ["./decode.ts", "p-queue", "yaml", ...BUILT_INS, ...SDKS.aws],
    never: ["zod"],
  },
  {
    from: "store",
    folders: ["core", "ports"],
    also: ["./schema.ts", "./migrations/0001-foundation.ts", "node:sqlite", ...BUILT_INS, ...SDKS.store],
    never: ["zod"],
  },
  {
    from: "store/migrations",
    folders: ["core", "ports"],
    also: ["../schema.ts", ...SDKS.store],
    never: ["zod"],
  },
  { from: "ops", folders: ["core", "ports", "app"], also: ["./clock.ts", "pino", ...BUILT_INS], never: ["zod"] },
  {
    from: "workers",
    folders: ["core", "ports", "app", "ops"],
    also: ["./loop.ts", "p-queue"],
    never: [...BUILT_INS, "zod"],
  },
  {
    from: "bot",
    folders: Object.keys(FOLDERS).filter((each) => each !== "cli"),
    also: ["./wiring.ts", ...BUILT_INS, ...SDKS.slack],
    never: ["p-queue"],
  },
  {
    from: "cli",
    folders: Object.keys(FOLDERS).filter((each) => each !== "workers"),
    also: ["./main.ts", "commander", ...BUILT_INS],
    never: ["zod"],
  },
];

/** The way from a folder of src to a path under the project's own folder. */
const up = (from: string, to: string) => join(...from.split("/").map(() => ".."), to);

/** One file for each border and form of import, with the modules that it names. */
function filesWith(modulesOf: (border: Border) => readonly string[]) {
  return BORDERS.flatMap((border) =>
    Object.keys(FORMS).map((form) => {
      const modules = modulesOf(border);
      return { path: `src/${border.from}/${form}.ts`, modules, text: importing(modules, form) };
    }),
  );
}

const asFiles = (files: readonly { path: string; text: string }[]) =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]));

/** The modules of folders other than its own. */
const foldersOf = ({ from }: Border, wanted: (folder: string) => boolean) =>
  Object.entries(FOLDERS)
    .filter(([folder, module]) => wanted(folder) && !module.startsWith(`${from.split("/")[0]}/`))
    .map(([, module]) => up(from, module));

/** What a border forbids: other folders, the SDKs, the sandbox and the tests. */
const forbidden = (border: Border) => [
  ...foldersOf(border, (folder) => !border.folders.includes(folder)),
  ...Object.values(SDKS)
    .flat()
    .filter((sdk) => !border.also.includes(sdk) && !border.never.includes(sdk)),
  up(`src/${border.from}`, "sandbox/wire/clock.ts"),
  up(`src/${border.from}`, "test/support/world.ts"),
  ...border.never,
];

test("an import across a border is caught, from every folder, in every form", async (t) => {
  const standIn = ["../../src/core/execution.ts", "../../src/aws/decode.ts", "../../test/support/world.ts"];
  const files = [
    ...filesWith(forbidden),
    ...Object.keys(FORMS).map((form) => ({
      path: `sandbox/aws/${form}.ts`,
      modules: standIn,
      text: importing(standIn, form),
    })),
  ];
  const findings = await lint(t, asFiles(files));
  const escaped = files.flatMap(({ path, modules }) => {
    const found = findings.filter((each) => each.path === path && each.rule === "style/noRestrictedImports");
    const caught = new Set(found.map(({ line }) => line - 1));
    return modules.filter((_, index) => !caught.has(index)).map((module) => `${path} -> ${module}`);
  });
  assert.deepEqual(escaped, []);
});

test("every folder may import what its border allows, in every form", async (t) => {
  const allowed = (border: Border) => [
    ...foldersOf(border, (folder) => border.folders.includes(folder)),
    ...border.also,
  ];
  const standIn = ["../wire/clock.ts", "hono", "@slack/types"];
  const files = { ...asFiles(filesWith(allowed)), "sandbox/aws/x.ts": importing(standIn, "import") };
  const findings = await lint(t, files);
  assert.deepEqual(
    findings.filter(({ rule }) => rule === "style/noRestrictedImports"),
    [],
  );
});

test("each folder of src has a border", () => {
  const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((each) => each.isDirectory());
  const bordered = new Set(BORDERS.map(({ from }) => from.split("/")[0]));
  assert.deepEqual(
    folders.map(({ name }) => name).filter((name) => !bordered.has(name)),
    [],
  );
});

test("the arrows of docs/architecture.md are those that the borders allow and the imports use", () => {
  const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const shown = Array.from(page.matchAll(/^(\w+) +-> (.+)$/gm), ([, from = "", to = ""]) => [
    from,
    to.split(", ").sort(),
  ]);
  // The use cases have the border of any flow.
  const borders = new Map(BORDERS.map(({ from, folders }) => [from === "app/watch" ? "app" : from, new Set(folders)]));
  const allowed = Object.keys(FOLDERS).flatMap((from) => {
    const folders = borders.get(from) ?? new Set();
    const others = [...folders].filter((each) => each !== from && each !== "ports");
    const hasPorts = folders.has("ports") && !folders.has("app") && from !== "app";
    const to = hasPorts ? [...others, "app/ports"] : others;
    return to.length === 0 ? [] : [[from, to.sort()]];
  });
  assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(allowed));
  const used = new Set<string>();
  for (const file of globSync("src/**/*.ts", { cwd: ROOT }))
    for (const [, module = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(/ from "(\.[^"]+)"/g))
      used.add(`${file.split("/")[1]} ${join(dirname(file), module).split("/")[1]}`);
  const unused = shown.flatMap(([from, to]) =>
    [...(to ?? [])].filter((each) => !used.has(`${from} ${each.split("/")[0]}`)).map((each) => `${from} -> ${each}`),
  );
  assert.deepEqual(unused, []);
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
