import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeAutomationExecutionsCommand, ListDocumentsCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { ADMIN_ARN, type AwsWorld, awsWorld, gate, KEYS } from "./aws-world.ts";

async function waitingGate(aws: AwsWorld): Promise<string> {
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"])] });
  return aws.start("Gate");
}
const signals = async (aws: AwsWorld) => (await aws.control("requests?operation=SendAutomationSignal")).requests;

test("the journal contains each call: operation, principal, input, whether it was executed, and outcome", async () => {
  await using aws = await awsWorld();
  const id = await waitingGate(aws);
  await assert.rejects(aws.signal(id, "Approve", undefined, KEYS.omar));
  await assert.rejects(aws.signal("abc", "Approve"));
  await aws.signal(id, "Approve", { Comment: ["ok"] });
  const [rejected, invalid, accepted] = await signals(aws);
  assert.equal(rejected.principal, "arn:aws:iam::111122223333:user/omar");
  assert.equal(rejected.outcome.body.__type, "InvalidAutomationSignalException");
  assert.equal(invalid.executed, false);
  assert.equal(invalid.outcome.status, 400);
  const { seq, at, ...entry } = accepted;
  assert.ok(seq > invalid.seq && at > 0);
  assert.deepEqual(entry, {
    operation: "SendAutomationSignal",
    principal: ADMIN_ARN,
    input: { AutomationExecutionId: id, SignalType: "Approve", Payload: { Comment: ["ok"] } },
    executed: true,
    outcome: { status: 200, body: {} },
  });
  assert.equal((await aws.control(`requests?operation=SendAutomationSignal&since=${invalid.seq}`)).requests.length, 1);
});

test("a throttle affects only the next calls of its operation, and those calls change nothing", async () => {
  await using aws = await awsWorld();
  const id = await waitingGate(aws);
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "throttle", times: 2 });
  const throttled = { name: "ThrottlingException", message: "Rate exceeded" };
  await assert.rejects(aws.signal(id, "Approve"), throttled);
  await aws.get(id);
  await assert.rejects(aws.signal(id, "Approve"), throttled);
  assert.equal((await aws.step(id, "first")).StepStatus, "Waiting");
  await aws.signal(id, "Approve");
  assert.equal((await aws.step(id, "first")).StepStatus, "Success");
  const journal = await signals(aws);
  assert.deepEqual(
    journal.map((entry: { executed: boolean; outcome: { fault?: string } }) => [entry.executed, entry.outcome.fault]),
    [
      [false, "throttle"],
      [false, "throttle"],
      [true, undefined],
    ],
  );
  assert.equal(journal[0].principal, ADMIN_ARN);
});

test("a server error replaces the execution, or follows it with afterExecution", async () => {
  await using aws = await awsWorld();
  const id = await waitingGate(aws);
  const failed = { name: "InternalServerError", $metadata: { httpStatusCode: 500 } };
  const rejects = (promise: Promise<unknown>) =>
    assert.rejects(promise, (error: { name: string; $metadata: { httpStatusCode: number } }) => {
      assert.equal(error.name, failed.name);
      assert.equal(error.$metadata.httpStatusCode, 500);
      return true;
    });
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "error", times: 1 });
  await rejects(aws.signal(id, "Approve"));
  assert.equal((await aws.step(id, "first")).StepStatus, "Waiting");
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "error", times: 1, afterExecution: true });
  await rejects(aws.signal(id, "Approve"));
  assert.equal((await aws.step(id, "first")).StepStatus, "Success");
  assert.deepEqual(
    (await signals(aws)).map((entry: { executed: boolean }) => entry.executed),
    [false, true],
  );
});

test("a fault can return any error code", async () => {
  await using aws = await awsWorld();
  const fault = {
    operation: "ListDocuments",
    kind: "error",
    times: 1,
    status: 400,
    code: "AccessDeniedException",
    message: "no",
  };
  await aws.control("faults", fault);
  await assert.rejects(aws.ssm().send(new ListDocumentsCommand()), { name: "AccessDeniedException", message: "no" });
});

