import assert from "node:assert/strict";
import { test } from "node:test";
import { type HealthReport, makeHealthReport } from "../../src/app/admin/health.ts";
import type { ClickOutcome } from "../../src/app/decide/evaluate-click.ts";
import { NOT_WAITING } from "../../src/core/execution.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { BOT } from "../../src/core/signers.ts";
import { UNCOVERED_REASONS } from "../../src/core/uncovered.ts";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { makeQueueHealth } from "../../src/ops/queue-health.ts";
import { healthReply } from "../../src/slack/messages/health-text.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation } from "../support/fakes.ts";
import { aClick, anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const LEASE = { name: "a", owner: "b", token: 1, until: NOW };
const HEALTHY = { isSlackConnected: () => true, heartbeatAge: () => 2_500 };

for (const engine of ENGINES) {
  test(`${engine.name}: the backlog counts the due effects and shows the last error of each kind`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({
      request: aRequest(),
      channels: ["C0DBA", "C0OPS"],
      audit: anEntry({ kind: "requested" }),
    });
    const [first, second] = await store.messages.ofRequest(REQUEST_ID);
    await store.messages.recordFailed(first?.id ?? "", "not_in_channel", NOW + 60_000);
    await store.messages.recordPosted(second?.id ?? "", "1.1", 0);
    await store.clicks.record(aClick("U0JANE"));
    const lost = aRequest({ id: "lost", stepExecutionId: "lost", route: null });
    await store.requests.open({ request: lost, channels: [], audit: anEntry({ requestId: "lost" }) });
    const { open, uncovered, effects } = await store.effects.backlog();
    assert.deepEqual([open, uncovered], [2, 1]);
    const counted = Object.fromEntries(effects.map(({ kind, due, failing }) => [kind, [due, failing]]));
    assert.deepEqual(counted, {
      post: [1, 1],
      update: [1, 0],
      digest: [0, 0],
      notice: [0, 0],
      recipients: [0, 0],
      requester: [0, 0],
      signal: [0, 0],
      verify: [0, 0],
      click: [1, 0],
      reply: [0, 0],
      publish: [1, 0],
    });
    assert.deepEqual(effects.find(({ kind }) => kind === "post")?.lastError, {
      about: "C0DBA",
      error: "not_in_channel",
    });
  });
}

test("metrics show the backlog, the age of polls and completed work; without the store they show that it is down", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await store.owned.polls.record("default/us-east-1", NOW - 5_000, null, "me", 15_000);
  const metrics = makeMetrics();
  const chat = metrics.chat({ ...fakeChat(), post: async () => ({ kind: "limited", retryAfterMs: 1 }) });
  const view = { request: aRequest(), votes: [], attempts: [], route: null, requester: UNKNOWN_REQUESTER };
  await chat.post("C0DBA", { id: "r", kind: "request", view }, NOW);
  await metrics.automation(fakeAutomation()).signal(BOT, "e", { kind: "approve", comment: [] }, NOW);
  const click = {
    ...aClick("U0JANE"),
    evaluatedAt: null,
    reply: null,
    repliedAt: null,
    lastError: null,
    replacedBy: null,
  };
  const outcomes: ClickOutcome[] = [
    { kind: "counted", completes: true },
    { kind: "denied", denial: { kind: "no-request" } },
  ];
  for (const outcome of outcomes) {
    const evaluate = metrics.clicks(async () => outcome);
    assert.equal(await evaluate({ ...click, nextAttemptAt: 0, attempts: 0 }), outcome);
  }
  const counted = metrics.store({ ...store, guardedBy: () => store.owned }).guardedBy(LEASE).requests;
  const verified = { requestId: REQUEST_ID, patch: { verification: "misdirected" }, audit: [] } as const;
  await counted.advance({ ...verified, expectedVersion: 1, audit: [] });
  await counted.advance({ ...verified, expectedVersion: 1, audit: [] });
  const text = await metrics.text(store, NOW, HEALTHY);
  for (const line of [
    "countersign_store_up 1",
    "countersign_heartbeat_age_seconds 2.5",
    "countersign_slack_connected 1",
    "countersign_open_requests 1",
    'countersign_effects_due{kind="post"} 1',
    'countersign_last_poll_age_seconds{target="default/us-east-1"} 5',
    'countersign_poll_interval_seconds{target="default/us-east-1"} 15',
    'countersign_target_up{target="default/us-east-1"} 1',
    'countersign_signals_total{result="accepted"} 1',
    'countersign_signal_verifications_total{result="misdirected"} 1',
    'countersign_signal_verifications_total{result="no-effect"} 0',
    'countersign_signal_verifications_total{result="confirmed"} 0',
    'countersign_signal_verifications_total{result="not-visible"} 0',
    'countersign_clicks_total{outcome="denied: no-request"} 1',
    'countersign_messages_failed_total{call="post",reason="limited"} 1',
  ])
    assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
  await store.owned.polls.record("default/us-east-1", NOW + 50, null, "another replica", 15_000);
  assert.match(await metrics.text(store, NOW, HEALTHY), /last_poll_age_seconds\{target="default\/us-east-1"\} 0\n/);
  const without = await metrics.text(null, NOW, { isSlackConnected: () => false, heartbeatAge: () => null });
  assert.match(without, /countersign_store_up 0\n/);
  assert.match(without, /countersign_signals_total\{result="accepted"\} 1\n/);
  assert.doesNotMatch(without, /effects_due\{|heartbeat_age_seconds \d/);
});

