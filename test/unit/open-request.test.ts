import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { DeclaredParameters, FailedSince } from "../../src/app/ports/aws.ts";
import { anExecution, aRoute, aStep, NOW } from "../support/samples.ts";
import { SLOW_MS, setUp } from "./sync-execution-setup.ts";

/** Which route a request gets when it opens, and what happens if none applies. */
const STRICT = aRoute({ name: "strict", channels: ["C0DBA"], match: { parameters: { Environment: ["prod"] } } });
const REST = aRoute({ name: "rest", channels: ["C0OPS"] });

const declared = (defaults: Record<string, string[]>): DeclaredParameters => ({
  kind: "read",
  defaults,
  allowedValues: {},
});
const failed = (retry: boolean, since = NOW): FailedSince => ({
  ...{ kind: "failed", code: retry ? "ThrottlingException" : "AccessDeniedException", message: "No", retry, since },
});

async function opened(t: TestContext, parameters: Record<string, string[]>, of: DeclaredParameters | FailedSince) {
  const set = await setUp(t, [STRICT, REST]);
  set.automation.declared = of;
  set.automation.shows(anExecution({ parameters }));
  const wait = await set.read();
  return { ...set, wait };
}

test("values that select two routes open a request without a route, which is logged, counted, recorded and reported", async (t) => {
  const { requests, store, log, uncovered, clock } = await opened(t, { Environment: ["prod", "dev"] }, declared({}));
  const [request] = await requests();
  const found = { reason: "values", condition: "parameters.Environment", route: "strict", otherRoute: "rest" };
  assert.deepEqual([request?.route, request?.facts.uncovered], [null, found]);
  assert.deepEqual(await store.messages.due(clock.now(), 10), []);
  const [lookup] = await store.recipientLookups.due(clock.now(), 10);
  assert.equal(lookup?.kind, "no-route");
  const line = log.lines.find(({ fields }) => fields.event === "request.unrouted");
  assert.deepEqual([line?.level, line?.fields.uncovered], ["warn", found]);
  assert.deepEqual(uncovered, ["values"]);
  const [record] = await store.requests.history("request-1");
  assert.deepEqual(record?.kind === "requested" && record.detail.uncovered, found);
});

test("the default of the executed version selects the route of a parameter that was left out", async (t) => {
  const { automation, requests, uncovered } = await opened(t, {}, declared({ Environment: ["prod"] }));
  assert.deepEqual((await requests())[0]?.route, "strict");
  assert.equal((await requests())[0]?.facts.uncovered, undefined);
  assert.deepEqual(automation.calls.defaults, ["Prod-DB-Restart 1"]);
  assert.deepEqual(uncovered, []);
});

test("defaults that AWS denies open the request without a route at once, and the reason names the error", async (t) => {
  const { requests, uncovered } = await opened(t, {}, failed(false));
  assert.deepEqual((await requests())[0]?.facts.uncovered, {
    ...{ reason: "unknown", condition: "parameters.Environment", route: "strict", otherRoute: "rest" },
    error: "AccessDeniedException",
  });
  assert.deepEqual(uncovered, ["unknown"]);
});

test("defaults that cannot change the route are not waited for", async (t) => {
  const { requests } = await opened(t, { Environment: ["prod"] }, failed(true));
  assert.equal((await requests())[0]?.route, "strict");
});

test("a request waits for defaults that AWS may return in a moment, and then gets the strict route", async (t) => {
  const { automation, requests, read, log, wait, uncovered } = await opened(t, {}, failed(true));
  assert.deepEqual([await requests(), wait], [[], 5_000]);
  assert.equal(log.lines.at(-1)?.fields.event, "request.postponed");
  automation.declared = declared({ Environment: ["prod"] });
  assert.equal(await read(), SLOW_MS);
  assert.equal((await requests())[0]?.route, "strict");
  assert.deepEqual(uncovered, []);
});

