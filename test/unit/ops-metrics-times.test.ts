import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { decided, type Outcome } from "../../src/core/request.ts";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { VERSION } from "../../src/ops/version.ts";
import { aClick, aFacts, anAttempt, anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { calledSlackMethods } from "../support/slack-methods.ts";
import { aStore, ENGINES, guardedByTestLease } from "../support/stores.ts";

const HEALTHY = { isSlackConnected: () => true, heartbeatAge: () => 0 };
const asTs = (at: number) => `${(at / 1000).toFixed(6)}`;
const APPROVED: Outcome = { kind: "approved", where: "slack", by: [], detail: null };

for (const engine of ENGINES) {
  test(`${engine.name}: the times between Waiting, message, click and signal come from stored rows, also after a restart`, async (t) => {
    let now = NOW;
    const store = await aStore(t, { engine, now: () => now });
    const asked = NOW - 10_000;
    const request = aRequest({ facts: aFacts({ waitingSince: asked }) });
    await store.requests.open({ request, channels: ["C0DBA", "C0OPS"], audit: anEntry({ kind: "requested" }) });
    const first = makeMetrics({ routes: ["databases"], now: () => now });
    const [one, two] = await store.messages.ofRequest(REQUEST_ID);
    const posting = first.store(store).messages;
    await posting.recordPosted(one?.id ?? "", asTs(NOW), 1);
    await posting.recordPosted(two?.id ?? "", asTs(NOW + 500), 1);
    has(await first.text(store, now, HEALTHY), "waiting_to_posted_seconds_count 1", "waiting_to_posted_seconds_sum 10");

    const reopened = await store.reopen();
    const second = makeMetrics({ routes: ["databases"], now: () => now });
    const counted = second.store(reopened);
    now = NOW + 60_000;
    const vote = aVote("U0JANE", { authority: "break-glass", at: now });
    await reopened.clicks.record(aClick("U0MIA", { id: "denied", receivedAt: now - 9_000, verdict: "reject" }));
    await reopened.clicks.record(aClick("U0JANE", { id: "deciding", receivedAt: now - 1_000 }));
    const change = { requestId: REQUEST_ID, audit: [anEntry({ kind: "decided" })] };
    const decision = { ...change, expectedVersion: 1, patch: decided("approve", now), vote, click: "deciding" };
    assert.deepEqual(
      [await counted.requests.advance(decision), await counted.requests.advance(decision)],
      [true, false],
    );
    now += 2_000;
    const guarded = counted.guardedBy((await reopened.leases.acquire("one", "me", now, now + 1_000)) ?? assert.fail());
    const patch = { signal: "accepted", signalNextAt: null } as const;
    const attempt = anAttempt({ state: "accepted" });
    assert.ok(await guarded.requests.advance({ ...change, expectedVersion: 2, patch, attempt, audit: [] }));
    const closing = { patch: { state: "closed", outcome: APPROVED, closedAt: now }, audit: [] } as const;
    assert.ok(await guarded.requests.advance({ requestId: REQUEST_ID, expectedVersion: 3, ...closing, audit: [] }));
    has(
      await second.text(reopened, now, HEALTHY),
      "posted_to_decided_seconds_count 1",
      "posted_to_decided_seconds_sum 60",
      "click_to_signal_seconds_count 1",
      "click_to_signal_seconds_sum 3",
      'break_glass_total{verdict="approve"} 1',
      'decisions_total{route="databases",place="slack",outcome="approved"} 1',
      'decisions_total{route="databases",place="aws",outcome="timed-out"} 0',
      'decisions_total{route="databases",place="slack",outcome="cancelled"} 0',
      "waiting_to_posted_seconds_count 0",
      "oldest_open_request_seconds 0",
    );
  });
}

test("the gauges show how long requests wait, the leases of this process, the executions of each target and the version", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.requests.open({ request: aRequest({ openedAt: NOW - 90_000 }), channels: ["C0DBA"], audit: anEntry() });
  const owned = await guardedByTestLease(store);
  await owned.polls.record("default/us-east-1", NOW, null, "me", 15_000);
  const watched = { target: "default/us-east-1", executionId: "e", fingerprint: "f", nextReadAt: 0, unchangedReads: 0 };
  await owned.executions.watch(watched);
  const metrics = makeMetrics();
  metrics.watchLeases(() => [
    ["publisher", true],
    ["target:default/us-east-1", false],
  ]);
  has(
    await metrics.text(store, NOW, HEALTHY),
    "waiting_requests 1",
    "oldest_open_request_seconds 90",
    "oldest_unposted_seconds 90",
    'lease_owned{lease="publisher"} 1',
    'lease_owned{lease="target:default/us-east-1"} 0',
    'executions_waiting{target="default/us-east-1"} 1',
    `build_info{version="${VERSION}",node="${process.versions.node}"} 1`,
  );
  const without = await metrics.text(null, NOW, HEALTHY);
  assert.doesNotMatch(without, /^countersign_(?:open_requests|oldest_open_request_seconds) /m);
});

