import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as launcher } from "playwright-core";

/** Removed from the package's arguments, so that the browser is as strict as any other. */
const INSECURE_ARGS = ["--disable-web-security", "--allow-running-insecure-content", "--single-process"];
/** Only the page may send requests. */
const QUIET_ARGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Launches the Chromium that `npm ci` installs. It runs as root, without a display and without network access. */
export async function launchBrowser(): Promise<Browser> {
  const folder = await unpackBrowser();
  const args = [...chromium.args.filter((each) => !INSECURE_ARGS.includes(each)), ...QUIET_ARGS];
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") } as Record<string, string>;
  return launcher.launch({ executablePath: join(folder, "chromium"), args, env, headless: true });
}

/**
 * Returns the folder of the unpacked browser, which all tests on this machine share. Unpacks into a temporary folder and
 * renames it, since two test files may start at the same time.
 */
async function unpackBrowser(): Promise<string> {
  const manifest = new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const folder = join(tmpdir(), `countersign-chromium-${version}`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary; // The package unpacks into TMPDIR.
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  writeFileSync(join(temporary, "fonts.conf"), fontsConf(folder));
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Prefers the fonts of the package, so that the page looks the same on each machine. */
const fontsConf = (folder: string) => `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family><family>Liberation Mono</family></prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
