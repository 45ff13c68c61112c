import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import type { AssumptionValues } from "../../sandbox/aws/assumptions.ts";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { unknowns } from "../../sandbox/aws/unknowns.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { ASSUMPTIONS } from "../../src/aws/verify/assumptions.ts";
import { QUOTA_CHECK } from "../../src/aws/verify/checks.ts";
import { type Verification, verifyAws } from "../../src/aws/verify/verify-aws.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { runCli } from "../support/cli.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson, type Json } from "../support/http-json.ts";

const ACCESS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

/** Runs the checks against a stand-in with these assumptions, as its administrator. */
async function verify(
  t: TestContext,
  assumptions: Partial<AssumptionValues> = {},
  { quota = false, trail = false, signal = new AbortController().signal } = {},
) {
  const clock = makeSandboxClock();
  const aws = await startAwsSandbox({ port: 0, clock, assumptions });
  const before = { ...process.env };
  Object.assign(process.env, ACCESS, { AWS_ENDPOINT_URL: aws.url });
  const lines: string[] = [];
  t.after(async () => {
    process.env = before;
    await aws.close();
    clock.close();
  });
  const result = await verifyAws({
    region: "us-east-1",
    queue: { url: `${aws.url}/111122223333/countersign-waiting`, region: "us-east-1" },
    quota,
    trail,
    // The waits pass on the stand-in's clock.
    clock: { ...systemClock, now: clock.now, sleep: async (ms) => clock.advance(ms) },
    signal,
    report: (line) => lines.push(line),
  });
  const { executions } = await getJson(`${aws.url}/_control/executions`);
  const { documents } = await getJson(`${aws.url}/_control/documents`);
  return { ...result, lines, executions, documents };
}

const holds = ({ findings }: Verification) => Object.fromEntries(findings.map((each) => [each.name, each.holds]));

test("verify-aws observes each assumption in the stand-in, and removes everything that it created", async (t) => {
  const result = await verify(t, {}, { quota: true });
  const expected = Object.fromEntries(Object.keys(ASSUMPTIONS).map((name) => [name, true]));
  assert.deepEqual(holds(result), { ...expected, trail: null }, JSON.stringify(result, null, 1));
  assert.deepEqual(result.left, []);
  for (const { documentName, status } of result.executions as Json[])
    if (/^Countersign-Verify-/.test(documentName)) assert.match(status, /^(Success|Cancelled)$/);
  assert.deepEqual(
    (result.documents as Json[]).filter(({ name }) => name.startsWith("Countersign-Verify-")),
    [],
  );
});

test("an interruption ends the checks, and everything is removed", async (t) => {
  const result = await verify(t, {}, { signal: AbortSignal.abort() });
  assert.ok(result.findings.every(({ holds: each }) => each === null));
  assert.deepEqual([result.left, result.executions.length], [[], 0]);
  assert.ok(!result.documents.some(({ name }: Json) => name.startsWith("Countersign-Verify-")));
});

test("a throttled start says nothing about the quota", async () => {
  const start = async () => Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }));
  const [found] = await QUOTA_CHECK({ on: { start, runbooks: {} }, clock: makeSandboxClock() } as never);
  assert.deepEqual(
    [found?.holds, found?.observed],
    [null, "ThrottlingException at the start of execution 1 of this check."],
  );
});

test("verify-aws refuses a text that is not the URL of a queue before it creates anything", async () => {
  const { code, text } = await runCli({ AWS_REGION: "us-east-1" }, "verify-aws", "--yes", "--queue", "countersign");
  assert.equal(code, 2);
  assert.match(
    text,
    /^Nothing was created\. The URL of the queue is wrong: "countersign" is not the URL of an SQS queue\. Copy the queue's URL/,
  );
});

fullMatrixTest("verify-aws --yes prints each assumption as JSON, and ends with 0", async (t) => {
  const clock = makeSandboxClock();
  const aws = await startAwsSandbox({ port: 0, clock });
  t.after(async () => {
    await aws.close();
    clock.close();
  });
  const environment = { ...ACCESS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: aws.url };
  const result = await runCli(environment, "verify-aws", "--yes", "--json", "--no-trail");
  assert.equal(result.code, 0, result.text);
  assert.match(result.text, /"name": "approverNotListed".*"holds": true/s);
  assert.match(result.text, /Canceling the executions and deleting the runbooks\./);
});

test("without --yes and without a terminal nothing is created, and the code is 2", async () => {
  const program = new URL("../../src/cli/countersign.js", import.meta.url).pathname;
  const env = { PATH: process.env.PATH, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  const { status, stderr } = spawnSync(process.execPath, [program, "verify-aws"], { env, input: "", encoding: "utf8" });
  assert.deepEqual([status, stderr], [2, "Nothing was created. Confirm with --yes.\n"]);
});

test("the Region may be that of AWS_DEFAULT_REGION, and a misspelled one is named with the nearest", async () => {
  const named = await runCli({ ...ACCESS, AWS_DEFAULT_REGION: "eu-west-1" }, "verify-aws");
  assert.deepEqual(named, { code: 2, text: "Nothing was created. Confirm with --yes." });
  const misspelled = await runCli({ ...ACCESS, AWS_DEFAULT_REGION: "us-esat-1" }, "verify-aws", "--yes");
  const text = "Countersign does not know the Region us-esat-1. Did you mean us-east-1?";
  assert.deepEqual(misspelled, { code: 2, text });
});

fullMatrixTest("without AWS the command says what to check, in one sentence, and the code is 2", async () => {
  const environment = { ...ACCESS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  const { code, text } = await runCli(environment, "verify-aws", "--yes");
  assert.equal(code, 2);
  assert.match(
    text,
    /^countersign verify-aws ended early \(AWS does not say whose .*ECONNREFUSED.*\)\. Check the AWS credentials and .*$/,
  );
});

test("the texts of the assumptions are those of docs/fidelity.md", () => {
  // The stand-in has a switch for each kind of event, and no list of records in CloudTrail.
  const ownTexts = ["pause", "waitingEvent", "trail"];
  const listed = new Map(unknowns.map(({ topic, assumption }) => [topic, assumption]));
  for (const [name, { topic, assumed }] of Object.entries(ASSUMPTIONS))
    if (!ownTexts.includes(name)) assert.equal(listed.get(topic), assumed, name);
});

const ALTERNATIVES = [
  [{ approverNotListed: "ignore" }, "approverNotListed"],
  [{ repeatedApproval: "count" }, "repeatedApproval"],
  [{ stepIds: "reused" }, "stepIds"],
  [{ loopOfWaitingStep: "Waiting" }, "loopStatus"],
  [{ parentOfWaitingChild: "Waiting" }, "parentStatus"],
  [{ childrenListed: false }, "childrenListed"],
  [{ approverDecisions: "names" }, "approverDecisions"],
  [{ waitingStepEvent: false }, "waitingEvent"],
  // Every start returns, and AWS queues the last executions.
  [{ concurrentExecutions: 60 }, "quota"],
] as const;

for (const [index, [assumptions, name]] of ALTERNATIVES.entries()) {
  const quota = name === "quota";
  const define = index === 0 || quota ? test : fullMatrixTest;
  define(`verify-aws reports another behavior of AWS as different: ${JSON.stringify(assumptions)}`, async (t) => {
    const result = await verify(t, assumptions, { quota });
    assert.equal(holds(result)[name], false, JSON.stringify(result.findings, null, 1));
    assert.deepEqual(result.left, []);
  });
}
