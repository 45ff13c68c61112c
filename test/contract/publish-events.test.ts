import assert from "node:assert/strict";
import { test } from "node:test";
import { makePublishAudit } from "../../src/app/audit/publish-audit.ts";
import { makeEventBus } from "../../src/aws/event-bus.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { awsWorld, KEYS } from "./aws-world.ts";

const COUNT = 10;

test("of ten entries three fail: those three are sent again, each event arrives once, and in order for each request", async (t) => {
  await using aws = await awsWorld();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.sandbox.url,
    AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey,
  });
  const bus = makeEventBus({ busName: "default", region: "us-east-1" });
  t.after(() => bus.close());
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  for (let index = 0; index < COUNT; index++) {
    const request = aRequest({ id: `r${index}`, stepExecutionId: `s${index}` });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: request.id, kind: "requested" }) });
  }
  for (let index = 0; index < COUNT; index++) {
    const requestId = `r${index}`;
    const audit = [anEntry({ requestId, kind: "decided" }), anEntry({ requestId, kind: "closed" })];
    await store.requests.advance({ requestId, expectedVersion: 1, patch: {}, audit });
  }
  await aws.control("bus/failures", { times: 3, code: "ThrottlingException" });
  const publish = makePublishAudit({ ...store, bus, clock, random: () => 0, log: testLog() });
  const lease = await store.leases.acquire("publisher", "me", clock.now(), Number.MAX_SAFE_INTEGER);
  assert(lease !== null);
  const publishDue = async () => {
    while ((await publish(lease, new AbortController().signal)) > 0);
  };
  await publishDue();
  const published = async (): Promise<{ requestId: string; name: string; id: string }[]> =>
    (await aws.control("bus?source=countersign")).events.map(
      (event: { "detail-type": string; detail: { requestId: string; id: string } }) => ({
        requestId: event.detail.requestId,
        id: event.detail.id,
        name: event["detail-type"],
      }),
    );
  assert.equal((await published()).length, (COUNT - 3) * 3, "the later records of the three requests wait");
  clock.advance(60_000);
  await publishDue();
  const events = await published();
  assert.deepEqual([events.length, new Set(events.map(({ id }) => id)).size], [COUNT * 3, COUNT * 3]);
  for (let index = 0; index < COUNT; index++)
    assert.deepEqual(
      events.filter(({ requestId }) => requestId === `r${index}`).map(({ name }) => name),
      ["Approval Requested", "Approval Decided", "Approval Closed"],
    );
});
