import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAutomation } from "../../src/aws/automation.ts";
import { callerIdentity } from "../../src/aws/identity.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeWebClient } from "../../src/slack/connection/client.ts";
import { eventually } from "../support/eventually.ts";
import { TARGET, testLog } from "../support/fakes.ts";
import { setUp } from "./automation-world.ts";
import { world } from "./slack-support.ts";

const HEALTHY = { isSlackConnected: () => true, heartbeatAge: () => 0 };

/** Waits until the metrics have these lines, without the prefix of their names. */
const shows = (metrics: ReturnType<typeof makeMetrics>, ...lines: string[]) =>
  eventually(`the metrics have ${lines.join(", ")}`, async () => {
    const text = await metrics.text(null, 0, HEALTHY);
    return lines.every((line) => text.includes(`\ncountersign_${line}\n`));
  });

test("each attempt of a call to AWS is counted with its result, and each wait after throttling", async (t) => {
  const { aws, abort } = await setUp(t);
  const metrics = makeMetrics();
  // The time of this clock stands still: the calls after the throttled one wait, however slow the machine is.
  const clock = { ...systemClock, now: () => 0, elapsed: () => 0, sleep: async () => {} };
  const automation = makeAutomation(TARGET, clock, { readRole: null, approverRole: null }, metrics.awsCalls);
  t.after(automation.close);
  const of = (operation: string, result: string, count: number) =>
    `aws_calls_total{method="${operation}",result="${result}"} ${count}`;
  await aws.control("faults", { operation: "DescribeAutomationExecutions", kind: "throttle", times: 1 });
  assert.equal((await automation.listWaiting(abort)).kind, "listed");
  await automation.read("00000000-0000-0000-0000-000000000000", abort);
  await callerIdentity("us-east-1", abort, metrics.awsCalls);
  await shows(
    metrics,
    of("DescribeAutomationExecutions", "throttled", 1),
    of("DescribeAutomationExecutions", "ok", 1),
    of("GetAutomationExecution", "refused", 1),
    of("GetCallerIdentity", "ok", 1),
    'rate_limit_wait_seconds_count{service="aws"} 2',
  );
});

test("a call whose token Slack refuses is reported as such, and no other refusal", async (t) => {
  const { slack } = await world(t);
  const called: unknown[] = [];
  const calls = { called: (...call: unknown[]) => void called.push(call), waited() {} };
  const connect = (token: string) => makeWebClient(token, `${slack.url}/api/`, makeBoltLogger(testLog()), calls);
  await assert.rejects(connect("xoxb-revoked").auth.test());
  await assert.rejects(connect("xoxb-sandbox").chat.postMessage({ channel: "C0NOWHERE", text: "Hello." }));
  await eventually("both calls are reported", () => called.length === 2);
  assert.deepEqual(called, [
    ["auth.test", "refused", true],
    ["chat.postMessage", "refused", false],
  ]);
});

test("each call to Slack is counted with its result", async (t) => {
  const { slack, control } = await world(t);
  const metrics = makeMetrics();
  const web = makeWebClient("xoxb-sandbox", `${slack.url}/api/`, makeBoltLogger(testLog()), metrics.slackCalls);
  const of = (method: string, result: string) => `slack_calls_total{method="${method}",result="${result}"} 1`;
  const fails = (call: Promise<unknown>) => assert.rejects(call);
  await web.auth.test();
  await fails(web.chat.postMessage({ channel: "C0NOWHERE", text: "Hello." }));
  await control("faults", { operation: "users.info", kind: "throttle", times: 1 });
  await fails(web.users.info({ user: "U0JANE" }));
  await control("faults", { operation: "conversations.info", kind: "drop-reply", times: 1 });
  await fails(web.conversations.info({ channel: "C0APPROVALS" }));
  await shows(
    metrics,
    of("auth.test", "ok"),
    of("chat.postMessage", "refused"),
    of("users.info", "limited"),
    of("conversations.info", "unreachable"),
  );
});
