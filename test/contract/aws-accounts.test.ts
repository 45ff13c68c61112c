import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateDocumentCommand, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { makeAutomation } from "../../src/aws/automation.ts";
import { callerIdentity } from "../../src/aws/identity.ts";
import { parseFile } from "../../src/config/file.ts";
import { expandTargets } from "../../src/config/targets.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { makeTargetConnection } from "../../src/workers/identify-target.ts";
import { testLog } from "../support/fakes.ts";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const POLICY = `
targets:
  - name: production
    accounts: ["111122223333", "444455556666"]
    regions: [us-east-1]
    readRole: CountersignReader
    approverRole: CountersignApprover
routes: [{ name: all, channels: [C0AAA], approvers: { users: [U0JANE] } }]
`;

test("one target with two accounts reads and signals in each, with the roles of that account", async (t) => {
  await using aws = await awsWorld();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.sandbox.url,
    AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey,
  });
  const outcome = parseFile("c.yml", POLICY);
  assert(outcome.kind === "file");
  const all = expandTargets(outcome.file.targets ?? []);
  const log = testLog();
  const { signal: abort } = new AbortController();
  const connections = all.map((configured, index) =>
    makeTargetConnection({
      configured,
      before: () => all.slice(0, index),
      aws: { identify: callerIdentity, connect: (target, roles) => makeAutomation(target, systemClock, roles) },
      rebindTarget: async () => undefined,
      hook: (automation) => automation,
      log,
    }),
  );
  t.after(() => {
    for (const { close } of connections) close();
  });

  const person = { id: "U0JANE", session: "jane@example.com" };
  for (const [connection, account, as] of [
    [connections[0], "111122223333", KEYS.admin],
    [connections[1], "444455556666", KEYS.secondAdmin],
  ] as const) {
    assert.equal(await connection?.identify(abort), null);
    const automation = connection?.automation();
    assert(automation !== undefined);
    assert.equal(automation.target.key, `production/${account}/us-east-1`);
    const session = `arn:aws:sts::${account}:assumed-role/CountersignApprover/jane@example.com`;
    const ssm = aws.ssm({ as });
    const Content = JSON.stringify({ schemaVersion: "0.3", mainSteps: [gate("approve", [session], { isEnd: true })] });
    await ssm.send(
      new CreateDocumentCommand({ Name: "Gate", Content, DocumentType: "Automation", DocumentFormat: "JSON" }),
    );
    const { AutomationExecutionId: id = "" } = await ssm.send(
      new StartAutomationExecutionCommand({ DocumentName: "Gate" }),
    );
    aws.settle();
    const listed = await automation.listWaiting(abort);
    assert.deepEqual(listed.kind === "listed" && listed.executions.map(({ executionId }) => executionId), [id]);
    assert.deepEqual(await automation.ready(person, abort), { kind: "ready" });
    const sent = await automation.signal(
      person,
      id,
      { kind: "approve", comment: ["by Jane"] },
      Number.POSITIVE_INFINITY,
    );
    assert.equal(sent.kind, "accepted");
    const { requests } = await aws.control("requests?operation=SendAutomationSignal");
    assert.equal(requests.at(-1).principal, session);
  }
  assert.deepEqual(
    log.lines
      .filter(({ fields }) => fields.event === "target.identified")
      .map(({ fields }) => [fields.target, fields.account]),
    [
      ["production/111122223333/us-east-1", "111122223333"],
      ["production/444455556666/us-east-1", "444455556666"],
    ],
  );
});
