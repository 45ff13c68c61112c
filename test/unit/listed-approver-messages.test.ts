import assert from "node:assert/strict";
import { test } from "node:test";
import { addBreakGlassHint } from "../../src/app/decide/break-glass-hint.ts";
import { denialSentence } from "../../src/core/denial.ts";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import type { SignerKind } from "../../src/core/signers.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { mentions } from "../../src/slack/messages/mentions.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { pendingBlock } from "../../src/slack/messages/pending-items.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { TARGET } from "../support/fakes.ts";
import { anAttempt, anExecution, aPerson, aStep, EXECUTION_ID } from "../support/samples.ts";
import { DECIDED, view } from "./messages-examples.ts";
import { setUp } from "./sync-execution-setup.ts";

const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
const OTHER = "arn:aws:iam::111122223333:role/Other";
const session = (role: string) => `arn:aws:sts::111122223333:assumed-role/${role}/jane@example.com`;

function message(awsApprovers: string[], kind: SignerKind = "bot", more = {}) {
  const { blocks } = requestMessage(view({ facts: { awsApprovers, signer: { kind, arn: ROLE } }, ...more }));
  const actions = blocks.find((each) => each.type === "actions");
  const buttons = actions?.elements.map((each) => ("action_id" in each ? each.action_id : ""));
  return { buttons, text: visibleText(blocks) };
}

test("a message has no Approve and Reject only if AWS would refuse every signal, and then names the line to add", () => {
  const listed = message([ROLE]);
  assert.deepEqual(listed.buttons, ["approve", "reject", "details"]);
  assert.doesNotMatch(listed.text, /refuse/);

  const unknown = message(["{{ Approvers }}"]);
  assert.deepEqual(unknown.buttons, ["approve", "reject", "details"]);
  assert.match(
    unknown.text,
    /cannot tell whether the step's Approvers include role `CountersignBot`\. If AWS refuses the decision, decide the step <https:[^|]+\|in the AWS console>\./,
  );

  const unlisted = message([OTHER, "omar"]);
  assert.deepEqual(unlisted.buttons, ["details"]);
  assert.match(
    unlisted.text,
    /AWS would refuse the decision.*Decide the step <https:[^|]+\|in the AWS console>\. For later.*add this line to Approvers in the runbook:\n```- arn:aws:iam::111122223333:role\/CountersignBot```/,
  );
  assert.doesNotMatch(unlisted.text, /of 1 approvals/, "nobody can approve it here");
});

test("where each approver signs, the buttons stay if the session of some person is listed", () => {
  assert.deepEqual(message([session("CountersignBot")], "approvers").buttons, ["approve", "reject", "details"]);
  assert.deepEqual(message([session("Other")], "approvers").buttons, ["details"]);
});

test("Details from a digest lead to a decision only if AWS does not refuse the signer for certain", () => {
  const blocks = (awsApprovers: string[]) => {
    const of = view({ facts: { awsApprovers, signer: { kind: "bot", arn: ROLE } } });
    const leadsTo = { metadata: "signed", verdicts: true, breakGlass: true };
    return detailsView({ ...of, execution: null, leadsTo }).blocks.map(({ block_id }) => block_id);
  };
  for (const approvers of [[ROLE], ["{{ Approver }}"]])
    assert.deepEqual(
      blocks(approvers).filter((id) => id === "decide" || id === "break-glass"),
      ["decide", "break-glass"],
    );
  assert.ok(blocks([OTHER]).every((id) => id !== "decide" && id !== "break-glass"));
});