test("a request waits for any read that can settle whether the first route applies", async (t) => {
  const match = { parameters: { Environment: ["prod"] }, tags: { Team: ["dba"] } };
  const set = await setUp(t, [aRoute({ name: "strict", match }), REST]);
  set.automation.declared = declared({});
  set.automation.tagged = failed(true);
  set.automation.shows(anExecution({ parameters: { Environment: ["prod", "dev"] } }));
  await set.read();
  assert.deepEqual(await set.requests(), [], "without the tag, the list of values does not matter");
  set.automation.tagged = { kind: "read", tags: { Team: "web" } };
  set.clock.advance(5_000);
  await set.read();
  assert.deepEqual(
    (await set.requests()).map(({ route }) => route),
    ["rest"],
  );
  const denied = await setUp(t, [aRoute({ name: "strict", match }), REST]);
  denied.automation.declared = failed(false);
  denied.automation.tagged = failed(true);
  denied.automation.shows(anExecution({ parameters: {} }));
  await denied.read();
  assert.deepEqual(await denied.requests(), [], "the denied defaults do not hide the tags");
  denied.clock.advance(120_000);
  await denied.read();
  const [request] = await denied.requests();
  assert.deepEqual(request?.facts.uncovered, {
    ...{ reason: "unknown", condition: "parameters.Environment", route: "strict", otherRoute: "rest" },
    error: "AccessDeniedException",
  });
});

test("after two minutes of failures the request opens without a route, never with a later one", async (t) => {
  const { automation, clock, requests, read } = await opened(t, {}, failed(true));
  automation.shows(anExecution({ steps: [aStep({ startedAt: NOW - 3_600_000 })] }));
  clock.advance(119_999);
  assert.equal(await read(), 5_000);
  assert.deepEqual(await requests(), []);
  clock.advance(1);
  await read();
  const [request] = await requests();
  assert.deepEqual([request?.route, request?.facts.uncovered?.reason], [null, "unknown"]);
});

test("a step that begins to wait during a long failure gets its own two minutes", async (t) => {
  const { automation, clock, requests, read } = await opened(t, {}, failed(true, NOW - 3_600_000));
  automation.shows(anExecution({ steps: [aStep({ startedAt: clock.now() })] }));
  clock.advance(60_000);
  assert.equal(await read(), 5_000);
  assert.deepEqual(await requests(), []);
});

test("a request keeps the link to its execution that the configuration had when it opened", async (t) => {
  const set = await setUp(t, [REST]);
  set.automation.target.consoleUrl = "https://sso.example.com/{account}/{execution}";
  set.automation.shows(anExecution());
  await set.read();
  const [request] = await set.requests();
  assert.equal(request?.facts.consoleUrl, `https://sso.example.com/${request?.account}/${request?.executionId}`);
});

test("a request keeps the warning that its target had when it opened", async (t) => {
  const set = await setUp(t, [REST]);
  set.automation.target.warning = "MANAGEMENT ACCOUNT";
  set.automation.shows(anExecution());
  await set.read();
  assert.equal((await set.requests())[0]?.facts.targetWarning, "MANAGEMENT ACCOUNT");
});

const TAGGED = aRoute({ name: "dba", channels: ["C0DBA"], match: { tags: { Team: ["dba"] } } });

async function openedWithTags(t: TestContext, tagged: Parameters<typeof readOnce>[1], routes = [TAGGED, REST]) {
  const set = await setUp(t, routes);
  return readOnce(set, tagged);
}

async function readOnce(
  set: Awaited<ReturnType<typeof setUp>>,
  tagged: Awaited<ReturnType<typeof set.automation.tags>>,
) {
  set.automation.tagged = tagged;
  set.automation.shows(anExecution());
  const wait = await set.read();
  const [request] = await set.requests();
  return { ...set, wait, request };
}

test("a tag selects the route, and the tags are read once", async (t) => {
  const { request, automation } = await openedWithTags(t, { kind: "read", tags: { Team: "dba" } });
  assert.deepEqual([request?.route, automation.calls.tags.length], ["dba", 1]);
});

