import assert from "node:assert/strict";
import { test } from "node:test";
import type { GetDocumentCommandOutput } from "@aws-sdk/client-ssm";
import { MalformedAnswerError } from "../../src/aws/aws-failures.ts";
import { readDeclared } from "../../src/aws/defaults.ts";

const read = (Content: string) =>
  readDeclared(async () => ({ Content }) as GetDocumentCommandOutput, "Prod-DB-Restart", "1");

/** Returns the processor time of this thread, in microseconds: other processes do not count. */
async function cost(work: () => unknown): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 3; run++) {
    const since = process.threadCpuUsage();
    for (let time = 0; time < 5; time++) await work();
    const { user, system } = process.threadCpuUsage(since);
    runs.push(user + system);
  }
  return Math.min(...runs);
}

test("a runbook of the maximum size costs little more than its text, also with thousands of keys", async () => {
  const keys = Object.fromEntries(Array.from({ length: 6_500 }, (_, key) => [`k${key}`, 1]));
  const content = JSON.stringify({ parameters: { Map: { type: "StringMap", default: keys } } });
  assert.ok(content.length < 65_536 && content.length > 60_000, `${content.length} characters`);
  // Parsed as YAML, each key was compared with every other one.
  const [least, most] = [await cost(() => JSON.stringify(JSON.parse(content))), await cost(() => read(content))];
  assert.ok(most < 10 * Math.max(least, 4_000), `${least} and ${most} microseconds`);
});

test("a runbook that is not JSON is malformed: AWS returns the format that the bot requests", async () => {
  for (const content of ["", "parameters:\n  Size: { default: small }\n", "{", "null", "[]"])
    await assert.rejects(read(content), MalformedAnswerError);
});