test("nothing leads an admin to break-glass where AWS would refuse that too", async () => {
  const shown = (awsApprovers: string[], more: Parameters<typeof view>[0] = {}) => {
    const of = view({ facts: { awsApprovers, signer: { kind: "bot", arn: ROLE } }, ...more });
    return { ...of, messages: [], history: [], problems: [], execution: null };
  };
  const buttons = (of: ReturnType<typeof shown>) =>
    JSON.stringify(showBlocks([of], { workspaceUrl: "https://acme.slack.com/", admin: true }).blocks);
  const directory = { ...fakeDirectory(), isAmong: async () => ({ kind: "member" }) as const };
  const denied = async ({ request, route, requester }: ReturnType<typeof shown>) => {
    const membership = { kind: "not-member" } as const;
    const facts = { request, route, requester, votes: [], person: aPerson("U0ADMIN"), membership, sessionEmail: null };
    const asked = { verdict: "approve", authority: "approver", reason: null, typed: null, now: 1 } as const;
    const evaluation = evaluateVote({ ...facts, ...asked });
    if (evaluation.kind !== "denied") return "";
    const deps = { directory, admins: { users: ["U0ADMIN"], groups: [] }, routes: route === null ? [] : [route] };
    const click = { userId: "U0ADMIN", authority: "approver" } as const;
    return denialSentence(await addBreakGlassHint(deps, evaluation.denial, click, request), mentions());
  };
  assert.match(buttons(shown([ROLE])), /Details and break glass/);
  assert.match(await denied(shown([ROLE])), /break glass from Details/);
  assert.doesNotMatch(buttons(shown([OTHER])), /break glass/);
  for (const each of [shown([OTHER]), shown([ROLE], DECIDED)]) assert.doesNotMatch(await denied(each), /break glass/);
});

test("a decision that AWS refused is not said to be tried again while AWS does not list the signer", () => {
  const attempts = [{ error: "AWS refused the signal", state: "refused" }];
  const text = (awsApprovers: string[]) => {
    const of = view({ ...DECIDED, signalNextAt: 1, facts: { awsApprovers, signer: { kind: "bot", arn: ROLE } } });
    return visibleText(requestMessage({ ...of, attempts: attempts as never }).blocks);
  };
  assert.match(text([ROLE]), /will try again/);
  assert.doesNotMatch(text([OTHER]), /try again/);
  assert.match(text([OTHER]), /did not accept.*add this line/s);
});

test("a decision that AWS refused for good names the principal and the line to add, and is not said to be tried again", () => {
  const refused = {
    state: "refused",
    code: "InvalidAutomationSignalException",
    error: "AWS refused the signal",
  } as const;
  const refusals = (more: Partial<SignalAttempt>) => [
    ...[1, 2, 3].map((attempt) => anAttempt({ ...refused, attempt })),
    anAttempt({ ...refused, attempt: 4, ...more }),
  ];
  const texts = (signalNextAt: number | null, more: Partial<SignalAttempt> = {}) => {
    const facts = { awsApprovers: ["{{ Approvers }}"], signer: { kind: "bot" as const, arn: ROLE } };
    const of = { ...view({ ...DECIDED, signalNextAt, facts }), attempts: refusals(more) };
    const item = pendingBlock({ ...of, messages: [] }, { workspaceUrl: "https://acme.slack.com/", now: 1 });
    return [visibleText(requestMessage(of).blocks), visibleText([item])] as const;
  };
  const [message, item] = texts(null);
  assert.match(
    message,
    /did not accept the decision.*cannot be decided in Slack.*refused the decision 4 times.*does not accept .*CountersignBot.*sends the decision again only after.*restart.*add this line to Approvers in the runbook:\n```- arn:aws:iam::111122223333:role\/CountersignBot```/s,
  );
  assert.doesNotMatch(message, /try again|retry/);
  assert.match(item, /AWS does not accept the decision\. Decide the step in the AWS console/);
  for (const [waits, waiting] of [texts(1), texts(null, { code: null, state: "deferred" })]) {
    assert.doesNotMatch(waits, /does not accept/);
    assert.match(waiting, /AWS has not continued the step yet/);
  }
});

