import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "../../src/core/audit-records.ts";
import { denialSentence } from "../../src/core/denial.ts";
import { historyLine } from "../../src/slack/messages/history.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { plainNames } from "../../src/slack/messages/mentions.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { stateText } from "../../src/slack/messages/state-text.ts";
import { verdictButtons } from "../../src/slack/messages/verdict-buttons.ts";
import { verdictForm } from "../../src/slack/messages/verdict-form.ts";
import { aHome } from "../support/home.ts";
import { aRoute } from "../support/samples.ts";
import { actionIds, type Changes, closedBy, DECIDED, view, vote } from "./messages-examples.ts";

const route = aRoute({ match: { action: "aws:pause" }, quorum: 2 });
const PAUSE = {
  action: "aws:pause",
  canStop: true,
  stepName: "hold",
  awsApprovers: [],
  message: "Swap the disk.",
  signer: { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" },
} satisfies Changes["facts"];
const paused = (changes: Changes = {}, votes: Parameters<typeof view>[1] = []) =>
  view({ ...changes, facts: { ...PAUSE, ...changes.facts } }, votes, route);

const VIEWS = {
  open: paused(),
  voted: paused({}, [vote()]),
  decided: paused({ ...DECIDED, signal: "accepted" }, [vote()]),
  stopping: paused({ ...DECIDED, decision: "reject", signal: "accepted" }, [vote({ verdict: "reject" })]),
  resumed: paused(closedBy({}, { decision: "approve" }), [vote()]),
  stopped: paused(closedBy({ kind: "cancelled" }, { decision: "reject" }), [vote({ verdict: "reject" })]),
  "resumed elsewhere": paused(closedBy({ where: "aws" }, { decision: null })),
};

for (const [name, shown] of Object.entries(VIEWS))
  test(`the message of a pause that is ${name} says resume and stop`, () => {
    const { text, blocks } = requestMessage(shown);
    assert.doesNotMatch(
      `${text} ${JSON.stringify(blocks)}`.replaceAll(/selfApproval|Self-approval/g, ""),
      /approv|reject/i,
    );
  });

test("a pause has Stop only where the signer may stop executions, and says so otherwise", () => {
  assert.deepEqual(actionIds(VIEWS.open), ["resume", "stop", "details"]);
  assert.deepEqual(actionIds(VIEWS.voted), ["resume", "stop", "withdraw", "details"]);
  const unstoppable = paused({ facts: { canStop: false } });
  assert.deepEqual(actionIds(unstoppable), ["resume", "details"]);
  assert.match(
    JSON.stringify(requestMessage(unstoppable).blocks),
    /When this request opened, AWS did not confirm that Countersign may stop.*StopAutomationExecution.*Stop the execution <https:[^|]+\|in the AWS console>/,
  );
});

test("the outcome of a stop is ours, and a stop elsewhere is not", () => {
  const texts = (kind: "slack" | "aws") =>
    requestMessage(
      paused(closedBy({ kind: "cancelled", where: kind }, { decision: "reject" }), [vote({ verdict: "reject" })]),
    );
  assert.match(texts("slack").text, /^Stopped by /);
  assert.match(texts("aws").text, /^Cancelled/);
});

test("the form of a stop says that the whole execution ends", () => {
  const { request } = VIEWS.open;
  const asks = { reason: true, typed: false };
  const form = verdictForm({ request, route, verdict: "reject", authority: "approver", asks, metadata: "" });
  assert.deepEqual([form.title.text, form.submit?.text], ["Stop this step", "Stop"]);
  assert.match(JSON.stringify(form.blocks), /cancels the whole execution.*Shown in the message and recorded\./);
});

test("a stop is confirmed in every case: by the form for a reason, else by Slack's dialog", () => {
  for (const confirm of ["button", "dialog", "typed"] as const)
    for (const reason of ["none", "reject", "always"] as const) {
      const pressed = verdictButtons({ ...VIEWS.open, route: { ...route, confirm, reason } });
      const stop = pressed.find(({ action_id }) => action_id === "stop");
      assert.equal(stop?.confirm !== undefined, reason === "none", `${confirm} ${reason}`);
      if (stop?.confirm === undefined) continue;
      assert.match(stop.confirm.text.text ?? "", /^This cancels the whole execution\.\n[\s\S]*Swap the disk/);
      assert.deepEqual([stop.confirm.confirm?.text, stop.confirm.style], ["Stop", "danger"]);
    }
  const rejected = verdictButtons(view({}, [], aRoute({ reason: "none" }))).find(({ text }) => text.text === "Reject");
  assert(rejected !== undefined && rejected.confirm === undefined);
});

test("the dialog of a stop fits Slack's limit with the longest texts", () => {
  const long = paused({ facts: { message: "m".repeat(4000), stepName: "s".repeat(128) } });
  const warned = { ...long, route: { ...route, reason: "none" as const, warning: "w".repeat(150) } };
  const dialog = verdictButtons(warned).find(({ action_id }) => action_id === "stop")?.confirm;
  const shown = dialog?.text.text ?? "";
  assert(shown.length <= 300 && /whole execution/.test(shown) && /111122223333|1111-2222-3333/.test(shown), shown);
});

test("a signal without effect is named by its own term", () => {
  const notice = {
    ...VIEWS.stopping,
    kind: "signal-without-effect",
    request: { ...VIEWS.stopping.request, verification: "no-effect" },
  };
  assert.match(noticeMessage(notice as Parameters<typeof noticeMessage>[0]).text, /^Stop signal without effect/);
});

const VOTED = {
  ...{ requestId: "r-1", at: 1, seq: 1, id: "a", previous: "", hash: "" },
  ...{ kind: "voted", actor: "U0JANE", detail: { verdict: "approve", name: "Jane" } },
} as AuditRecord;

test("one of several votes to resume is called a vote, because the step still waits", () => {
  const { request } = VIEWS.voted;
  const list = { now: request.openedAt, workspaceUrl: "https://acme.slack.com/" };
  const decisions = [{ request: VIEWS["resumed elsewhere"].request, vote: vote() }];
  const shown = {
    "ephemeral reply": denialSentence({ kind: "already-voted", verdict: "approve", action: "aws:pause" }, plainNames()),
    history: historyLine(VOTED, request.facts),
    "status line": stateText({
      ...VIEWS.voted,
      route: aRoute({ ...route, approvers: { users: ["U0JANE"], groups: [] } }),
    }),
    "recent decisions": JSON.stringify(homeView({ ...aHome([]), decisions }, list).blocks),
  };
  for (const [surface, text] of Object.entries(shown)) {
    assert.match(text, /vote(d)? to resume/i, surface);
    assert.doesNotMatch(text, /already resumed|has resumed|: resumed by|: Resumed /i, surface);
  }
});
