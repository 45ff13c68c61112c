#!/usr/bin/env node
// The entry of every command. It is JavaScript, because an older Node cannot read TypeScript and must still say so.
import { existsSync } from "node:fs";

const MIN_NODE = 24;
// The npm package has compiled files instead, because Node strips no types under node_modules.
const SOURCE = new URL("./main.ts", import.meta.url);
const COMPILED = new URL("../../dist/src/cli/main.js", import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= MIN_NODE) import(existsSync(SOURCE) ? SOURCE : COMPILED);
else {
  const found = `this is ${process.version}`;
  const fix = `Install Node.js ${MIN_NODE}, or run npm ci without --omit=dev: the development packages include it.`;
  process.stderr.write(`Countersign needs Node.js ${MIN_NODE} or newer, and ${found}. ${fix}\n`);
  process.exitCode = 2;
}
