import assert from "node:assert/strict";
import { test } from "node:test";
import type { Target } from "../../src/app/ports/aws.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { makeAutomation } from "../../src/aws/automation.ts";
import { READ_LAG_MS } from "../../src/core/signal-attempt.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { aliveUntil, TARGET, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, aRequest, aVote, DETAILS } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const BOT_ROLE = "arn:aws:iam::111122223333:role/CountersignBot";

test("an approval that AWS applied and answered with an error does not count twice, even where AWS counts one principal twice", async (t) => {
  await using aws = await awsWorld({ assumptions: { repeatedApproval: "count", readLagMs: 0 } });
  const keys = { AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey };
  const environment = { AWS_ENDPOINT_URL: aws.sandbox.url, ...keys };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  await aws.document("Two", { mainSteps: [gate("first", [BOT_ROLE, "jane"], {}, { MinRequiredApprovals: 2 })] });
  const executionId = await aws.start("Two");
  aws.settle();

  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead, elapsed: () => systemClock.elapsed() + ahead };
  const target: Target = { ...TARGET, signsAs: BOT_ROLE };
  const automation = makeAutomation(target, clock, { readRole: null, approverRole: null });
  t.after(() => automation.close());
  const { StepExecutionId = "", ExecutionStartTime } = await aws.step(executionId, "first");
  const store = await aStore(t, { now: clock.now });
  const facts = aFacts({ minRequiredApprovals: 2, waitingSince: ExecutionStartTime?.getTime() ?? Number.NaN });
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: 0 } as const;
  const request = aRequest({ executionId, stepExecutionId: StepExecutionId, facts, ...decided });
  const audit = anEntry({ kind: "decided", detail: { ...DETAILS.decided, decision: "approve" } });
  await store.requests.open({ request, channels: [], audit });
  await store.requests.advance({
    requestId: request.id,
    expectedVersion: 1,
    patch: {},
    vote: aVote("U0JANE", { requestId: request.id }),
    audit: [],
  });
  const send = makeSendSignal({
    ...store,
    countStale: () => undefined,
    clock,
    random: () => 0,
    owner: "me",
    aliveUntil,
    policyHash: "hash",
    workspace: "T0HOME",
    log: testLog(),
  });
  const round = async () => {
    for (const due of await store.requests.dueToSignal(target, clock.now(), 10))
      await send(automation, due, new AbortController().signal);
  };

  await aws.control("faults", { operation: "SendAutomationSignal", kind: "error", times: 1, afterExecution: true });
  await round();
  assert.equal((await store.requests.byId(request.id))?.signal, "ambiguous");
  for (let attempt = 0; attempt < 3; attempt++) {
    ahead += READ_LAG_MS;
    await round();
  }
  const { requests: signals } = await aws.control("requests?operation=SendAutomationSignal");
  assert.equal(signals.length, 1);
  assert.equal((await store.requests.byId(request.id))?.signal, "accepted");
  assert.equal((await aws.step(executionId, "first")).StepStatus, "Waiting", "Jane has not approved in AWS");
});
