import assert from "node:assert/strict";
import { test } from "node:test";
import { migrateOnly } from "../../src/store/store.ts";
import { doctorWorld, toLines } from "../support/doctor-world.ts";
import { FULL_MATRIX, fullMatrixTest } from "../support/full-matrix.ts";
import { postgresDatabase } from "../support/stores.ts";
import { ONE_GATE } from "../support/world.ts";
import { AWS_FAULTS } from "./doctor-aws-faults.ts";
import { READER, READS_AS_ROLE, role, SIGNS_AS_PEOPLE, WITH_PAUSES } from "./doctor-fault.ts";
import { MACHINE_FAULTS } from "./doctor-machine-faults.ts";
import { RULE_FAULTS } from "./doctor-rule-faults.ts";
import { SLACK_FAULTS } from "./doctor-slack-faults.ts";
import { SLOW_FAULTS } from "./doctor-slow-faults.ts";

const NO_EXECUTION = "00000000-0000-0000-0000-000000000000";

/** Lines that name no fault in a good configuration. */
const GOOD = /^(?:ok|skipped slash command)/;

test("doctor finds each fault, and names its place and its fix", async (t) => {
  const w = await doctorWorld(t);

  await t.test("nothing is wrong: only the slash command is left to check by hand", async () => {
    await role(READER, ["ssm:*"])(w);
    for (const differences of [{}, READS_AS_ROLE, SIGNS_AS_PEOPLE, WITH_PAUSES]) {
      const lines = toLines(await w.run(differences));
      assert.deepEqual(
        lines.split("\n").filter((line) => !GOOD.test(line)),
        [],
      );
      assert.match(
        lines,
        /^skipped slash command \/approvals: Slack does not show a bot its commands\. Check by hand: type/m,
      );
      assert.match(
        lines,
        /^ok WAITING_QUEUE_URL rules, events of steps of 111122223333\/us-east-1: sent to the queue by countersign-status on the bus default\.$/m,
      );
      assert.equal(/ssm:StopAutomationExecution/.test(lines), differences === WITH_PAUSES);
    }
  });

  await t.test("no probe acts on an execution, publishes an event or hides one from the bot", async () => {
    await w.reset();
    const message = w.queues.waiting().send({ body: "an event", senderId: "AIDAEVENTS" });
    await w.aws("seed", { documents: [{ name: "Gate", content: ONE_GATE }], executions: [{ document: "Gate" }] });
    const [checks = []] = [await w.run(), await w.run(SIGNS_AS_PEOPLE), await w.run(WITH_PAUSES)];
    assert.match(toLines(checks), /^ok target \S+ waiting steps: 1 waiting step accepts the bot's signal\.$/m);
    const signals = await w.calls("SendAutomationSignal");
    assert.equal(signals.length, 3);
    for (const { input } of signals)
      assert.deepEqual([input.AutomationExecutionId, input.SignalType], [NO_EXECUTION, "Resume"]);
    assert.deepEqual(
      (await w.calls("StopAutomationExecution")).map(({ input }) => [input.AutomationExecutionId, input.Type]),
      [[NO_EXECUTION, "Cancel"]],
    );
    assert.deepEqual(
      (await w.calls("PutEvents")).flatMap(({ outcome }) => outcome.body.FailedEntryCount),
      [1, 1, 1],
    );
    const [left] = w.queues.waiting().messages();
    assert.deepEqual([left?.id, left?.receiveCount], [message.id, 3]);
    assert.ok((left?.visibleAt ?? Number.NaN) <= w.queues.waiting().now(), "the message stays visible");
  });

  const seen = new Set<string>();
  for (const { part, name, breaks, run = {}, expected } of [
    ...[...MACHINE_FAULTS, ...SLACK_FAULTS, ...AWS_FAULTS, ...RULE_FAULTS, ...SLOW_FAULTS],
  ]) {
    if (seen.has(part) && !FULL_MATRIX) continue;
    seen.add(part);
    await t.test(`${part}: ${name}`, async () => {
      await w.reset();
      await breaks?.(w);
      const lines = toLines(await w.run(typeof run === "function" ? run(w) : run));
      for (const pattern of expected) assert.match(lines, pattern);
    });
  }
});

fullMatrixTest("doctor finds a PostgreSQL database that it may not write, and one that may lose commits", async (t) => {
  const w = await doctorWorld(t);
  const database = await postgresDatabase();
  t.after(() => database.remove());
  const lines = async (settings: string) => {
    const DATABASE_URL = `${database.url}?options=${encodeURIComponent(settings)}`;
    return toLines((await w.run({ env: { DATABASE_URL } })).filter(({ check }) => check === "database"));
  };
  assert.match(await lines("-c work_mem=4MB"), /^warning DATABASE_URL: PostgreSQL \d+\S* does not have the schema/);
  await migrateOnly(database.dialect());
  assert.match(await lines("-c no_such_setting=1"), /^failed DATABASE_URL: .*no_such_setting.*Check DATABASE_URL\.$/);
  assert.match(
    await lines("-c default_transaction_read_only=on"),
    /^failed DATABASE_URL: not writable \(cannot execute UPDATE in a read-only transaction\)\. Allow the user/,
  );
  assert.match(
    await lines("-c synchronous_commit=off"),
    /^ok DATABASE_URL: PostgreSQL .*writable\.\nwarning DATABASE_URL: synchronous_commit is off: a committed vote may be lost/,
  );
});
