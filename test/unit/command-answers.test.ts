import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import type { ExecutionFilter } from "../../src/app/ports/aws.ts";
import type { ExecutionSummary } from "../../src/core/execution.ts";
import type { ApprovalRequest, Vote } from "../../src/core/request.ts";
import { percentile, summarize } from "../../src/core/statistics.ts";
import { parseWaitingPage } from "../../src/core/waiting-order.ts";
import { parseHistoryPage } from "../../src/slack/messages/history-list.ts";
import { findProblems } from "../support/block-limits.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aPerson, aRequest, aRoute, aStep, aVote, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const HOUR = 3_600_000;
const EXECUTION = "4f2a91c7-1b2c-4d3e-8f90-0123456789ab";
const SECRET = "hunter2-orders";

const summary = (index: number, more: Partial<ExecutionSummary> = {}): ExecutionSummary => ({
  executionId: `${String(index).padStart(8, "0")}-1b2c-4d3e-8f90-0123456789ab`,
  documentName: "Nightly-Cleanup",
  status: "Success",
  startedAt: NOW - index * HOUR,
  endedAt: null,
  executedBy: "arn:aws:iam::111122223333:user/rosa",
  currentStepName: null,
  ...more,
});

/** 30 closed requests of "databases", the odd ones of "web", one waiting, and two targets. */
async function setUp(t: TestContext) {
  const store = await aStore(t);
  const clock = testClock();
  const directory = fakeDirectory();
  directory.people.set("U0GUEST", aPerson("U0GUEST", { accountStatus: "guest" }));
  directory.people.set("U0EXT", aPerson("U0EXT", { accountStatus: "external" }));
  for (let index = 0; index < 30; index++) {
    const id = `r-${String(index).padStart(2, "0")}`;
    const timedOut = index === 4;
    const more: Partial<ApprovalRequest> = {
      state: "closed",
      closedAt: NOW - index * HOUR,
      decidedAt: timedOut ? null : NOW - 50_000 + index * 60_000,
      decision: timedOut ? null : "approve",
      outcome: { kind: timedOut ? "timed-out" : "approved", where: "slack", by: [], detail: null },
      route: index % 2 === 0 ? "databases" : "web",
    };
    const facts = aFacts({ documentName: index % 2 === 0 ? "Prod-DB-Restart" : "Web-Rollback" });
    const request = aRequest({ id, executionId: id, stepExecutionId: id, facts });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
    const vote: Vote = aVote(index === 2 ? "U0ADMIN" : "U0JANE", {
      requestId: id,
      userName: index === 2 ? "Ada Admin" : "Jane Ito",
      authority: index === 2 ? "break-glass" : "approver",
    });
    const change = { requestId: id, expectedVersion: 1, patch: more, audit: [] };
    await store.requests.advance(timedOut ? change : { ...change, vote });
  }
  const waiting = aRequest({ executionId: EXECUTION, stepExecutionId: "s" });
  await store.requests.open({ request: waiting, channels: ["C0DBA"], audit: anEntry() });
  const filters: ExecutionFilter[] = [];
  const automation = fakeAutomation();
  automation.shows(
    anExecution({
      executionId: EXECUTION,
      parameters: { AdminPassword: [SECRET], Environment: ["test"] },
      steps: [aStep({ stepExecutionId: "s" })],
    }),
  );
  automation.listExecutions = async (filter) => {
    filters.push(filter);
    return { kind: "listed", executions: Array.from({ length: 40 }, (_, index) => summary(index)), hasMore: false };
  };
  const broken = fakeAutomation({ ...TARGET, key: "broken/eu-west-1", region: "eu-west-1" });
  const deps = {
    directory,
    clock,
    mask: ["*password*"],
    routes: [
      aRoute({
        name: "secret",
        match: { parameters: { AdminPassword: ["other"], Environment: ["prod"] } },
        approvers: { users: [], groups: [] },
      }),
      aRoute({ match: { document: "Prod-DB-*" } }),
      aRoute({ name: "web", approvers: { users: ["U0WEB"], groups: [] } }),
    ],
    admins: { users: ["U0ADMIN"], groups: [] },
    identities: {},
    automation: () => automation,
    readMasked: makeReadMasked({ mask: ["*password*"], clock }),
    isOwnMessage: async () => false,
    targets: () => [
      { key: "default/us-east-1", automation },
      { key: "broken/eu-west-1", automation: broken },
      { key: "new/eu-west-1", automation: undefined },
    ],
  };
  const app = commandApp({ reply: commandReplies(store, deps), clock });
  const run = async (text: string, user = "U0ADMIN") => {
    await app.command(text, { user });
    return JSON.stringify(app.messages().at(-1));
  };
  const ids = (answer: string) => [...answer.matchAll(/Request `(r-\d+)`/g)].map(([, id]) => id);
  return { app, run, ids, filters, broken };
}

