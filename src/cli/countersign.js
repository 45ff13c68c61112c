#!/usr/bin/env node
// The entry of every command. It is JavaScript, because an older Node cannot read TypeScript and must still say so.
import { existsSync } from "node:fs";

// 24.14: http.setGlobalProxyFromEnv, for HTTPS_PROXY.
const [MIN_MAJOR, MIN_MINOR] = [24, 14];
// The npm package has compiled files instead, because Node strips no types under node_modules.
const SOURCE = new URL("./main.ts", import.meta.url);
const COMPILED = new URL("../../dist/src/cli/main.js", import.meta.url);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) import(existsSync(SOURCE) ? SOURCE : COMPILED);
else {
  const found = `this is ${process.version}`;
  const fix = `Install Node.js ${MIN_MAJOR}.${MIN_MINOR}, or run npm ci without --omit=dev: the development packages include it.`;
  process.stderr.write(`Countersign needs Node.js ${MIN_MAJOR}.${MIN_MINOR} or newer, and ${found}. ${fix}\n`);
  process.exitCode = 2;
}