test("where AWS accepted one of two signers, the message names the ones that AWS refuses, and no line for the runbook", () => {
  const approver = (attempt: number, name: string, more: Partial<SignalAttempt>) =>
    anAttempt({ attempt, signerId: name, session: `${name}@example.com`, principal: ROLE, ...more });
  const refused = { state: "refused", code: "InvalidAutomationSignalException", error: "AWS refused it" } as const;
  const attempts = [
    approver(1, "jane", { state: "accepted" }),
    approver(2, "omar", refused),
    approver(3, "mia", { ...refused, code: "AccessDenied" }),
    approver(4, "mia", refused),
  ];
  const facts = { awsApprovers: ["{{ Approvers }}"], minRequiredApprovals: 2 };
  const of = {
    ...view({ ...DECIDED, signalNextAt: null, facts: { ...facts, signer: { kind: "approvers", arn: ROLE } } }),
    attempts,
  };
  const message = visibleText(requestMessage(of).blocks);
  assert.match(
    message,
    /AWS has 1 of 2 approvals and refuses the others: .*CountersignBot\/omar@example\.com.*, .*CountersignBot\/mia@example\.com.*AWS refused it.*AWS console/s,
  );
  assert.doesNotMatch(message, /every attempt|add this line|jane@example\.com|did not accept/);
  const item = pendingBlock({ ...of, messages: [] }, { workspaceUrl: "https://acme.slack.com/", now: 1 });
  assert.match(
    visibleText([item]),
    /AWS has 1 of 2 approvals and refuses the others: .*omar@example.*Decide the step in the AWS console/,
  );
});

test("the notice to admins names the line to add", () => {
  const of = view({ facts: { awsApprovers: [OTHER], signer: { kind: "bot", arn: ROLE } } });
  const { blocks, text } = noticeMessage({ ...of, kind: "not-listed" });
  assert.match(text, /Prod-DB-Failover/);
  assert.match(visibleText(blocks), /ApproveFailover.*- arn:aws:iam::111122223333:role\/CountersignBot/s);
});

test("a request stores the principal that signs, follows its change, and reports a runbook that does not list it once", async (t) => {
  const { automation, read, requests, store, clock } = await setUp(t);
  const show = (status = "Waiting") =>
    automation.shows(anExecution({ steps: [aStep({ status, inputs: { Approvers: [OTHER] } })] }));
  Object.assign(TARGET_OF(automation), { signsAs: ROLE });
  show();
  await read();
  const [request] = await requests();
  assert.deepEqual(request?.facts.signer, { kind: "bot", arn: ROLE });
  assert.deepEqual(
    (await store.recipientLookups.due(clock.now(), 10)).map(({ kind }) => kind),
    ["not-listed"],
  );
  const version = request?.version ?? 0;
  Object.assign(TARGET_OF(automation), { signsAs: OTHER });
  await read();
  const [changed] = await requests();
  assert.deepEqual([changed?.facts.signer?.arn, changed?.version], [OTHER, version + 1]);
  await read();
  assert.equal((await requests())[0]?.version, version + 1);
  assert.equal((await store.requests.ofExecution(TARGET, EXECUTION_ID)).length, 1);
});

test("a change of the signer that makes open requests undecidable is reported to admins, once for each runbook and signer", async (t) => {
  const { automation, read, requests, store, clock } = await setUp(t);
  const gate = (id: string, status = "Waiting") =>
    aStep({ stepExecutionId: id, name: id, status, inputs: { Approvers: [ROLE] } });
  automation.shows(anExecution({ steps: [gate("first"), gate("second")] }));
  const notices = async () => (await store.recipientLookups.due(clock.now(), 10)).map(({ kind }) => kind);
  Object.assign(TARGET_OF(automation), { signsAs: ROLE });
  await read();
  assert.deepEqual([(await requests()).length, await notices()], [2, []]);
  Object.assign(TARGET_OF(automation), { signsAs: OTHER });
  await read();
  assert.deepEqual(await notices(), ["not-listed"]);
  await read();
  assert.deepEqual(await notices(), ["not-listed"]);
});

const TARGET_OF = (automation: { target: object }) => automation.target;