test("a refused connection executes nothing; a dropped reply executes the call", async () => {
  await using aws = await awsWorld();
  const id = await waitingGate(aws);
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "refuse", times: 1 });
  await assert.rejects(aws.signal(id, "Approve"), (error: Error & { code?: string }) => error.code === "ECONNRESET");
  assert.equal((await aws.step(id, "first")).StepStatus, "Waiting");
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 });
  await assert.rejects(aws.signal(id, "Approve"), (error: Error & { code?: string }) => error.code === "ECONNRESET");
  assert.equal((await aws.step(id, "first")).StepStatus, "Success");
  assert.equal((await aws.step(id, "second")).StepStatus, "Waiting");
  const journal = await signals(aws);
  assert.deepEqual(
    journal.map((entry: { executed: boolean; outcome: object }) => [entry.executed, entry.outcome]),
    [
      [false, { status: 0, body: null, fault: "refuse" }],
      [true, { status: 200, body: {}, fault: "drop-reply" }],
    ],
  );
});

test("a delay postpones a call and then executes it", async () => {
  await using aws = await awsWorld();
  await aws.control("faults", { operation: "ListDocuments", kind: "delay", delayMs: 150, times: 1 });
  const began = performance.now();
  await aws.ssm().send(new ListDocumentsCommand());
  assert.ok(performance.now() - began >= 145);
});

test("faults affect STS too, with STS's own error codes", async () => {
  await using aws = await awsWorld();
  await aws.control("faults", { operation: "GetCallerIdentity", kind: "throttle", times: 1 });
  await assert.rejects(aws.sts().send(new GetCallerIdentityCommand()), { name: "Throttling" });
  await aws.control("faults", { operation: "GetCallerIdentity", kind: "drop-reply", times: 1 });
  await assert.rejects(aws.sts().send(new GetCallerIdentityCommand()));
  assert.equal((await aws.control("requests?operation=GetCallerIdentity")).requests.at(-1).executed, true);
});

test("in a new sandbox three runbooks, started by three kinds of principals, wait for the bot's decision", async () => {
  await using aws = await awsWorld({ seed: true });
  const Filters = [{ Key: "ExecutionStatus" as const, Values: ["Waiting"] }];
  const bot = aws.ssm({ as: KEYS.bot });
  const { AutomationExecutionMetadataList: waiting = [] } = await bot.send(
    new DescribeAutomationExecutionsCommand({ Filters }),
  );
  assert.deepEqual(
    waiting.map(({ DocumentName, ExecutedBy, CurrentAction }) => [DocumentName, ExecutedBy, CurrentAction]),
    [
      ["Web-Rollback", "arn:aws:iam::111122223333:user/jane", "aws:approve"],
      ["Web-Deploy-Two-Gates", "arn:aws:sts::111122223333:assumed-role/GitHubActionsDeploy/run-4711", "aws:approve"],
      [
        "Prod-DB-Restart",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com",
        "aws:approve",
      ],
    ],
  );
  for (const { AutomationExecutionId: id = "" } of waiting) await aws.signal(id, "Approve", undefined, KEYS.bot);
  aws.clock.advance(10_000);
  const after = await Promise.all(waiting.map(({ AutomationExecutionId: id = "" }) => aws.status(id)));
  assert.deepEqual(after, ["Success", "Waiting", "Success"]);
});

test("reset restores the seeded state and clears every timer, fault, journal entry and setting", async () => {
  await using aws = await awsWorld({ seed: true });
  await aws.control("faults", { kind: "throttle", operation: "GetAutomationExecution" });
  await aws.control("simulate", { durationMs: 5 });
  await aws.control("assumptions", { signalLagMs: 5 });
  await aws.start("Web-Rollback", { ToVersion: ["1"] });
  await aws.control("reset", {});
  assert.deepEqual((await aws.control("faults")).faults, []);
  assert.deepEqual((await aws.control("simulate")).rules, []);
  assert.equal((await aws.control("assumptions")).signalLagMs, 0);
  assert.deepEqual((await aws.control("requests")).requests, []);
  const { executions } = await aws.control("executions");
  assert.equal(executions.length, 3);
  const dropped = await aws.start("Web-Rollback", { ToVersion: ["1"] });
  await aws.control("reset", {});
  aws.clock.advance(1_900_000); // past the timeout of the dropped execution
  const { events } = await aws.control("bus");
  assert.deepEqual(
    events.filter(({ detail }: { detail: { ExecutionId: string } }) => detail.ExecutionId === dropped),
    [],
  );
  const ended = (await aws.control("executions")).executions.map(
    (each: { AutomationExecutionStatus: string }) => each.AutomationExecutionStatus,
  );
  assert.deepEqual(ended, ["Waiting", "Waiting", "Success"]);
});

