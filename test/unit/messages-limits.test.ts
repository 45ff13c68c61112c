import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_REASON_LENGTH } from "../../src/core/evaluate-vote.ts";
import type { Vote } from "../../src/core/request.ts";
import { makeSignedFormState } from "../../src/slack/listeners/signed-form-state.ts";
import { commandErrorReply, helpReply } from "../../src/slack/messages/command-texts.ts";
import { detailsPages, loadingView, sentenceView } from "../../src/slack/messages/details-view.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { pendingBlocks, showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { stepWithoutIdMessage } from "../../src/slack/messages/undecidable-step.ts";
import { verdictForm } from "../../src/slack/messages/verdict-form.ts";
import { findProblems, formattedTexts, type Surface } from "../support/block-limits.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aHome } from "../support/home.ts";
import { histories } from "./history-arbitraries.ts";
import { hostile, MARK, MENTIONABLE } from "./hostile-arbitraries.ts";
import {
  attempts,
  executions,
  gates,
  messages,
  nows,
  problems,
  requesters,
  requests,
  views,
  votes,
  workspaceUrls,
} from "./messages-arbitraries.ts";
import { routes } from "./route-arbitraries.ts";

/** The time limit ends a search for the smallest counterexample, which can be long with inputs of this size. */
const LIMIT = { interruptAfterTimeLimit: 20_000 };
const RUNS = { numRuns: FULL_MATRIX ? 150 : 8, ...LIMIT };

/** Asserts that Slack accepts the payload, and that text by others is neither formatted nor outside a code span. */
function assertSendable(payload: object, surface: Surface): void {
  assert.deepEqual(findProblems(payload, surface, MENTIONABLE), []);
  for (const text of formattedTexts(payload))
    assert.ok(!text.includes(MARK), `text of others outside a code span: ${text.slice(0, 300)}`);
}

test("Slack accepts the message of a request, whatever AWS returns", () => {
  fc.assert(
    fc.property(views, fc.boolean(), (view, withhold) =>
      assertSendable(requestMessage(view, { withhold, workspaceUrl: "https://acme.slack.com/" }), "message"),
    ),
    RUNS,
  );
});

const unreads = fc.oneof(
  fc.constant(null),
  fc.constant({ kind: "not-found" } as const),
  fc.record({ kind: fc.constant("no-target" as const), target: hostile(300) }),
  fc.record({
    kind: fc.constant("failed" as const),
    ...{ code: hostile(300), message: hostile(3000), retry: fc.boolean() },
  }),
);

test("Slack accepts the details, whatever AWS returns", () => {
  const details = fc.record({
    request: requests,
    votes,
    attempts,
    route: routes,
    execution: fc.option(executions, { nil: null }),
    unread: unreads,
    requester: requesters,
    leadsTo: fc.constantFrom(null, { metadata: "x".repeat(500), verdicts: true, breakGlass: true }),
  });
  fc.assert(
    fc.property(details, (each) => {
      for (const page of detailsPages(each)) assertSendable(page, "modal");
    }),
    RUNS,
  );
});

test("Slack accepts the form for a verdict, and the form returns its state, whatever the request contains", () => {
  const form = fc.record({
    request: requests,
    route: routes,
    verdict: fc.constantFrom("approve" as const, "reject" as const),
    authority: fc.constantFrom("approver" as const, "break-glass" as const),
    asks: fc.record({ reason: fc.boolean(), typed: fc.boolean() }),
    withhold: fc.boolean(),
  });
  const formState = makeSignedFormState("xoxb-secret");
  fc.assert(
    fc.property(form, (each) => {
      const { request, verdict, authority } = each;
      const origin = { kind: "message", channelId: "C0PRODPRODPROD", ts: "1700000000.000100" } as const;
      const asked = { purpose: "form", requestId: request.id, verdict, authority } as const;
      const state = { ...asked, origin, nonce: "n".repeat(36) };
      const metadata = formState.write(state, "U0JANE");
      const view = verdictForm({ ...each, metadata });
      assertSendable(view, "modal");
      assert.deepEqual(formState.read(view.private_metadata ?? "", "U0JANE", "form"), state);
      assert.ok(view.blocks.some((block) => block.type === "input"));
      assert.ok(!each.asks.reason || JSON.stringify(view).includes(`"max_length":${MAX_REASON_LENGTH}`));
    }),
    RUNS,
  );
});

