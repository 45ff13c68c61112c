import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { executionsReply, statsReply } from "../../src/slack/messages/answers-for-admins.ts";
import { executionBlocks } from "../../src/slack/messages/execution-blocks.ts";
import { healthReply } from "../../src/slack/messages/health-text.ts";
import { historyReply } from "../../src/slack/messages/history-list.ts";
import { choiceBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { findProblems, formattedTexts, visibleText } from "../support/block-limits.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { hostile, MARK, MENTIONABLE } from "./hostile-arbitraries.ts";
import { executions, messages, nows, views, workspaceUrls } from "./messages-arbitraries.ts";
import { ASKED, closedBy, MINUTE, view, vote } from "./messages-examples.ts";

const RUNS = { numRuns: FULL_MATRIX ? 100 : 8, interruptAfterTimeLimit: 20_000 };

function assertSendable(payload: object): void {
  assert.deepEqual(findProblems(payload, "message", MENTIONABLE), []);
  for (const text of formattedTexts(payload))
    assert.ok(!text.includes(MARK), `text of others outside a code span: ${text.slice(0, 300)}`);
}

const many = <T>(each: fc.Arbitrary<T>, times: number) =>
  fc
    .tuple(fc.array(each, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: times }))
    .map(([few, count]) => Array.from({ length: count }, () => few).flat());
const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: null });

const items = fc
  .tuple(many(views, 10), messages)
  .map(([list, posted]) =>
    list.map((each, index) => ({ ...each, request: { ...each.request, id: `r${index}` }, messages: posted })),
  );

test("Slack accepts the lists of closed requests and of requests that fit, whatever people and AWS wrote", () => {
  fc.assert(
    fc.property(items, nows, workspaceUrls, (list, now, workspaceUrl) => {
      const command = `history ${"x".repeat(990)}`;
      const cursor = { closedAt: now, id: "r".repeat(60) };
      const page = { items: list.slice(0, 10), newer: cursor, older: cursor };
      for (const direction of ["older", "newer"] as const)
        assertSendable(historyReply({ ...page, direction }, { workspaceUrl, command }));
      assertSendable(choiceBlocks(list, { workspaceUrl, now, total: list.length + 90 }));
    }),
    RUNS,
  );
});

test("Slack accepts the answers for admins, whatever AWS returns and however many targets fail", () => {
  const target = fc.record({
    key: hostile(300),
    name: hostile(100),
    account: fc.oneof(fc.constant("111122223333"), hostile(100)),
    region: hostile(60),
    signsAs: hostile(200),
  });
  const failed = many(fc.record({ target: hostile(300), error: hostile(2_000) }), 300);
  const summary = fc.record({
    executionId: hostile(100),
    documentName: hostile(300),
    status: hostile(60),
    startedAt: maybe(nows),
    endedAt: maybe(nows),
    executedBy: maybe(hostile(2_048)),
    currentStepName: maybe(hostile(300)),
  });
  const listed = many(fc.record({ target, execution: summary }), 100);
  fc.assert(
    fc.property(listed, failed, fc.array(hostile(300), { maxLength: 40 }), fc.nat(400), (list, failing, cut, offset) =>
      assertSendable(
        executionsReply(
          { kind: "executions", executions: list, failed: failing, cut },
          { offset, command: "executions status:failed" },
        ),
      ),
    ),
    RUNS,
  );
  fc.assert(
    fc.property(target, executions, hostile(10_000), (on, execution, value) =>
      assertSendable(executionBlocks(on, { ...execution, parameters: { [value.slice(0, 100)]: [value, value] } })),
    ),
    RUNS,
  );
  const polled = fc.record({
    target: hostile(300),
    polledAt: maybe(nows),
    error: maybe(hostile(2_000)),
    everyMs: fc.nat(1e9),
    unannouncedAt: maybe(nows),
    stale: fc.boolean(),
  });
  const waiting = many(fc.record({ account: hostile(50), region: hostile(50), count: fc.nat(200) }), 300);
  fc.assert(
    fc.property(many(polled, 300), waiting, hostile(2_000), nows, (targets, counts, error, now) => {
      const kinds = ["post", "update", "digest", "notice", "recipients", "requester", "signal"] as const;
      const effects = [...kinds, ...(["verify", "click", "reply", "publish"] as const)].map((kind) => ({
        ...{ kind, due: 3, failing: 2 },
        lastError: { about: error, error },
      }));
      const work = {
        open: 9,
        uncovered: 1,
        damaged: [],
        effects,
        oldestUnpostedAt: now,
        oldestUnpublishedAt: now,
        refused: 0,
        oldestStaleAt: now,
      };
      const queue = { status: "failing", lastEventAt: now, error, failingSince: now } as const;
      const report = { kind: "health", slackConnected: true, storeFault: null, targets, queue, work } as const;
      assertSendable(healthReply({ ...report, waiting: counts }, now));
    }),
    RUNS,
  );
  const people = many(
    fc.record({ userId: hostile(60), approved: fc.nat(), rejected: fc.nat(), breakGlass: fc.nat() }),
    90,
  );
  const runbooks = many(
    fc.record({ name: hostile(2_048), requests: fc.nat(), decided: fc.nat(), median: maybe(nows) }),
    90,
  );
  fc.assert(
    fc.property(people, runbooks, nows, (named, used, since) => {
      const figures = { requests: 9, decided: 8, timedOut: 1, breakGlass: 1, median: 1, p95: 2 };
      assertSendable(
        statsReply({
          kind: "stats",
          since,
          isCut: true,
          statistics: { ...figures, people: named, runbooks: used },
          damaged: new Set(["r"]),
        }),
      );
    }),
    RUNS,
  );
});