test("a missing tag selects a later route", async (t) => {
  const { request } = await openedWithTags(t, { kind: "read", tags: { Other: "dba" } });
  assert.equal(request?.route, "rest");
});

test("without a route that uses tags, they are not read", async (t) => {
  const { request, automation } = await openedWithTags(t, failed(false), [REST]);
  assert.deepEqual([request?.route, automation.calls.tags], ["rest", []]);
});

test("tags that AWS denies open the request without a route at once, never with a later route", async (t) => {
  const { request, uncovered } = await openedWithTags(t, failed(false));
  assert.deepEqual(
    [request?.route, request?.facts.uncovered],
    [
      null,
      {
        ...{ reason: "unknown", condition: "tags.Team", route: "dba", otherRoute: "rest" },
        error: "AccessDeniedException",
      },
    ],
  );
  assert.deepEqual(uncovered, ["unknown"]);
});

test("tags that AWS may return later are read again for two minutes, and then no route applies", async (t) => {
  const set = await setUp(t, [TAGGED, REST]);
  const first = await readOnce(set, failed(true));
  assert.deepEqual([first.request, first.wait !== null && first.wait <= 5_000], [undefined, true]);
  set.clock.advance(2 * 60_000);
  const last = await readOnce(set, failed(true));
  assert.equal(last.request?.facts.uncovered?.reason, "unknown");
});

test("a request that waits for defaults costs one read of its tags, a failed read is repeated, and the next turn reads its own", async (t) => {
  const tagged = aRoute({ ...TAGGED, match: { tags: { Team: ["dba"] }, parameters: { Environment: ["prod"] } } });
  const set = await setUp(t, [tagged, REST]);
  const { automation, read, requests } = set;
  automation.shows(anExecution({ parameters: {} }));
  automation.declared = failed(true);
  automation.tagged = failed(true);
  await read();
  assert.equal(automation.calls.tags.length, 1);
  automation.tagged = { kind: "read", tags: { Team: "dba" } };
  for (let turn = 0; turn < 3; turn++) assert.equal(await read(), 5_000);
  assert.deepEqual([automation.calls.tags.length, automation.calls.defaults.length], [2, 4]);
  automation.declared = declared({ Environment: ["prod"] });
  await read();
  assert.deepEqual([(await requests())[0]?.route, automation.calls.tags.length], ["dba", 2]);

  automation.tagged = { kind: "read", tags: {} };
  automation.shows(anExecution({ parameters: {}, steps: [aStep({ startedAt: NOW + 1 })] }));
  await read();
  assert.deepEqual(
    [(await requests()).map(({ route }) => route).toSorted(), automation.calls.tags.length],
    [["dba", "rest"], 3],
  );
});

test("tags that cannot change the route are not waited for", async (t) => {
  const { request } = await openedWithTags(t, failed(true), [REST, TAGGED]);
  assert.equal(request?.route, "rest");
});

test("a gate without a message has the descriptions of its step and runbook, masked, and a gate with one has none", async (t) => {
  const descriptions = {
    runbook: "Restarts a database with hunter2-hunter2.",
    steps: new Map([[aStep().name, "Asks the owners."]]),
  };
  for (const [Message, described] of [
    [" \u200b", { step: "Asks the owners.", runbook: "Restarts a database with (hidden)." }],
    ["Restart?", undefined],
  ] as const) {
    const { automation, read, requests, store } = await setUp(t);
    automation.declared = { ...declared({}), descriptions };
    const parameters = { AdminPassword: ["hunter2-hunter2"] };
    automation.shows(anExecution({ parameters, steps: [aStep({ inputs: { Message, Approvers: ["someone"] } })] }));
    await read();
    assert.deepEqual((await requests())[0]?.facts.descriptions, described);
    const [record] = await store.requests.history("request-1");
    assert.deepEqual(record?.kind === "requested" && record.detail.shown.descriptions, described);
  }
});
