import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeAutomation } from "../../src/aws/automation.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { eventually } from "../support/eventually.ts";
import { TARGET } from "../support/fakes.ts";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const ACCOUNT = "111122223333";
const APPROVER = `arn:aws:iam::${ACCOUNT}:role/CountersignApprover`;
const READER = `arn:aws:iam::${ACCOUNT}:role/CountersignReader`;
const JANE = { id: "U0JANE", session: "jane@example.com" };
const MIA = { id: "U0MIA", session: "mia@example.com" };
const session = (name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/CountersignApprover/${name}`;
const ANY_TIME = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;

async function setUp(t: TestContext, roles: { readRole?: string; approverRole?: string }) {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const ours = {
    AWS_ENDPOINT_URL: aws.sandbox.url,
    AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey,
  };
  const before = Object.fromEntries(Object.keys(ours).map((name) => [name, process.env[name]]));
  Object.assign(process.env, ours);
  let ahead = 0;
  const all = { readRole: null, approverRole: null, ...roles };
  const automation = makeAutomation(TARGET, { ...systemClock, now: () => Date.now() + ahead }, all);
  t.after(() => {
    automation.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  const run = async (approvers: string[], min = 1) => {
    const inputs = { Message: "Go?", MinRequiredApprovals: min };
    const content = { schemaVersion: "0.3", mainSteps: [gate("approve", approvers, {}, inputs)] };
    const seeded = await aws.control("seed", {
      documents: [{ name: "Gate", content }],
      executions: [{ document: "Gate" }],
    });
    aws.settle();
    return seeded.executionIds[0] as string;
  };
  const calls = async (operation: string) => (await aws.control(`requests?operation=${operation}`)).requests;
  const { signal: abort } = new AbortController();
  return {
    ...{ aws, automation, run, calls, abort },
    /** Moves the clock that session expiry uses. */
    advance(ms: number) {
      ahead += ms;
    },
  };
}

test("each person has a separate session, which is reused while it is valid", async (t) => {
  const { automation, run, calls, abort } = await setUp(t, { approverRole: APPROVER });
  for (const person of [JANE, MIA, JANE, MIA])
    assert.deepEqual(await automation.ready(person, abort), { kind: "ready" });
  assert.deepEqual(
    (await calls("AssumeRole")).map(({ input }: { input: Record<string, string> }) => [
      input.RoleArn,
      input.RoleSessionName,
      input.SourceIdentity,
    ]),
    [
      [APPROVER, JANE.session, JANE.id],
      [APPROVER, MIA.session, MIA.id],
    ],
  );
  const id = await run([session(JANE.session), session(MIA.session)], 2);
  assert.equal((await automation.signal(MIA, id, { kind: "approve", comment: ["by Mia"] }, ANY_TIME)).kind, "accepted");
  assert.equal(
    (await automation.signal(JANE, id, { kind: "approve", comment: ["by Jane"] }, ANY_TIME)).kind,
    "accepted",
  );
  const signals = await calls("SendAutomationSignal");
  assert.deepEqual(
    signals.map((call: { principal: string; input: { Payload: { Comment: string[] } } }) => [
      call.principal,
      call.input.Payload.Comment[0],
    ]),
    [
      [session(MIA.session), "by Mia"],
      [session(JANE.session), "by Jane"],
    ],
  );
});

test("a session is renewed before it expires, and a session that is about to expire is not used", async (t) => {
  const { automation, run, calls, abort, advance } = await setUp(t, { approverRole: APPROVER });
  await automation.ready(JANE, abort);
  advance(54 * MINUTE);
  await automation.ready(JANE, abort);
  assert.equal((await calls("AssumeRole")).length, 1);
  advance(2 * MINUTE);
  const id = await run([session(JANE.session)]);
  const late = await automation.signal(JANE, id, { kind: "approve", comment: ["x"] }, ANY_TIME);
  assert.equal(late.kind, "not-sent");
  assert.deepEqual(await calls("SendAutomationSignal"), []);
  await automation.ready(JANE, abort);
  assert.equal((await calls("AssumeRole")).length, 2);
});

test("the renewal of a session does not affect a signal in transit under the previous session", async (t) => {
  const { aws, automation, run, calls, abort, advance } = await setUp(t, { approverRole: APPROVER });
  await automation.ready(JANE, abort);
  const id = await run([session(JANE.session)]);
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "delay", delayMs: 1_000, times: 1 });
  const sent = automation.signal(JANE, id, { kind: "approve", comment: ["by Jane"] }, ANY_TIME);
  await eventually("the signal is in transit", async () => (await aws.control("faults")).faults.length === 0);
  advance(58 * MINUTE);
  assert.deepEqual(await automation.ready(JANE, abort), { kind: "ready" });
  assert.equal((await calls("AssumeRole")).length, 2);
  assert.equal((await sent).kind, "accepted");
});

test("no signal is sent without a session of the person, and a role that cannot be assumed reports the reason", async (t) => {
  const { automation, run, calls, abort } = await setUp(t, { approverRole: `${APPROVER}NoSuch` });
  const ready = await automation.ready(JANE, abort);
  assert(ready.kind === "failed");
  assert.match(`${ready.code} ${ready.message}`, /AccessDenied.*trust policy.*sts:SetSourceIdentity/);
  const id = await run([session(JANE.session)]);
  assert.equal((await automation.signal(JANE, id, { kind: "approve", comment: ["x"] }, ANY_TIME)).kind, "not-sent");
  assert.deepEqual(await calls("SendAutomationSignal"), []);
});

test("readRole reads with its own session and sends no signals", async (t) => {
  const { automation, run, calls, abort } = await setUp(t, { readRole: READER, approverRole: APPROVER });
  const id = await run([session(JANE.session)]);
  assert.equal((await automation.listWaiting(abort)).kind, "listed");
  assert.equal((await automation.read(id, abort)).kind, "read");
  const readers = [...(await calls("DescribeAutomationExecutions")), ...(await calls("GetAutomationExecution"))];
  for (const call of readers)
    assert.equal(call.principal, `arn:aws:sts::${ACCOUNT}:assumed-role/CountersignReader/countersign`);
  assert.equal((await calls("AssumeRole")).length, 1);
});

test("the session of readRole is used until five minutes before its end, then the role is assumed again", async (t) => {
  const { aws, automation, calls, abort } = await setUp(t, { readRole: READER, approverRole: APPROVER });
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const assumedAfter = async (ms: number) => {
    t.mock.timers.setTime(Date.now() + ms);
    if (ms > 0) await aws.control("clock", { advanceMs: ms });
    assert.equal((await automation.listWaiting(abort)).kind, "listed");
    return (await calls("AssumeRole")).length;
  };
  assert.equal(await assumedAfter(0), 1);
  assert.equal(await assumedAfter(54 * MINUTE), 1);
  // At least once: the SDK must first detect how far its clock has moved. The call does not wait for the new session.
  await assumedAfter(2 * MINUTE);
  t.mock.timers.reset();
  await eventually("the role is assumed again", async () => (await calls("AssumeRole")).length >= 2);
});

test("a read fails with the reason from AWS if readRole cannot be assumed", async (t) => {
  const { automation, abort } = await setUp(t, { readRole: `${READER}NoSuch`, approverRole: APPROVER });
  const listed = await automation.listWaiting(abort);
  assert(listed.kind === "failed");
  assert.match(`${listed.code} ${listed.message}`, /AccessDenied.*CountersignReaderNoSuch/);
});

test("the probe of the permission to stop has a source identity that the documented trust policy accepts", async (t) => {
  const { automation, calls, abort } = await setUp(t, { approverRole: APPROVER });
  assert.deepEqual(await automation.canStop(abort), { kind: "read", allowed: false });
  const [call] = await calls("AssumeRole");
  assert.match(call.input.SourceIdentity, /^[UW][A-Z0-9]+$/);
  const [stop] = await calls("StopAutomationExecution");
  assert.match(stop.principal, new RegExp(`/${call.input.SourceIdentity}$`));
});