const healthText = (report: HealthReport & { kind: "health" }, now: number) =>
  healthReply(report, now)
    .blocks.map((block) => (block.type === "section" ? block.text?.text : ""))
    .join("\n");

test("only admins get the health report: stale targets with their errors first, then the backlog", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await store.messages.recordFailed((await store.messages.ofRequest(REQUEST_ID))[0]?.id ?? "", "not_in_channel", NOW);
  await store.owned.polls.record("default/eu-west-1", NOW - 600_000, null, "me", 15_000);
  await store.owned.polls.record("default/eu-west-1", NOW, "AccessDeniedException: `no`", "me", 15_000);
  await store.owned.polls.record("default/us-east-1", NOW, null, "me", 15_000);
  for (let index = 0; index < 85; index++) {
    const fingerprint = index === 0 ? NOT_WAITING : "waiting";
    const watched = {
      target: "default/us-east-1",
      executionId: `e${index}`,
      fingerprint,
      nextReadAt: 0,
      unchangedReads: 0,
    };
    await store.owned.executions.watch(watched);
  }
  const reportHealth = makeHealthReport({
    directory: fakeDirectory(),
    admins: { users: ["U0ADMIN"], groups: [] },
    effects: store.effects,
    polls: store.polls,
    targets: ["default/eu-west-1", "default/us-east-1"],
    accounts: () => [{ key: "default/us-east-1", account: "111122223333", region: "us-east-1" }],
    isSlackConnected: () => true,
    storeFault: () => null,
    isStale: (at) => at === null || NOW - at > 60_000,
  });
  assert.deepEqual(await reportHealth("U0JANE"), { kind: "refused" });
  const report = await reportHealth("U0ADMIN");
  assert(report.kind === "health");
  const text = healthText(report, NOW);
  assert.match(
    text,
    /\*Targets\*: 1 of 2 OK\n• `default\/eu-west-1`: stale, last polled 10 minutes ago, `AccessDenied.*'no'`/,
  );
  assert.match(text, /• `default\/us-east-1`: last polled less than a minute ago/);
  assert.match(text, /:warning: account `111122223333`, `us-east-1`: 84 of 100/);
  const lag = healthText(report, NOW + 600_000);
  assert.match(lag, /\n\*Not posted yet\*: the oldest request opened 10 minutes ago\n/);
  assert.match(lag, /\*Audit events to publish\*: (?:the oldest is from .* ago|none)/);
  assert.match(text, /1 message to post, after a failure; `C0DBA`: `not_in_channel`/);
  assert.match(
    healthText({ ...report, storeFault: "the file was removed" }, NOW),
    /\*Database\*: the file was removed\n/,
  );
  assert.match(healthText({ ...report, work: null, targets: [] }, NOW), /unreachable/);
});

