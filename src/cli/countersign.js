#!/usr/bin/env node
// The entry of every command. It is JavaScript, because an older Node cannot read TypeScript and must still say so.
const MIN_NODE = 24;

if (Number.parseInt(process.versions.node, 10) >= MIN_NODE) import("./main.ts");
else {
  const found = `this is ${process.version}`;
  const fix = `Install Node.js ${MIN_NODE}, or run npm ci without --omit=dev: the development packages include it.`;
  process.stderr.write(`Countersign needs Node.js ${MIN_NODE} or newer, and ${found}. ${fix}\n`);
  process.exitCode = 2;
}