test("health says so when reads of AWS have contradicted earlier ones for a minute, and not before", () => {
  const text = (oldestStaleAt: number | null) => {
    const times = { oldestUnpostedAt: null, oldestUnpublishedAt: null, refused: 0, oldestStaleAt };
    const work = { open: 0, uncovered: 0, damaged: [], effects: [], ...times };
    const report = { kind: "health" as const, slackConnected: true, storeFault: null, targets: [], work, waiting: [] };
    return JSON.stringify(healthReply(report, 10 * 60_000).blocks);
  };
  const line = "*Reads of AWS*: AWS has returned outdated data for 5 minutes. Countersign may delay signals.";
  assert.ok(text(5 * 60_000).includes(line));
  for (const fine of [null, 10 * 60_000 - 59_999]) assert.ok(!text(fine).includes("Reads of AWS"));
});

test("health names damaged requests, and what to do", () => {
  const row = { id: "r1", executionId: "e1", stepExecutionId: "s1", target: "t", account: "1", region: "r" };
  const damaged = [{ ...row, route: null, state: "open" as const, openedAt: 0 }];
  const times = { oldestUnpostedAt: null, oldestUnpublishedAt: null, refused: 0, oldestStaleAt: null };
  const work = { open: 1, uncovered: 0, damaged, effects: [], ...times };
  const report = { kind: "health" as const, slackConnected: true, storeFault: null, targets: [], work, waiting: [] };
  const text = visibleText(healthReply(report, 0).blocks);
  assert.match(
    text,
    /Damaged requests\*?: 1\. .*Decide each step in the AWS console, and restore the row.*or close it/,
  );
  assert.match(text, /r1.*execution.*e1/);
});

test("a search of closed requests that stopped at its limit says so, and how to continue", () => {
  const list = { workspaceUrl: "https://acme.slack.com/", command: "history" };
  const cursor = { closedAt: 1, id: "r" };
  const none = { items: [], newer: null, older: null };
  const stopped = historyReply({ ...none, direction: "older", older: cursor }, list);
  assert.match(
    visibleText(stopped.blocks),
    /^\*No closed request matches so far.*stopped at its limit. Press Next to continue it/s,
  );
  assert.match(JSON.stringify(stopped.blocks), /"page-next"/);
  const back = historyReply({ items: [], direction: "newer", newer: cursor, older: cursor }, list);
  assert.match(visibleText(back.blocks), /^\*No newer request matches so far\.\*.*Press Previous to continue it/s);
  const empty = historyReply({ ...none, direction: "older" }, list);
  assert.match(visibleText(empty.blocks), /^\*No closed request matches\.\*$/);
});

test("of several requests that fit an ID, a closed one is listed with its outcome, not as waiting", () => {
  const closed = { ...view(closedBy({ kind: "approved" }), [vote()]), messages: [] };
  const open = { ...view(), messages: [] };
  const list = { now: ASKED + MINUTE, workspaceUrl: "https://acme.slack.com/", total: 2 };
  const [first = "", second = ""] = choiceBlocks([closed, open], list)
    .blocks.slice(1)
    .map((block) => visibleText(block));
  assert.match(first, /Approved/);
  assert.doesNotMatch(first, /Waiting since|waiting for|approvals/);
  assert.match(second, /Waiting since.*0 of \d/s);
});

test("an empty list of executions says that its filter of runbooks needs the exact case, and a list without the filter does not", () => {
  const none = { kind: "executions" as const, executions: [], cut: [], failed: [] };
  const render = (document: string | undefined) =>
    visibleText(executionsReply(none, { offset: 0, command: null, document }).blocks);
  assert.match(
    render("prod-db"),
    /No execution matches\..*`document:` must have the exact case of the runbook's name\./,
  );
  assert.doesNotMatch(render(undefined), /exact case/);
});
