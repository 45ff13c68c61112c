import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as launcher } from "playwright-core";

/** Left out of the package's arguments: the page is to be seen as strictly as any browser would. */
const TOO_LENIENT = ["--disable-web-security", "--allow-running-insecure-content", "--single-process"];
/** Nothing but the page itself is to ask for anything. */
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The Chromium that comes with `npm ci`. It runs as root, without a display and without a network. */
export async function launchBrowser(): Promise<Browser> {
  const folder = await unpacked();
  const args = [...chromium.args.filter((each) => !TOO_LENIENT.includes(each)), ...QUIET];
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") } as Record<string, string>;
  return launcher.launch({ executablePath: join(folder, "chromium"), args, env, headless: true });
}

/**
 * Where the browser lies unpacked, for all who need it on this machine. It is unpacked beside that place and then moved
 * there as a whole, since two test files may start at the same moment.
 */
async function unpacked(): Promise<string> {
  const manifest = new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const place = join(tmpdir(), `countersign-chromium-${version}`);
  if (existsSync(place)) return place;
  const workshop = `${place}.${process.pid}`;
  mkdirSync(workshop);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = workshop; // the package unpacks into the folder for temporary files
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  writeFileSync(join(workshop, "fonts.conf"), fontsConf(place));
  try {
    renameSync(workshop, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
    rmSync(workshop, { recursive: true, force: true });
  }
  return place;
}

/** The fonts of the package first, so that the page looks the same on each machine; then the machine's own. */
const fontsConf = (place: string) => `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(place, "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(place, "fonts-cache")}</cachedir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family><family>Liberation Mono</family></prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
