import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { makeLogger } from "../../src/ops/logging.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import { watchFile } from "../../src/store/database-file.ts";
import { testClock, testLog } from "../support/fakes.ts";

test("the system clock sleeps for the given time, or until its signal aborts", async () => {
  const before = performance.now();
  await systemClock.sleep(30);
  assert.ok(performance.now() - before >= 25);
  const stopping = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stopping.signal);
  stopping.abort();
  await asleep;
  await systemClock.sleep(3_600_000, stopping.signal);
});

function connectedHealth(pollIntervalMs = 15_000) {
  const clock = testClock();
  const health = makeHealth(clock, pollIntervalMs);
  health.slackConnected(true);
  health.heartbeat();
  return { clock, health, status: (storeFault: string | null = null) => health.report(storeFault).status };
}

test("the bot is not ready if Slack or the database fails, or before a target has worked", () => {
  const { health, status } = connectedHealth();
  assert.equal(status(), "not ready", "no target yet");
  health.expect("a");
  health.expect("b");
  health.polled("a", "AccessDenied: no");
  assert.equal(status(), "not ready", "no target has worked");
  health.polled("b", null);
  assert.equal(status(), "degraded", "one target of two");
  health.polled("a", null);
  assert.equal(status(), "ready");
  assert.equal(status("unreachable"), "not ready");
  health.slackConnected(false);
  assert.equal(status(), "not ready");
  health.slackConnected(true);
  health.expect("a");
  assert.equal(status(), "ready", "expecting a target again keeps its last poll");
});

test("the first page of the first poll shows that a target works, and the poll is not complete before its last page", () => {
  const { health, status } = connectedHealth();
  health.listing("another");
  health.expect("a");
  assert.equal(status(), "not ready", "the page of a target that is not in the configuration");
  health.listing("a");
  assert.equal(status(), "degraded");
  health.polled("a", "Throttled: on the second page");
  assert.equal(status(), "not ready", "no poll has ended with success");
  health.listing("a");
  health.polled("a", null);
  assert.equal(status(), "ready");
});

test("a poll in the future is from before the clock was set back: the target is stale until its next poll", () => {
  const { clock, health, status } = connectedHealth();
  health.expect("a");
  clock.advance(3_600_000);
  health.heartbeat();
  health.polled("a", null);
  clock.advance(-30_000);
  health.heartbeat();
  assert.equal(status(), "ready", "the clock of another replica may be ahead");
  clock.advance(-30_000);
  health.heartbeat();
  assert.equal(status(), "degraded");
  health.polled("a", null);
  assert.equal(status(), "ready");
});

test("a stored poll from before the start does not show that a target works; a poll of another replica does", () => {
  const { clock, health, status } = connectedHealth();
  health.expect("a");
  const recall = (polledAt: number, live: boolean) =>
    health.recall([{ target: "a", polledAt, error: null, everyMs: 15_000, unannouncedAt: null, live }]);
  recall(clock.now() - 1, false);
  assert.equal(status(), "not ready");
  recall(clock.now(), false);
  assert.equal(status(), "ready");
});

test("a replica that starts between two polls of another one is ready, also if the interval is ten minutes", () => {
  const { clock, health, status } = connectedHealth(600_000);
  health.expect("a");
  const recall = (polledAt: number, live: boolean) =>
    health.recall([{ target: "a", polledAt, error: null, everyMs: 600_000, unannouncedAt: null, live }]);
  recall(clock.now() - 599_000, true);
  assert.equal(status(), "ready");
  recall(clock.now() - 599_000, false);
  assert.equal(status(), "not ready", "the replica that polled has ended");
  recall(clock.now() - 4 * 600_000, true);
  assert.equal(status(), "not ready", "its poll is too old");
});

test("a target that fails after it has worked makes the bot degraded, not unready", () => {
  const { clock, health, status } = connectedHealth(30_000);
  health.polled("a", null);
  health.polled("a", "ThrottlingException: Rate exceeded");
  assert.equal(status(), "degraded");
  assert.match(JSON.stringify(health.report(null).parts), /ThrottlingException/);
  health.polled("a", null);
  assert.equal(status(), "ready");
  clock.advance(4 * 30_000);
  health.heartbeat();
  assert.equal(status(), "degraded", "the last poll is too old");
  health.polled("a", null);
  assert.doesNotMatch(JSON.stringify(health.report(null).parts), /ThrottlingException/);
});

test("a change that no event announced makes the bot degraded, and its target says when, on every replica", () => {
  const { clock, health, status } = connectedHealth();
  health.expect("a");
  health.polled("a", null, 15_000, clock.now());
  assert.equal(status(), "degraded");
  const target = { target: "a", polledAt: clock.now(), error: null, everyMs: 15_000, live: true };
  health.recall([{ ...target, unannouncedAt: 0 }]);
  assert.equal(status(), "degraded");
  const shown = { target: "a", ok: true, lastPollAt: new Date(clock.now()).toISOString(), everySeconds: 15 };
  assert.deepEqual(health.report(null).parts.targets, [
    { ...shown, events: "distrusted", unannouncedChangeAt: "1970-01-01T00:00:00.000Z" },
  ]);
  health.recall([{ ...target, unannouncedAt: null }]);
  assert.equal(status(), "ready");
});

test("without a written heartbeat the database fails, whatever can be read", () => {
  const { clock, health, status } = connectedHealth();
  health.polled("a", null);
  clock.advance(19_999);
  assert.equal(status(), "ready");
  assert.equal(health.report(null).parts.heartbeatAgeSeconds, 19.999);
  clock.advance(1);
  assert.equal(status(), "not ready");
  assert.equal(health.report(null).parts.store, "not written for 20 s");
  health.heartbeat();
  assert.equal(status(), "ready");
});

test("a heartbeat that is not written is noticed although the clock was set back", () => {
  const { clock, health } = connectedHealth();
  clock.advance(-3_600_000);
  clock.advance(20_000);
  assert.equal(health.report(null).parts.store, "not written for 20 s");
});

test("a database file that is removed or replaced is a fault, logged once", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "countersign.db");
  writeFileSync(path, "first");
  const log = testLog();
  const fault = watchFile(path, log);
  writeFileSync(path, "changed in place");
  assert.equal(fault(), null);
  renameSync(path, `${path}.away`);
  assert.deepEqual([fault(), fault()], ["the file was removed", "the file was removed"]);
  writeFileSync(path, "another");
  assert.equal(fault(), "the file was replaced");
  renameSync(`${path}.away`, path);
  assert.equal(fault(), null);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.event, fields.fault]),
    [
      ["error", "database.file-lost", "the file was removed"],
      ["error", "database.file-lost", "the file was replaced"],
    ],
  );
});

test("a token or a bearer URL is not logged, at the top level or nested", () => {
  let written = "";
  const log = makeLogger("debug", {
    write(line: string) {
      written += line;
    },
  });
  const secret = "xoxb-1234-secret";
  log.info({ token: secret, response_url: secret, authorization: secret }, "top");
  log.info({ body: { token: secret, response_url: secret, authorization: secret } }, "below");
  log.error({ err: Object.assign(new Error("failed"), { code: "x" }) }, "an error");
  assert.doesNotMatch(written, /secret/);
  const lines = written
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ["info", "top"],
      ["info", "below"],
      ["error", "an error"],
    ],
  );
  assert.equal(lines[2].err.message, "failed");
});