test("a name that comes from outside adds no label: routes, methods and error codes that are not known count as other", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.requests.open({ request: aRequest({ route: "removed" }), channels: [], audit: anEntry() });
  const metrics = makeMetrics({ routes: ["databases"], now: () => NOW });
  const closing = { state: "closed", outcome: { ...APPROVED, where: "aws" as const }, closedAt: NOW } as const;
  const change = { requestId: REQUEST_ID, expectedVersion: 1, patch: closing, audit: [] };
  assert.ok(await metrics.store(store).requests.advance(change));
  const corrected = { ...change, expectedVersion: 2, patch: { outcome: { ...closing.outcome, by: ["omar"] } } };
  assert.ok(await metrics.store(store).requests.advance(corrected), "a later read corrects who decided");
  metrics.slackCalls.called("admin.users.list", "ok");
  metrics.awsCalls.called("DeleteDocument", "denied");
  const failing = metrics.bus({
    publish: async () => [{ kind: "failed", code: "E_4711", message: "", final: false }],
  });
  await failing.publish([], new AbortController().signal);
  has(
    await metrics.text(store, NOW, HEALTHY),
    'decisions_total{route="(other)",place="aws",outcome="approved"} 1',
    'slack_calls_total{method="other",result="ok"} 1',
    'aws_calls_total{method="other",result="denied"} 1',
    'publish_failures_total{reason="failed"} 1',
    'slack_calls_total{method="chat.postMessage",result="limited"} 0',
    'clicks_total{outcome="denied: self-approval"} 0',
  );
});

test("every operation of AWS that the bot calls is counted under its own name", async () => {
  // Only countersign doctor, which has no metrics, reads rules and buses.
  const files = globSync("src/aws/*.ts").filter((path) => !path.endsWith("rule-probes.ts"));
  const called = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/new (\w+)Command\(/g)].map(([, operation = ""]) => operation),
  );
  assert.ok(called.length > 10);
  const text = await makeMetrics().text(null, NOW, HEALTHY);
  for (const operation of called) has(text, `aws_calls_total{method="${operation}",result="ok"} 0`);
});

test("every method of Slack that the bot calls is counted under its own name", async () => {
  // These serve countersign init, doctor and policy, which have no metrics.
  const files = globSync("src/**/*.ts").filter((path) => !/(?:directory-check|list-choices)\.ts$/.test(path));
  const text = await makeMetrics().text(null, NOW, HEALTHY);
  const called = calledSlackMethods(files);
  for (const method of called) has(text, `slack_calls_total{method="${method}",result="ok"} 0`);
  const shown = [...text.matchAll(/slack_calls_total\{method="([^"]+)",result="ok"\}/g)].map(([, method]) => method);
  assert.deepEqual(shown.toSorted(), [...called, "other"].toSorted());
});

/** Checks that the text has these lines, without the prefix of their names. */
function has(text: string, ...lines: string[]): void {
  for (const line of lines) assert.ok(text.includes(`\ncountersign_${line}\n`), `${line} in\n${text}`);
}
