import assert from "node:assert/strict";
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeExecutionIds } from "../../src/ops/execution-ids.ts";
import { makeLogger, makeTerminalStream } from "../../src/ops/logging.ts";
import { testLog } from "../support/fakes.ts";
import { subjectOf } from "../support/log-events.ts";
import { aClick, anEntry, aRequest, EXECUTION_ID, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

test("every event of the log is known to be about a request, an execution or neither", () => {
  const events = globSync("src/**/*.ts").flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/event: "([^"]+)"|(?:trace|report)\([^"]*"([\w-]+\.[\w-]+)"/g)].map(
      ([, event, traced]) => event ?? traced ?? "",
    ),
  );
  assert.ok(events.length > 80 && events.includes("message.posted"), `${events.length}`);
  assert.deepEqual(
    events.filter((event) => subjectOf(event) === undefined),
    [],
  );
});

test("a line about a request gets its execution, once a row about the request was read, also in a child that was made before", async (t) => {
  const store = await aStore(t, { now: () => NOW });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await store.clicks.record(aClick("U0JANE"));
  const { fields, ids, log } = logged();
  const early = log.child({ requestId: REQUEST_ID, clickId: "c" });
  early.info({ event: "click.claimed" }, "before");
  assert.equal((await ids.store(store).clicks.unevaluated(NOW, 10)).length, 1);
  early.info({ event: "click.claimed" }, "after");
  log.child({ requestId: REQUEST_ID }).warn({ event: "message.posted" }, "child");
  log.debug({ event: "click.counted", requestId: REQUEST_ID }, "line");
  log.info({ event: "click.denied", requestId: "unknown" }, "another request");
  log.info({ event: "lease.lost" }, "no request");
  assert.deepEqual(
    fields().map(({ executionId }) => executionId),
    [undefined, EXECUTION_ID, EXECUTION_ID, EXECUTION_ID, undefined, undefined],
  );
});

for (const read of ["messages", "notices", "recipientLookups", "requesterLookups"] as const) {
  test(`the rows of ${read} teach the log their executions, and a failure of that keeps no row from its worker`, async (t) => {
    const store = await aStore(t, { now: () => NOW });
    await store.requests.open({
      request: aRequest({ addressOwners: { "rosa@example.com": { kind: "pending" } } }),
      channels: ["C0DBA"],
      audit: anEntry(),
      recipientLookup: "no-route",
    });
    const lookup = { requestId: REQUEST_ID, kind: "no-route", subject: "", attempts: 0 } as const;
    await store.recipientLookups.recordFailed(lookup, "one group is missing", NOW, ["D0ADA"]);
    const { fields, ids, log } = logged();
    const broken = {
      ...store,
      requests: { ...store.requests, executionsOf: () => Promise.reject(new Error("no connection")) },
    };
    assert.equal((await ids.store(broken)[read].due(NOW, 5)).length, 1);
    log.info({ event: "message.posted", requestId: REQUEST_ID }, "unknown");
    assert.equal((await ids.store(store)[read].due(NOW, 5)).length, 1);
    log.info({ event: "message.posted", requestId: REQUEST_ID }, "known");
    assert.deepEqual(
      fields().map(({ executionId }) => executionId),
      [undefined, EXECUTION_ID],
    );
  });
}

test("lines are JSON, and on a terminal they are formatted for people, complete at once", async (t) => {
  assert.equal(await makeTerminalStream({ isTTY: false, fd: 1, hasColors: NO_COLORS }), undefined);
  const folder = mkdtempSync(join(tmpdir(), "countersign-log-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "terminal");
  const fd = openSync(path, "w");
  t.after(() => closeSync(fd));
  const log = makeLogger("info", await makeTerminalStream({ isTTY: true, fd, hasColors: NO_COLORS }));
  log.info({ event: "bot.started", port: 8080, token: "xoxb-secret" }, "listening");
  const text = readFileSync(path, "utf8");
  assert.match(text, /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening \{.*"event":"bot\.started".*"port":8080.*\}\n$/);
  assert.doesNotMatch(text, /secret/);
});

const NO_COLORS = () => false;

/** A log with the execution ids, and the fields of its lines. */
function logged() {
  const ids = makeExecutionIds();
  const lines = testLog();
  return { ids, log: ids.log(lines), fields: () => lines.lines.map(({ fields }) => fields as Record<string, unknown>) };
}

test("a log line has no invisible characters, at any depth and in errors", () => {
  const lines: string[] = [];
  const log = makeLogger("info", { write: (line: string) => void lines.push(line) });
  const err = new Error("bro\u200Bken", { cause: new Error("ca\u202Euse") });
  log.info({ event: "a.b", name: "Ja\u202Ene", deep: [{ text: "x\u200By" }], count: 3, err }, "constant");
  const [line = ""] = lines;
  assert.doesNotMatch(line, /[\u200B\u202E]|u200b|u202e/i);
  const { name, deep, count, err: logged } = JSON.parse(line);
  assert.deepEqual({ name, deep, count }, { name: "Jane", deep: [{ text: "xy" }], count: 3 });
  assert.match(logged.message, /^broken/);
  assert.match(logged.stack, /Error: broken/);
});