test("history lists closed requests, the latest first, in pages, each once, by person, runbook, time and outcome", async (t) => {
  const { app, run, ids } = await setUp(t);
  const all = Array.from({ length: 30 }, (_, index) => `r-${String(index).padStart(2, "0")}`);
  await run("history");
  const seen: (string | undefined)[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const answer = JSON.stringify(app.messages().at(-1));
    seen.push(...ids(answer));
    const [, next] = /"page-next".*?"value":"((?:[^"\\]|\\.)*)"/.exec(answer) ?? [];
    if (next === undefined) break;
    await app.press(JSON.parse(`"${next}"`), { user: { id: "U0ADMIN" } });
  }
  assert.deepEqual(seen, all);
  assert.deepEqual(ids(await run("history by:@ada")), ["r-02"]);
  assert.deepEqual(ids(await run("history by:<@U0ADMIN>")), ["r-02"]);
  assert.deepEqual(ids(await run("history by:me")), ["r-02"]);
  assert.deepEqual(ids(await run("history outcome:break-glass")), ["r-02"]);
  assert.deepEqual(ids(await run("history outcome:timeout")), ["r-04"]);
  assert.deepEqual(ids(await run("history document:web since:4h")), ["r-01", "r-03"]);
  assert.match(await run("history by:@nobody"), /`by:` `nobody` matches no one who has voted\./);
  for (const name of ["ada", "nobody"])
    assert.match(await run(`history by:@${name}`, "U0ANNA"), /No closed request matches/, "names stay unknown");
  assert.deepEqual(ids(await run("history outcome:timeout", "U0WEB")), []);
  assert.deepEqual(ids(await run("history since:3h", "U0WEB")), ["r-01", "r-03"]);
});

test("stats count decisions by person and runbook, their times, timeouts and break-glass", async (t) => {
  const { run } = await setUp(t);
  const stats = await run("stats since:30d");
  for (const part of [
    /30 requests closed since/,
    /Decided in Slack: 29 \(97 %\)\. Timed out: 1 \(3 %\)\. Break-glass: 1 \(3 %\)/,
    /median 15 minutes, 95th percentile 28 minutes/,
    /<@U0JANE>: 28 approved, 0 rejected/,
    /<@U0ADMIN>: 1 approved, 0 rejected, 1 by break-glass/,
    /`Prod-DB-Restart`: 15 requests, 14 decided in Slack/,
  ])
    assert.match(stats, part);
});

test("a percentile is a value that occurred; there is none without values", () => {
  assert.deepEqual([percentile([], 0.5), percentile([7], 0.95), percentile([3, 1, 2], 0.5)], [null, 7, 2]);
  assert.equal(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
    95,
  );
  assert.deepEqual(summarize([], []).people, []);
});

test("executions come from all targets with AWS's filters, in pages; failed targets mark the list as partial", async (t) => {
  const { run, filters, broken } = await setUp(t);
  broken.listExecutions = async () => ({ kind: "failed", code: "AccessDenied", message: "no", retry: false });
  const answer = await run("executions document:Nightly-*p status:success since:2d");
  assert.deepEqual(filters, [{ documentPrefix: "Nightly-", statuses: ["Success"], startedAfter: NOW - 48 * HOUR }]);
  assert.match(answer, /40 executions\..*Partial.*Countersign could not read 2 targets/s);
  assert.match(answer, /broken\/eu-west-1.*AccessDenied.*new\/eu-west-1.*not known yet/s);
  assert.match(answer, /1 to 15 of 40/);
  assert.match(answer, /"page-next"/);
});