test("seed creates runbooks and starts executions, without the limits of the API", async () => {
  await using aws = await awsWorld();
  const parameters = { Big: { type: "String" } };
  const content = { schemaVersion: "0.3", parameters, mainSteps: [gate("first", ["admin"])] };
  const { executionIds } = await aws.control("seed", {
    documents: [{ name: "Big", content, region: "eu-west-1" }],
    executions: [
      {
        document: "Big",
        region: "eu-west-1",
        parameters: { Big: ["x".repeat(10_000)] },
        executedBy: "arn:aws:iam::1:user/x",
        tags: { a: "b" },
        count: 2,
      },
    ],
  });
  assert.equal(executionIds.length, 2);
  const execution = await aws.control(`executions/${executionIds[0]}`);
  assert.equal(execution.Parameters.Big[0].length, 10_000);
  assert.deepEqual(execution.tags, [{ Key: "a", Value: "b" }]);
  assert.deepEqual(execution.location, { account: "111122223333", region: "eu-west-1" });
  assert.equal(
    (await aws.control("seed", { executions: [{ document: "None" }] })).error.startsWith(
      "AutomationDefinitionNotFoundException",
    ),
    true,
  );
  assert.equal((await aws.control("seed", { nonsense: 1 })).error, "not a seed");
});

test("a malformed control request gets a list of its problems", async () => {
  await using aws = await awsWorld();
  for (const [path, body] of [
    ["faults", { kind: "earthquake" }],
    ["clock", { advanceMs: -1 }],
    ["clock", { advanceMs: 1e17 }],
    ["clock", { advanceMs: 3_653 * 86_400_000 }],
    ["simulate", { durationMs: "long" }],
    ["assumptions", { parentOfWaitingChild: "Sleeping" }],
    ["bus/failures", { times: 0 }],
  ] as const) {
    assert.ok((await aws.control(path, body)).problems, path);
  }
  assert.equal((await aws.control("executions/none")).error, "no execution none");
});

test("two stand-ins on one clock move together, and a reset of one keeps the timers of the other", async () => {
  const clock = makeSandboxClock();
  const [one, other] = [
    await startAwsSandbox({ port: 0, clock, seed: true }),
    await startAwsSandbox({ port: 0, clock, seed: true }),
  ];
  try {
    await fetch(`${one.url}/_control/reset`, { method: "POST" });
    await fetch(`${one.url}/_control/clock`, { method: "POST", body: JSON.stringify({ advanceMs: 14_400_000 }) });
    for (const { url } of [one, other]) {
      const { executions } = (await (await fetch(`${url}/_control/executions`)).json()) as {
        executions: { AutomationExecutionStatus: string }[];
      };
      assert.deepEqual(
        executions.map((each) => each.AutomationExecutionStatus),
        ["TimedOut", "TimedOut", "Success"],
      );
    }
  } finally {
    await Promise.all([one.close(), other.close()]);
    clock.close();
  }
});

test("the clock moves at most ten years per request and never past 9999, the last displayable year", async () => {
  const clock = makeSandboxClock(() => Date.UTC(9985, 0, 1));
  const { url, close } = await startAwsSandbox({ port: 0, clock, seed: true });
  const advance = async () => {
    const body = JSON.stringify({ advanceMs: 3_652 * 86_400_000 });
    return (await fetch(`${url}/_control/clock`, { method: "POST", body })).status;
  };
  try {
    assert.deepEqual([await advance(), await advance()], [200, 400]);
    const { now } = (await (await fetch(`${url}/_control/clock`)).json()) as { now: number };
    assert.ok(new Date(now).toISOString().startsWith("9995"));
  } finally {
    await close();
    clock.close();
  }
});
