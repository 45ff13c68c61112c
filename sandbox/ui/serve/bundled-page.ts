import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the built page, held in memory: what is not in here cannot be asked for. */
export interface PageFile {
  type: string;
  body: Uint8Array<ArrayBuffer>;
}

const UI = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(UI, "dist");
/** What the bundle is made of besides the page's own files: the versions of its dependencies. */
const LOCKFILE = fileURLToPath(new URL("../../../package-lock.json", import.meta.url));

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The page's files by their path below `/`. They are built with Vite when their sources changed since the last build, so
 * that nobody needs a step between `npm ci` and `npm run sandbox`; else they are only read.
 */
export async function bundledPage(): Promise<Map<string, PageFile>> {
  const folder = join(DIST, fingerprint());
  if (!existsSync(folder)) await buildInto(folder);
  return new Map(
    filesBelow(folder).map((path) => [
      relative(folder, path).replaceAll("\\", "/"),
      { type: TYPES[extname(path)] ?? "application/octet-stream", body: new Uint8Array(readFileSync(path)) },
    ]),
  );
}

/** Builds beside `folder` and moves it there as a whole: whoever else builds at the same time builds the same. */
async function buildInto(folder: string): Promise<void> {
  const { build } = await import("vite");
  const workshop = `${folder}.${process.pid}`;
  await build({
    configFile: join(UI, "vite.config.ts"),
    root: UI,
    logLevel: "warn",
    build: { outDir: workshop, emptyOutDir: true },
  });
  try {
    renameSync(workshop, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(workshop, { recursive: true, force: true });
  }
  for (const name of readdirSync(DIST).filter((each) => isOlderBuild(each, folder))) {
    rmSync(join(DIST, name), { recursive: true, force: true });
  }
}

/** A finished build of other sources; one that is still being made has its process in its name. */
const isOlderBuild = (name: string, folder: string) => !name.includes(".") && name !== basename(folder);

/** Names the sources by their content: a time of change says little after a checkout. */
function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(LOCKFILE));
  for (const path of filesBelow(UI)
    .filter((each) => !each.startsWith(DIST))
    .sort()) {
    hash.update(relative(UI, path)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
}
