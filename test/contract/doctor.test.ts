import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckName } from "../../src/app/admin/doctor-check.ts";
import { migrateOnly } from "../../src/store/schema-state.ts";
import { doctorWorld, toLines } from "../support/doctor-world.ts";
import { FULL_MATRIX, fullMatrixTest } from "../support/full-matrix.ts";
import { postgresDatabase } from "../support/stores.ts";
import { BOT_ROLE, ONE_GATE } from "../support/world.ts";
import { AWS_FAULTS } from "./doctor-aws-faults.ts";
import { APPROVER, READER, READS_AS_ROLE, role, SIGNS_AS_PEOPLE, WITH_PAUSES } from "./doctor-fault.ts";
import { MACHINE_FAULTS } from "./doctor-machine-faults.ts";
import { RULE_FAULTS } from "./doctor-rule-faults.ts";
import { SLACK_FAULTS } from "./doctor-slack-faults.ts";
import { SLOW_FAULTS } from "./doctor-slow-faults.ts";

const NO_EXECUTION = "00000000-0000-0000-0000-000000000000";

const FAULTS = [...MACHINE_FAULTS, ...SLACK_FAULTS, ...AWS_FAULTS, ...RULE_FAULTS, ...SLOW_FAULTS];

/**
 * `npm test` runs the first fault of each kind of check. Faults that hide no line of each other share a run; the full matrix
 * runs each fault alone.
 */
const REPRESENTATIVES = [
  [
    ...["versions", "configuration", "database", "clock", "slack-socket-mode", "channels", "groups", "aws-permission"],
    ...["aws-waiting-steps", "event-bus", "event-queue", "event-rules"],
  ],
  ["policy", "proxy", "policy of the queue"],
  ["people", "aws-identity"],
  ["quorum", "slack-command"],
  ["aws-read-role", "slack-bot-token"],
  ["aws-approver-role", "slack-scopes"],
].map((parts) => parts.map((wanted) => FAULTS.find(({ part }) => part === wanted) ?? assert.fail(wanted)));

/** Lines that name no fault in a good configuration. */
const GOOD = /^(?:ok|skipped slash command)/;

test("doctor finds each fault, and names its place and its fix", async (t) => {
  const w = await doctorWorld(t);

  const kinds = new Set<CheckName>();
  await t.test(
    "nothing is wrong: only the slash command is left to check by hand, and no probe has an effect",
    async () => {
      await role(READER, ["ssm:*"])(w);
      const message = w.queues.waiting().send({ body: "an event", senderId: "AIDAEVENTS" });
      const content = ONE_GATE.replace(`["${BOT_ROLE}"]`, `["${BOT_ROLE}", "${APPROVER}"]`);
      await w.aws("seed", { documents: [{ name: "Gate", content }], executions: [{ document: "Gate" }] });
      for (const differences of [{}, READS_AS_ROLE, SIGNS_AS_PEOPLE, WITH_PAUSES]) {
        const checks = await w.run(differences);
        for (const { check } of checks) kinds.add(check);
        const lines = toLines(checks);
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
        assert.match(lines, /^ok target \S+ waiting steps: 1 waiting step accepts the bot's signal\.$/m);
        assert.equal(/ssm:StopAutomationExecution/.test(lines), differences === WITH_PAUSES);
      }
      // No probe acts on an execution, publishes an event or hides one from the bot.
      const signals = await w.calls("SendAutomationSignal");
      assert.equal(signals.length, 4);
      for (const { input } of signals)
        assert.deepEqual([input.AutomationExecutionId, input.SignalType], [NO_EXECUTION, "Resume"]);
      assert.deepEqual(
        (await w.calls("StopAutomationExecution")).map(({ input }) => [input.AutomationExecutionId, input.Type]),
        [[NO_EXECUTION, "Cancel"]],
      );
      assert.deepEqual(
        (await w.calls("PutEvents")).flatMap(({ outcome }) => outcome.body.FailedEntryCount),
        [1, 1, 1, 1],
      );
      const left = w.queues
        .waiting()
        .messages()
        .find(({ id }) => id === message.id);
      assert.equal(left?.receiveCount, 4);
      assert.ok((left?.visibleAt ?? Number.NaN) <= w.queues.waiting().now(), "the message stays visible");
    },
  );

  for (const faults of FULL_MATRIX ? FAULTS.map((fault) => [fault]) : REPRESENTATIVES) {
    const [first] = faults;
    const parts = faults.map(({ part }) => part).join(", ");
    await t.test(faults.length === 1 ? `${parts}: ${first?.name}` : parts, async () => {
      await w.reset();
      for (const { breaks } of faults) await breaks?.(w);
      const runs = faults.map(({ run = {} }) => (typeof run === "function" ? run(w) : run));
      const env = Object.assign({}, ...runs.map((run) => run.env));
      const lines = toLines(await w.run(Object.assign({}, ...runs, { env })));
      for (const pattern of faults.flatMap(({ expected }) => expected)) assert.match(lines, pattern);
    });
  }

  await t.test("each kind of check has a fault here", () => {
    const broken = REPRESENTATIVES.flat().map(({ part }) => part);
    assert.deepEqual(
      [...kinds].filter((kind) => !broken.includes(kind)),
      [],
    );
  });
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
    /^failed DATABASE_URL: The database \S+ cannot be used \(cannot execute UPDATE in a read-only transaction\)\. If no failover is in progress, DATABASE_URL must name the primary/,
  );
  assert.match(
    await lines("-c synchronous_commit=off"),
    /^ok DATABASE_URL: PostgreSQL .*writable\.\nwarning DATABASE_URL: synchronous_commit is off: a committed vote may be lost/,
  );
});
