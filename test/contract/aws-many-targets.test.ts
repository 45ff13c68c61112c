import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeAutomation } from "../../src/aws/automation.ts";
import { makeConnections } from "../../src/aws/connections.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { awsWorld, BOT_ROLE, gate, KEYS } from "./aws-world.ts";

const ACCOUNTS = Array.from({ length: 8 }, (_, index) => String(210_000_000_000 + index));
const REGIONS = ["us-east-1", "eu-west-1"];
const PEOPLE = ["U0JANE", "U0MIA", "U0OMAR"].map((id) => ({ id, session: `${id.toLowerCase()}@example.com` }));

type Call = { operation: string; principal: string; input: Record<string, unknown> };

/** Starts AWS with roles for reading and approving in each account, and connects to every account in every Region. */
async function setUp(t: TestContext, accounts: readonly string[], regions: readonly string[]) {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.sandbox.url,
    AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey,
  });
  for (const account of accounts)
    for (const role of ["Reader", "Approver"])
      await aws.control("roles", {
        arn: `arn:aws:iam::${account}:role/${role}`,
        allows: ["ssm:*"],
        trusts: [BOT_ROLE],
      });
  const connections = makeConnections();
  t.after(() => connections.close());
  const connect = (account: string, region: string) => {
    const target = { key: `${account}/${region}`, name: account, account, region };
    const roles = {
      readRole: `arn:aws:iam::${account}:role/Reader`,
      approverRole: `arn:aws:iam::${account}:role/Approver`,
    };
    return makeAutomation(target, systemClock, roles, undefined, connections);
  };
  const targets = accounts.flatMap((account) => regions.map((region) => connect(account, region)));
  return { aws, targets, connect };
}

test("interleaved calls of many targets and approvers each have the credentials and the Region of their own", async (t) => {
  const { aws, targets } = await setUp(t, ACCOUNTS, REGIONS);
  const { signal: abort } = new AbortController();
  const principal = (account: string, role: string, session: string) =>
    `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
  const started = new Map<string, string[]>();
  for (const { target } of targets) {
    const { account, region } = target;
    const approvers = PEOPLE.map(({ session }) => principal(account, "Approver", session));
    const content = {
      schemaVersion: "0.3",
      mainSteps: [gate("approve", approvers, { isEnd: true }, { Message: "Go?" })],
    };
    const { executionIds } = await aws.control("seed", {
      documents: [{ account, region, name: "Gate", content }],
      executions: [{ account, region, document: "Gate", count: 2 * PEOPLE.length }],
    });
    started.set(target.key, executionIds);
  }
  aws.settle();

  /** Every target lists and reads, and each person approves one execution in it. */
  const round = (offset: number) =>
    Promise.all(
      targets.map(async (automation) => {
        const ids = started.get(automation.target.key)?.slice(offset, offset + PEOPLE.length) ?? [];
        await Promise.all([
          automation.listWaiting(abort).then((listed) => {
            assert(listed.kind === "listed");
            const own = new Set(started.get(automation.target.key));
            assert.deepEqual(
              listed.executions.filter(({ executionId }) => !own.has(executionId)),
              [],
            );
          }),
          ...ids.map(async (id, index) => {
            const person = PEOPLE[index % PEOPLE.length] ?? assert.fail();
            assert.equal((await automation.read(id, abort)).kind, "read");
            assert.deepEqual(await automation.ready(person, abort), { kind: "ready" });
            const order = { kind: "approve" as const, comment: [person.id] };
            const sent = await automation.signal(person, id, order, Number.POSITIVE_INFINITY);
            assert.equal(sent.kind, "accepted", JSON.stringify(sent));
          }),
        ]);
      }),
    );
  await round(0);
  // Now with the sessions of the first round.
  await round(PEOPLE.length);

  const { requests }: { requests: Call[] } = await aws.control("requests");
  const ownerOf = new Map(
    [...started].flatMap(([key, ids]) => ids.map((id) => [id, key.split("/")[0] ?? ""] as const)),
  );
  const counts = { GetAutomationExecution: 0, SendAutomationSignal: 0 };
  for (const { operation, principal: actual, input } of requests) {
    const account = ownerOf.get(String(input.AutomationExecutionId));
    if (account === undefined) continue;
    const [comment = ""] = (input.Payload as { Comment?: string[] } | undefined)?.Comment ?? [];
    const person = PEOPLE.find(({ id }) => id === comment);
    const expected =
      operation === "SendAutomationSignal"
        ? principal(account, "Approver", person?.session ?? "")
        : principal(account, "Reader", "countersign");
    assert.equal(actual, expected, operation);
    counts[operation as keyof typeof counts] += 1;
  }
  const expected = 2 * targets.length * PEOPLE.length;
  assert.deepEqual(counts, { GetAutomationExecution: expected, SendAutomationSignal: expected });
  for (const { principal: by, input } of requests.filter(({ operation }) => operation === "AssumeRole"))
    assert.deepEqual(
      [by.split("/")[1], input.SourceIdentity],
      ["CountersignBot", PEOPLE.find(({ session }) => session === input.RoleSessionName)?.id],
    );
});

test("a target that polls keeps less than 75 kB of memory", async (t) => {
  const COUNT = 150;
  const { targets, connect } = await setUp(t, [ACCOUNTS[0] ?? ""], REGIONS);
  const { signal: abort } = new AbortController();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = () => {
    // The first collection lets finalizers run, and the second one collects what they held.
    collect();
    collect();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  for (const target of targets) await target.listWaiting(abort);
  const before = used();
  const more = Array.from({ length: COUNT }, () => connect(ACCOUNTS[0] ?? "", "us-east-1"));
  for (const target of more) assert.equal((await target.listWaiting(abort)).kind, "listed");
  const each = (used() - before) / COUNT / 1e3;
  assert(each < 75, `${each.toFixed(0)} kB each`);
  assert.equal(more.length, COUNT);
});