test("requests without a route, failing notices and failing recipient lookups appear in the metrics and in the health report", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  const lookup = { requestId: REQUEST_ID, kind: "no-route", subject: "", attempts: 0 } as const;
  await store.requests.open({
    request: aRequest({ route: null }),
    channels: [],
    audit: anEntry(),
    recipientLookup: "no-route",
  });
  await store.recipientLookups.recordFailed(lookup, "missing_scope (needs im:write)", NOW, ["D0ADA", "D0OPS"]);
  const [notice] = await store.notices.ofRequest(REQUEST_ID);
  await store.notices.claim(notice?.id ?? "", "mine", NOW, NOW + 1);
  await store.notices.release(notice?.id ?? "", "mine", "is_archived", NOW + 60_000);

  const metrics = await makeMetrics().text(store, NOW, HEALTHY);
  for (const line of [
    "countersign_uncovered_requests 1",
    'countersign_effects_due{kind="recipients"} 1',
    'countersign_effects_failing{kind="recipients"} 1',
    'countersign_effects_due{kind="notice"} 2',
    'countersign_effects_failing{kind="notice"} 1',
  ])
    assert.ok(metrics.includes(`${line}\n`), `${line} in\n${metrics}`);
  const work = { ...(await store.effects.backlog()), ...(await store.effects.lags()) };
  const text = healthText(
    { kind: "health", slackConnected: true, storeFault: null, targets: [], work, waiting: [] },
    NOW,
  );
  assert.match(text, /2 notices to post, 1 of them after a failure; `D0ADA`: `is_archived`/);
  assert.match(text, /\*Open requests\*: 1 \(1 without a route\)/);
  assert.match(text, /1 recipient lookup to do, after a failure; `.*`: `missing_scope \(needs im:write\)`/);
});

test("requests that open without a route are counted by reason, from zero", async () => {
  const metrics = makeMetrics();
  const line = (reason: string, count: number) => `countersign_requests_uncovered_total{reason="${reason}"} ${count}\n`;
  const before = await metrics.text(null, NOW, HEALTHY);
  for (const reason of UNCOVERED_REASONS) assert.ok(before.includes(line(reason, 0)), reason);
  metrics.countUncovered("values");
  const after = await metrics.text(null, NOW, HEALTHY);
  assert.ok(after.includes(line("values", 1)) && after.includes(line("no-match", 0)), after);
});

test("a target that the configuration no longer has shows no gauge, so no alert can last forever", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  for (const target of ["renamed/us-east-1", "removed/us-east-1"])
    await store.owned.polls.record(target, NOW - 5_000, "AccessDeniedException", "me", 15_000);
  const text = await makeMetrics({ targets: ["renamed/us-east-1"] }).text(store, NOW, HEALTHY);
  assert.match(text, /^countersign_target_up\{target="renamed\/us-east-1"\} 0$/m);
  assert.doesNotMatch(text, /removed/);
});

test("a target whose changes came without an event has the value 0, and there is no value without a queue", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.owned.polls.record("default/eu-west-1", NOW, null, "me", 15_000, NOW - 60_000);
  await store.owned.polls.record("default/us-east-1", NOW, null, "me", 300_000);
  const metrics = makeMetrics();
  assert.doesNotMatch(await metrics.text(store, NOW, HEALTHY), /events_trusted\{/);
  metrics.queue.watch(makeQueueHealth({ now: () => NOW }));
  const text = await metrics.text(store, NOW, HEALTHY);
  assert.match(text, /^countersign_events_trusted\{target="default\/eu-west-1"\} 0$/m);
  assert.match(text, /^countersign_events_trusted\{target="default\/us-east-1"\} 1$/m);
});

test("reads that stay stale are counted, from zero", async () => {
  const metrics = makeMetrics();
  const line = (count: number) => `countersign_stale_reads_total ${count}\n`;
  assert.ok((await metrics.text(null, 0, HEALTHY)).includes(line(0)));
  metrics.countStale();
  assert.ok((await metrics.text(null, 0, HEALTHY)).includes(line(1)));
});
