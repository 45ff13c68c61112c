import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { findTrail, findWaitingEvents } from "../../src/aws/verify/records.ts";
import { systemClock } from "../../src/ops/clock.ts";

const ID = "86ebebf0-5c3a-4d7b-9d0a-2f3f6c1b7a10";
const OTHER = "11111111-5c3a-4d7b-9d0a-2f3f6c1b7a10";
const CALLER = "arn:aws:iam::111122223333:user/admin";

interface Reply {
  status?: number;
  body: object;
}

/** Starts a server that gives these replies in turn, the last one again and again. The clock passes in sleeps only. */
async function setUp(t: TestContext, replies: readonly Reply[]) {
  let calls = 0;
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    authorizations.push(String(request.headers.authorization));
    request.resume().on("end", () => {
      const { status = 200, body } = replies[Math.min(calls++, replies.length - 1)] ?? { body: {} };
      const isQueue = request.headers["x-amz-target"]?.includes("SQS");
      response.writeHead(status, { "content-type": `application/x-amz-json-1.${isQueue ? 0 : 1}` });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_ENDPOINT_URL: url });
  t.after(async () => {
    process.env = before;
    await new Promise((resolve) => server.close(resolve));
  });
  let now = Date.UTC(2026, 0, 1);
  const start = now;
  const clock = {
    ...systemClock,
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  return {
    url,
    clock,
    authorizations: () => authorizations,
    calls: () => calls,
    passed: () => now - start,
    abort: new AbortController(),
  };
}

const events = (...records: object[]) => ({
  body: { Events: records.map((record) => ({ CloudTrailEvent: JSON.stringify(record) })) },
});
const requestOf = (id: string, more: object = { signalType: "Approve" }) => ({
  userIdentity: { arn: CALLER },
  eventName: "SendAutomationSignal",
  requestParameters: { automationExecutionId: id, ...more },
});

async function lookUp(t: TestContext, replies: readonly Reply[]) {
  const { clock, calls, passed, abort } = await setUp(t, replies);
  const options = { region: "us-east-1", since: clock.now(), clock, signal: abort.signal };
  const { holds, observed } = await findTrail(options, CALLER, [ID]);
  return { holds, observed, calls: calls(), minutes: passed() / 60_000 };
}

test("a complete record is observed as soon as CloudTrail has it", async (t) => {
  const replies = [events(), events(requestOf(OTHER)), events(requestOf(OTHER), requestOf(ID))];
  assert.deepEqual(await lookUp(t, replies), {
    ...{ holds: true, observed: "The record names the execution, the type, the principal." },
    ...{ calls: 3, minutes: 1 },
  });
});

test("a record without a type or without the principal is different", async (t) => {
  const { holds, observed } = await lookUp(t, [events(requestOf(ID, {}))]);
  assert.deepEqual([holds, observed], [false, "The record names the execution, the principal."]);
  const anonymous = { ...requestOf(ID), userIdentity: { arn: "arn:aws:iam::111122223333:user/other" } };
  assert.equal((await lookUp(t, [events(anonymous)])).holds, false);
});

const MISSING =
  "Not observed: CloudTrail shows a signal up to 15 minutes later. Then search its event history for SendAutomationSignal.";

test("without a record, the search ends after 15 minutes", async (t) => {
  const found = await lookUp(t, [events(requestOf(OTHER))]);
  assert.deepEqual(found, { holds: null, observed: MISSING, calls: 31, minutes: 15 });
});

test("an interruption ends the search", async (t) => {
  const { clock, abort } = await setUp(t, [events()]);
  const sleep = async () => abort.abort();
  const options = { region: "us-east-1", since: clock.now(), clock: { ...clock, sleep }, signal: abort.signal };
  const { holds, observed } = await findTrail(options, CALLER, [ID]);
  assert.deepEqual([holds, observed], [null, MISSING]);
});

test("a denied search ends at once, and a failed one is repeated", async (t) => {
  const error = (code: string, status: number) => ({
    status,
    body: { __type: code, message: `${code} of CloudTrail` },
  });
  const denied = await lookUp(t, [error("AccessDeniedException", 400)]);
  assert.deepEqual(denied, {
    ...{ holds: null, observed: "Not observed: AccessDeniedException of CloudTrail", calls: 1, minutes: 0 },
  });
  const recovered = await lookUp(t, [error("InvalidTimeRangeException", 400), events(requestOf(ID))]);
  assert.deepEqual([recovered.holds, recovered.minutes], [true, 0.5]);
});

const STEP = "EC2 Automation Step Status-change Notification";
const EXECUTION = "EC2 Automation Execution Status-change Notification";
const message = (type: string, id = ID) => {
  const Body = JSON.stringify({ "detail-type": type, detail: { ExecutionId: id, Status: "Waiting" } });
  const MD5OfBody = createHash("md5").update(Body).digest("hex");
  return { MessageId: "1", ReceiptHandle: "1", Body, MD5OfBody };
};
for (const [name, Messages, holds, observed] of [
  ["both events", [message(STEP), message(EXECUTION)], true, /^Both emit an event/],
  ["only one event", [message(EXECUTION)], false, /^Only the execution emits an event/],
  ["no event", [], null, /^Not observed: no event arrived\. Check the rule, and use a queue that no bot reads\.$/],
  ["events of others", [message(STEP, OTHER)], null, /^Not observed: no event arrived\./],
] as const)
  test(`a queue with ${name}: holds is ${holds}`, async (t) => {
    const { url, clock, authorizations } = await setUp(t, [{ body: { Messages } }]);
    // A second passes with each call.
    const now = () => {
      void clock.sleep(1000);
      return clock.now();
    };
    const queue = { url: `${url}/111122223333/countersign-verify`, region: "eu-west-1" };
    const found = await findWaitingEvents({ queue, clock: { ...clock, now } }, [ID]);
    assert.ok(
      authorizations().every((each) => each.includes("/eu-west-1/sqs/")),
      "signed with the Region of the queue",
    );
    assert.equal(found.holds, holds);
    assert.match(found.observed, observed);
  });
