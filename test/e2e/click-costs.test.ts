import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/app/ports/aws.ts";
import { startBot } from "../../src/bot/start.ts";
import { NO_TEST_HOOKS, type TestHooks } from "../../src/bot/test-hooks.ts";
import { readTextFile } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { eventually } from "../support/eventually.ts";
import { testLog } from "../support/fakes.ts";
import { startSqlJournal, toCommits, toReads } from "../support/sql-journal.ts";
import { ONE_GATE, world } from "../support/world.ts";

/** The statements between a click and the update of its message, with the looks of other workers: 89 when this was written. */
const MAX_STATEMENTS = 96;

/** Makes a clock on which every pause lasts until its wake-up once `stopTicks` is called: no worker looks for work by itself. */
function makeTicks() {
  let areStopped = false;
  const clock: Clock = {
    ...systemClock,
    async sleep(ms, abort) {
      await systemClock.sleep(ms, abort);
      if (areStopped && abort?.aborted === false)
        await new Promise((resolve) => abort.addEventListener("abort", resolve, { once: true }));
    },
  };
  return {
    clock,
    stopTicks() {
      areStopped = true;
    },
  };
}

for (const [kind, user, isKnown] of [
  ["a named approver", "U0JANE", true],
  ["a member of a group that was not read before", "U0MIA", false],
] as const)
  test(`a click of ${kind} costs three commits until its signal, no second read of the same rows, one lookup, two reads of the execution, and one update of the message`, async (t) => {
    const w = await world(t, { start: false, env: { POLL_INTERVAL_SECONDS: "600" } });
    Object.assign(process.env, w.environment); // the SDK reads its own variables
    const loaded = loadConfig(w.environment, readTextFile);
    assert(loaded.kind === "config");
    const journal = startSqlJournal();
    t.after(journal.stop);
    const id = await w.run(ONE_GATE);
    const first = new Set<string>();
    const hooks: TestHooks = {
      ...NO_TEST_HOOKS,
      store: (own) => ({
        ...own,
        clicks: {
          ...own.clicks,
          unevaluated(...call) {
            first.add([...(call[2]?.first ?? [])].toSorted().join(" "));
            return own.clicks.unevaluated(...call);
          },
        },
      }),
      automation: (own) => ({
        ...own,
        read: (executionId, abort, priority) => {
          if (priority === "signal") journal.mark("read");
          return own.read(executionId, abort, priority);
        },
        signal: (...call) => {
          journal.mark("signal");
          return own.signal(...call);
        },
      }),
    };
    const log = testLog();
    const { clock, stopTicks } = makeTicks();
    const bot = await startBot(loaded.config, { clock, log, hooks });
    t.after(() => bot.stop());
    const message = await w.message(id);
    await eventually("Slack is connected", () => log.lines.some(({ fields }) => fields.event === "socket.connected"));
    const countCalls = async () => ({
      reads: (await w.awsCalls("GetAutomationExecution")).length,
      signals: (await w.awsCalls("SendAutomationSignal")).length,
      people: (await w.slackCalls("users.info")).length,
    });
    stopTicks();
    const before = await countCalls();
    await w.click(user, message, "approve");
    await w.message(id, "*Approved* by");
    const after = await countCalls();
    journal.mark("end");
    const updates = (await w.slackCalls("chat.update")).filter(({ input }) => input.ts === message.ts);

    const path = journal.until("signal").from('insert into "clicks"');
    assert.deepEqual(
      toCommits(path).map((tables) => ["clicks", "votes", "signals"].filter((table) => tables.includes(table))),
      [["clicks"], ["clicks", "votes"], ["signals"]],
    );
    const whole = journal.until("end").from('insert into "clicks"');
    const statements = whole.filter((entry) => "sql" in entry && /^\s*(?:select|insert|update|delete)/.test(entry.sql));
    assert.ok(statements.length <= MAX_STATEMENTS, `${statements.length} statements`);
    for (const reads of toReads(path)) assert.deepEqual(reads, [...new Set(reads)]);
    // The execution is read while the click of a known approver is evaluated, before the vote is stored.
    const decided = path.findIndex((entry) => "sql" in entry && /^insert into "votes"/.test(entry.sql));
    assert.deepEqual(
      path.flatMap((entry, index) => ("mark" in entry ? [[entry.mark, index < decided]] : [])),
      [["read", isKnown]],
    );
    assert.deepEqual(
      [after.reads - before.reads, after.signals - before.signals, after.people - before.people],
      [2, 1, 1],
    );
    assert.deepEqual([after.reads, after.signals], [3, 1], "from the start of the execution to its end");
    assert.deepEqual([...first], ["U0ADMIN U0JANE"], "clicks of the people whom the policy names come first");
    assert.equal((await w.posts()).length, 1);
    assert.equal(updates.length, 1, "the decision, the signal and the end are one update");
  });

test("while a click waits for Slack, the bot does not read another execution, which an event announced", async (t) => {
  const w = await world(t, { start: false, events: true, env: { POLL_INTERVAL_SECONDS: "600" } });
  Object.assign(process.env, w.environment);
  const loaded = loadConfig(w.environment, readTextFile);
  assert(loaded.kind === "config");
  // The priority of a click ends after half a second. A slow machine would end it before the read.
  const sleep: Clock["sleep"] = (ms, abort) => systemClock.sleep(ms === 500 ? 60_000 : ms, abort);
  const bot = await startBot(loaded.config, { clock: { ...systemClock, sleep }, log: testLog() });
  t.after(() => bot.stop());
  const first = await w.run(ONE_GATE);
  const message = await w.message(first);
  await w.control.slack("faults", { operation: "users.info", kind: "delay", delayMs: 2_000 });
  const readsOf = async (id: string) =>
    (await w.awsCalls("GetAutomationExecution")).filter(({ input }) => input.AutomationExecutionId === id);
  const before = (await readsOf(first)).length;
  await w.click("U0JANE", message, "approve");
  await eventually("the click is evaluated", async () => (await readsOf(first)).length > before || undefined);
  const second = await w.run(ONE_GATE);
  assert.equal((await w.awsCalls("SendAutomationSignal")).length, 0, "the click still waits for Slack");
  const read = await eventually("the bot reads the other execution", async () => (await readsOf(second))[0]);
  const [signal] = await w.awsCalls("SendAutomationSignal");
  assert.ok(signal?.at <= read.at, `the signal arrived at ${signal?.at}, the read at ${read.at}`);
});