test("a page after the last execution is the last page, since AWS may return fewer than before", async (t) => {
  const { app, run } = await setUp(t);
  await run("executions");
  await app.press("90 executions", { user: { id: "U0ADMIN" } });
  assert.match(JSON.stringify(app.messages().at(-1)), /26 to 40 of 40.*"page-previous"/s);
});

test("policy explains the route of an execution in the words of the CLI, without hidden values", async (t) => {
  const { run } = await setUp(t);
  const answer = await run(`policy ${EXECUTION}`, "U0JANE");
  assert.match(answer, /Route `\\"databases\\"` matches\./);
  assert.match(
    answer,
    /Route `\\"secret\\"` does not match: .*`parameters\.Environment` is `\\"test\\"`, not `\\"prod\\"`/s,
  );
  assert.match(
    answer,
    /Posted in <#C0DBA>\.\\n• May decide: <@U0JANE>, <@U0OMAR> or <!subteam\^S0DBA>\./,
    "names, not IDs",
  );
  assert.doesNotMatch(answer, new RegExp(SECRET));
});

const EVERY = [
  "pending",
  "pending mine",
  `show ${EXECUTION}`,
  "show r-00",
  "show Prod-DB-Restart",
  "executions",
  "history",
  "history by:@jane",
  "stats",
  `policy ${EXECUTION}`,
  "policy Prod-DB-Restart",
  "health",
];

/** The pages of every list: offsets, and places before and after requests. Each is that of a page in this list. */
const PAGES = ["0", "10", `older:${NOW}:zzz`, "newer:0:0", "after:0:0", "before:999999999999999:zzz"];

test("each page of the leak test is one of its list: an admin gets requests", async (t) => {
  const { app } = await setUp(t);
  for (const [command, pages] of [
    ["history", ["older", "newer"]],
    ["pending", ["after", "before"]],
  ] as const)
    for (const page of pages) {
      const value = PAGES.find((each) => each.startsWith(page)) ?? assert.fail(page);
      const parsed = command === "history" ? parseHistoryPage(value) : parseWaitingPage(value);
      assert.equal(parsed?.direction, page);
      await app.press(`${value} ${command}`, { user: { id: "U0ADMIN" } });
      assert.match(JSON.stringify(app.messages().at(-1)), /Request `/, value);
    }
});

test("no command and no page button tells a stranger, a guest or an external user anything", async (t) => {
  const { app, run } = await setUp(t);
  const leak = /Prod-DB|Web-Rollback|Nightly|r-\d\d|4f2a91c7|default\/us-east-1|databases|U0JANE|U0WEB|rosa/;
  for (const user of ["U0ANNA", "U0GUEST", "U0EXT"])
    for (const text of EVERY) {
      assert.doesNotMatch((await run(text, user)).replaceAll(/history by:@jane/g, ""), leak, `${user}: ${text}`);
      const shared = await run(`${text} share`, user);
      assert.doesNotMatch(shared.replaceAll(/history by:@jane/g, ""), leak, `${user}: ${text} share`);
      assert.equal(app.messages().at(-1)?.response_type === "in_channel" && !text.startsWith("history"), false, text);
      for (const page of PAGES) {
        await app.press(`${page} ${text}`, { user: { id: user } });
        assert.doesNotMatch(
          JSON.stringify(app.messages().at(-1)).replaceAll(/history by:@jane/g, ""),
          leak,
          `${user}: ${page} ${text}`,
        );
      }
    }
  for (const text of ["executions", "stats", "health"])
    assert.match(await run(text, "U0JANE"), /Only Countersign admins can view/);
});

test("every answer is within Slack's limits", async (t) => {
  const { app, run } = await setUp(t);
  const mentionable = new Set(["U0JANE", "U0OMAR", "S0DBA", "U0ADMIN", "U0WEB", "C0DBA"]);
  for (const text of [...EVERY, "help", "pendign"]) {
    await run(text);
    const { text: said, blocks = [] } = app.messages().at(-1) ?? {};
    if (blocks.length > 0)
      assert.deepEqual(
        findProblems({ text: said, blocks }, "message", mentionable).filter(
          (problem) => !problem.startsWith("top-level text is not escaped"),
        ),
        [],
        text,
      );
  }
});