test("Slack accepts every notice, whatever the request contains", () => {
  const kind = fc.constantFrom(
    "break-glass" as const,
    "decision-refused" as const,
    "execution-ended" as const,
    "no-route" as const,
    "not-listed" as const,
    "unrecorded" as const,
  );
  fc.assert(
    fc.property(views, kind, fc.array(gates, { minLength: 1, maxLength: 9 }), (view, notice, all) =>
      assertSendable(noticeMessage({ ...view, kind: notice, gates: all }), "message"),
    ),
    RUNS,
  );
});

test("Slack accepts the notice about a step without an id, whatever its names, and it says where to decide", () => {
  const texts = fc.string({ unit: "binary", maxLength: 300 });
  const step = fc.record({
    ...{ target: texts, account: texts, region: texts, executionId: texts, documentName: texts, stepName: texts },
    consoleUrl: fc.constantFrom(null, "https://c.example.com/e"),
  });
  fc.assert(
    fc.property(step, (each) => {
      const message = stepWithoutIdMessage(each);
      assertSendable(message, "message");
      assert.match(message.text, /Decide the step in the AWS console\.$/);
    }),
    RUNS,
  );
});

test("Slack accepts the digest of any number of requests, and each entry can be opened", () => {
  const many = fc
    .tuple(fc.array(views, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 10 }))
    .map(([few, times]) => Array.from({ length: times }, () => few).flat())
    .map((list) => list.map((view, index) => ({ ...view, request: { ...view.request, id: `r${index}` } })));
  fc.assert(
    fc.property(many, nows, fc.nat(500), (waiting, since, more) => {
      const { blocks, text } = digestMessage({ since, waiting, count: waiting.length + more });
      assertSendable({ blocks, text }, "message");
      assert.ok(blocks.some((block) => block.type === "section" && block.accessory?.type === "button"));
    }),
    RUNS,
  );
  assertSendable(digestMessage({ since: 0, waiting: [], count: 0 }), "message");
});

test("Slack accepts the list in a reply and in App Home, whatever is waiting", () => {
  const item = fc.record({
    request: requests,
    votes: fc.constant<Vote[]>([]),
    attempts: fc.constant([]),
    route: routes,
    requester: requesters,
    messages,
  });
  const items = fc
    .tuple(fc.array(item, { maxLength: 5 }), fc.integer({ min: 1, max: 30 }))
    .map(([few, times]) => Array.from({ length: times }, () => few).flat());
  fc.assert(
    fc.property(items, nows, fc.nat(), workspaceUrls, (list, now, total, workspaceUrl) => {
      const voted = { items: list.slice(0, 4), total: list.length };
      const context = { now, workspaceUrl, reader: list[0]?.votes[0]?.userId ?? null };
      // The last page also has the requests with the own vote.
      const place = total % 2 === 0 ? { total, offset: total % 700 } : { total: 0 };
      assertSendable(pendingBlocks(list, { ...context, ...place, command: "pending", voted }), "message");
      assertSendable(
        homeView(
          aHome(list, {
            ...{ total, offset: total % 700, scope: total % 2 === 0 ? "all" : "mine" },
            voted,
          }),
          context,
        ),
        "home",
      );
    }),
    RUNS,
  );
});

test("Slack accepts the reply that shows a request, whatever is recorded", () => {
  const execution = fc.option(executions, { nil: null });
  const shown = fc.record({
    request: requests,
    votes,
    attempts,
    route: routes,
    requester: requesters,
    history: histories,
    messages,
    execution,
    unread: unreads,
    problems,
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(shown, { maxLength: 8, selector: (each) => each.request.id }),
      nows,
      workspaceUrls,
      (list, now, workspaceUrl) => assertSendable(showBlocks(list, { now, workspaceUrl, admin: true }), "message"),
    ),
    { numRuns: FULL_MATRIX ? 60 : 10, ...LIMIT },
  );
});

test("Slack accepts the small views and replies, whatever their title, sentence or subcommand", () => {
  fc.assert(
    fc.property(hostile(5000), fc.nat({ max: 400 }), (text, people) => {
      const sentence = `Only ${Array.from({ length: people }, () => "<@U0JANE>").join(", ")} may decide this.`;
      assertSendable(loadingView(text), "modal");
      assertSendable(sentenceView(text, sentence), "modal");
      assertSendable(commandErrorReply({ argument: text, value: text, problem: "is wrong", example: text }), "message");
    }),
    RUNS,
  );
  assertSendable(helpReply(), "message");
});
