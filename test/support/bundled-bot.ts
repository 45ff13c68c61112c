import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files of the bot with all its imports. They load in less than half the time, and the tests start hundreds of bots. */
export interface BundledBot {
  /** The program that ships: `src/cli/main.ts`. */
  program: string;
  /** The program that tests kill and control: `test/torture/bot-entry.ts`. */
  tortureEntry: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/bundled-bot");
const SOURCES = ["src", "test/torture", "test/support"];
/** A bundle of other sources may still be in use. */
const MAX_AGE_MS = 86_400_000;

let bundled: Promise<BundledBot> | undefined;

/** Returns the bundles of the current sources. Builds them if these sources have none. */
export function bundledBot(): Promise<BundledBot> {
  bundled ??= findOrBuild();
  return bundled;
}

async function findOrBuild(): Promise<BundledBot> {
  const folder = join(CACHE, hashSources());
  if (!existsSync(folder)) await buildInto(folder);
  return { program: join(folder, "program.mjs"), tortureEntry: join(folder, "torture.mjs") };
}

/** Builds into a temporary folder and renames it, so that parallel builds of the same sources do not conflict. */
async function buildInto(folder: string): Promise<void> {
  const { build } = await import("vite");
  const temporary = `${folder}.${process.pid}`;
  const input = { program: join(ROOT, "src/cli/main.ts"), torture: join(ROOT, "test/torture/bot-entry.ts") };
  await build({
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true, target: "node" },
    build: {
      ...{ ssr: true, outDir: temporary, target: "node24", minify: false, emptyOutDir: false, copyPublicDir: false },
      rolldownOptions: { input, output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" } },
    },
  });
  mkdirSync(CACHE, { recursive: true });
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
  for (const path of readdirSync(CACHE).map((name) => join(CACHE, name)))
    if (Date.now() - statSync(path).mtimeMs > MAX_AGE_MS) rmSync(path, { recursive: true, force: true });
}

/** Hashes the content of the sources: modification times are meaningless after a checkout. */
function hashSources(): string {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  for (const folder of SOURCES)
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).sort())
      if (name.endsWith(".ts"))
        hash
          .update(name)
          .update("\0")
          .update(readFileSync(join(ROOT, folder, name)))
          .update("\0");
  return hash.digest("hex").slice(0, 16);
}
