import assert from "node:assert/strict";
import { test } from "node:test";
import { makePublishAudit } from "../../src/app/audit/publish-audit.ts";
import { makeEventBus } from "../../src/aws/event-bus.ts";
import { UNCOUNTED } from "../../src/aws/uncounted.ts";
import { toShownFacts } from "../../src/core/audit-records.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, aRequest, DETAILS, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { awsWorld, KEYS } from "./aws-world.ts";

const COUNT = 10;

/** The SDK reads its endpoint and keys from the environment. */
const useAws = (url: string) =>
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: KEYS.bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.bot.secretAccessKey,
  });

test("of ten entries three fail: those three are sent again, each event arrives once, and in order for each request", async (t) => {
  await using aws = await awsWorld();
  useAws(aws.sandbox.url);
  const bus = makeEventBus({ busName: "default", region: "us-east-1", calls: UNCOUNTED });
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

for (const code of ["AccessDeniedException", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException"])
  test(`while the bus answers ${code}, the records of a request wait in their order and stay visible as late`, async (t) => {
    await using aws = await awsWorld();
    useAws(aws.sandbox.url);
    const bus = makeEventBus({ busName: "default", region: "us-east-1", calls: UNCOUNTED });
    t.after(() => bus.close());
    const clock = testClock();
    const store = await aStore(t, { now: clock.now });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "requested" }) });
    const audit = [anEntry({ kind: "decided" }), anEntry({ kind: "closed" })];
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit });
    const publish = makePublishAudit({ ...store, bus, clock, random: () => 0, log: testLog() });
    const lease = await store.leases.acquire("publisher", "me", clock.now(), Number.MAX_SAFE_INTEGER);
    assert(lease !== null);
    const publishDue = async () => {
      while ((await publish(lease, new AbortController().signal)) > 0);
    };
    const published = async () => (await aws.control("bus?source=countersign")).events;

    await aws.control("bus/failures", { times: 12, code });
    for (let attempt = 0; attempt < 12; attempt++) {
      await publishDue();
      clock.advance(5 * 60_000);
    }
    assert.deepEqual(await published(), []);
    const { effects } = await store.effects.backlog();
    const backlog = effects.find(({ kind }) => kind === "publish");
    assert.deepEqual([backlog?.due, backlog?.failing], [3, 1]);
    assert.match(backlog?.lastError?.error ?? "", new RegExp(code));
    assert.notEqual((await store.effects.lags()).oldestUnpublishedAt, null, "the alert for late records fires");

    await publishDue();
    assert.deepEqual(
      (await published()).map((event: { "detail-type": string }) => event["detail-type"]),
      ["Approval Requested", "Approval Decided", "Approval Closed"],
    );
  });

test("a request with the largest parameters that AWS accepts is published at the first attempt", async (t) => {
  await using aws = await awsWorld();
  useAws(aws.sandbox.url);
  const bus = makeEventBus({ busName: "default", region: "us-east-1", calls: UNCOUNTED });
  t.after(() => bus.close());
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const parameters = Array.from({ length: 200 }, (_, index) => ({
    ...{ name: `Name${index}`, values: ["漢".repeat(600)], masked: false, isDefault: false },
  }));
  const request = aRequest({ facts: aFacts({ message: "字".repeat(3_000), parameters }) });
  const detail = { ...DETAILS.requested, ...toShownFacts(request) };
  await store.requests.open({ request, channels: [], audit: anEntry({ kind: "requested", detail }) });
  const lease = await store.leases.acquire("publisher", "me", clock.now(), Number.MAX_SAFE_INTEGER);
  assert(lease !== null);
  const publish = makePublishAudit({ ...store, bus, clock, random: () => 0, log: testLog() });
  assert.equal(await publish(lease, new AbortController().signal), 1);
  const { events } = await aws.control("bus?source=countersign");
  assert.equal(events.length, 1);
  assert.equal(Object.keys(events[0].detail.shown.parameters).length, 200);
});
