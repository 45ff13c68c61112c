import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the built page. The server serves only these files, from memory. */
export interface PageFile {
  type: string;
  body: Uint8Array<ArrayBuffer>;
}

const UI = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(UI, "dist");
/** The bundle depends on it too: it contains the versions of the dependencies. */
const LOCKFILE = fileURLToPath(new URL("../../../package-lock.json", import.meta.url));

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Returns the page's files by their path below `/`. Builds them with Vite if the sources changed since the last build, so
 * that `npm run sandbox` needs no build step after `npm ci`.
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

/** Builds into a temporary folder and renames it, so that parallel builds of the same sources do not conflict. */
async function buildInto(folder: string): Promise<void> {
  const { build } = await import("vite");
  const temporary = `${folder}.${process.pid}`;
  await build({
    configFile: join(UI, "vite.config.ts"),
    root: UI,
    logLevel: "warn",
    build: { outDir: temporary, emptyOutDir: true },
  });
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
  for (const name of readdirSync(DIST).filter((each) => isOlderBuild(each, folder))) {
    rmSync(join(DIST, name), { recursive: true, force: true });
  }
}

/** Whether a folder is a finished build of other sources. A build in progress has a dot and its process id in its name. */
const isOlderBuild = (name: string, folder: string) => !name.includes(".") && name !== basename(folder);

/** Hashes the content of the sources: modification times are meaningless after a checkout. */
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
