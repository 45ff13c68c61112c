import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthReport } from "../../src/app/admin/health.ts";
import { type AuditEntry, type AuditRecord, requestContext } from "../../src/core/audit-records.ts";
import { formatWaitingPage } from "../../src/core/waiting-order.ts";
import { commandErrorReply, helpReply, refusalText } from "../../src/slack/messages/command-texts.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { pendingBlocks, showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { routeReason } from "../../src/slack/messages/route-reason.ts";
import { visibleText } from "../support/block-limits.ts";
import { aHome, EXAMINED, poorHealth } from "../support/home.ts";
import {
  ASKED,
  closedBy,
  DECIDED,
  deadlineToken,
  execution,
  MINUTE,
  ROUTE,
  request,
  step,
  token,
  view,
  vote,
} from "./messages-examples.ts";

const LIST = { now: ASKED + 90 * MINUTE, workspaceUrl: "https://acme.slack.com/" };
const POSTED = { channelId: "C0PROD", ts: "1772445602.000100" };

function item(changes: Parameters<typeof request>[0] = {}) {
  return { ...view(changes), messages: [POSTED] };
}

test("the list names each waiting request, its times and its approvers, and links to it", () => {
  const { text, blocks } = pendingBlocks([item()], { ...LIST, total: 1 });
  assert.equal(text, "1 request is waiting.");
  const lines = visibleText(blocks[1]).split("\n");
  assert.equal(lines[0], "*`Prod-DB-Failover`, step `ApproveFailover`*");
  const deadline = deadlineToken(ASKED + 60 * MINUTE);
  assert.equal(
    lines[1],
    `production (1111-2222-3333, us-east-1) · started by \`Deployer/run-7\` · decide by ${deadline}`,
  );
  const since = `Waiting since ${token(ASKED)} (1 hour 30 minutes)`;
  assert.equal(
    lines[2],
    `${since}; its deadline has passed. 0 of 1 approvals; waiting for <@U0JANE> or <!subteam^S0DBA>.`,
  );
  const early = visibleText(pendingBlocks([item()], { ...LIST, now: ASKED + 30 * MINUTE, total: 1 }).blocks);
  assert.match(early, /\(30 minutes\)\. 0 of 1 approvals/, "the deadline has the time left already");
  assert.match(
    lines[3] ?? "",
    /^<https:\/\/acme\.slack\.com\/archives\/C0PROD\/p1772445602000100\|Open the message> · /,
  );
});

test("a list that does not fit states how many of how many it shows", () => {
  const many = Array.from({ length: 60 }, () => item());
  const reply = visibleText(pendingBlocks(many, { ...LIST, total: 340 }).blocks);
  assert.match(reply, /^\*340 requests are waiting\.\*.* 1 to 10 of 340, earliest deadline first\./s);
  const home = homeView(aHome(many.slice(0, 8), { total: 340 }), LIST);
  assert.match(visibleText(home.blocks), /1 to 8 of 340 requests, earliest deadline first\./);
  assert.deepEqual(toButtons(home).slice(-1), [`home-next mine ${formatWaitingPage("after", item().request)}`]);
  const next = homeView(aHome(many.slice(0, 3), { total: 11, offset: 8 }), LIST);
  assert.deepEqual(toButtons(next).slice(-1), [`home-previous mine ${formatWaitingPage("before", item().request)}`]);
});

/** The action and the value of each button. */
const toButtons = ({ blocks }: { blocks: readonly object[] }) =>
  blocks.flatMap((block) =>
    "elements" in block
      ? (block.elements as Record<string, string>[]).flatMap((each) =>
          each.action_id ? [`${each.action_id} ${each.value}`] : [],
        )
      : [],
  );

test("App Home has the buttons of the message for requests that wait for the person, and Details alone for others", () => {
  const own = item();
  const { id } = own.request;
  const decide = ["approve", "reject", "details"].map((action) => `${action} ${id}`);
  assert.deepEqual(toButtons(homeView(aHome([own]), LIST)), ["home-scope all", ...decide]);
  assert.deepEqual(toButtons(homeView(aHome([own], { scope: "all" }), LIST)), ["home-scope mine", `details ${id}`]);
});

test("App Home shows the requests with the person's own vote, with Withdraw while it can count, and counts the others", () => {
  const own = { ...item(), votes: [vote()] };
  const decided = { ...item({ ...DECIDED, id: "r-2" }), votes: [vote()] };
  const home = homeView(aHome([], { voted: { items: [own, decided], total: 5 } }), LIST);
  const { id } = own.request;
  assert.deepEqual(toButtons(home), ["home-scope all", `withdraw ${id}`, `details ${id}`, "details r-2"]);
  const text = visibleText(home.blocks);
  assert.match(
    text,
    /Nothing is waiting for you.*Waiting requests with your vote.*1 of 1 approvals.*Withdraw my approval/s,
  );
  assert.match(text, /3 more requests have your vote\. The button at the top shows all\./);
  // The votes keep their place where the page of requests is full, and health too.
  const rows = Array.from({ length: 8 }, () => item());
  const full = visibleText(
    homeView({ ...aHome(rows, { voted: { items: [own], total: 1 } }), health: poorHealth(90) }, LIST).blocks,
  );
  assert.match(full, /Waiting requests with your vote.*Withdraw my approval.*Health.*\*Queues\*/s);
});

test("App Home shows the person's latest decisions, and health to admins", () => {
  const decided = { request: request(DECIDED), vote: vote() };
  const health: HealthReport = {
    kind: "health",
    slackConnected: true,
    storeFault: null,
    targets: [],
    work: null,
    waiting: [],
  };
  const text = visibleText(homeView({ ...aHome([]), decisions: [decided], health }, LIST).blocks);
  assert.match(text, /Your recent decisions • .*: Approved .* Health .*\*Slack\*: connected/s);
  assert.match(
    visibleText(
      homeView({ ...aHome([]), list: { kind: "refused", isMember: true, unexamined: EXAMINED } }, LIST).blocks,
    ),
    /You cannot read any waiting request/,
  );
  const unknown = { kind: "unknown", error: "ratelimited" } as const;
  assert.match(visibleText(homeView({ ...aHome([]), list: unknown }, LIST).blocks), /cannot list your requests/);
});

test("an empty list says that nothing is waiting", () => {
  assert.equal(pendingBlocks([], { ...LIST, total: 0 }).text, "No request is waiting.");
  assert.match(visibleText(homeView(aHome([]), LIST).blocks), /Nothing is waiting for you/);
});

test("a request is shown with its history and its failing effects", () => {
  const record = (entry: AuditEntry): AuditRecord => ({ ...entry, seq: 1, id: "a", previous: "", hash: "" });
  const common = { requestId: "r-1", at: ASKED };
  const context = requestContext(request(DECIDED));
  const outcome = { kind: "approved", where: "slack", by: [], detail: null } as const;
  const history = [
    { kind: "requested", actor: "arn:aws:sts::111122223333:assumed-role/Deployer/run-7", detail: context },
    { kind: "denied", actor: "U0JOE", detail: { denial: "not-approver", verdict: "approve" } },
    { kind: "voted", actor: "U0JANE", detail: { verdict: "approve", name: "Jane Ito" } },
    { kind: "decided", actor: "U0JANE", detail: { ...context, decision: "approve" } },
    {
      kind: "signal-refused",
      actor: "countersign",
      detail: { decision: "approve", attempt: 1, error: "AccessDenied" },
    },
    { kind: "closed", actor: "U0JANE, U0JOE", detail: { ...context, outcome } },
  ].map((entry) => record({ ...common, ...entry } as AuditEntry));
  const messages = [{ channelId: "C0PROD", ts: null }];
  const shown = {
    ...item(closedBy({}, { decision: "approve" })),
    votes: [vote()],
    history,
    messages,
    execution: execution([step()]),
    problems: [
      { kind: "post", about: "C0PROD", error: "not_in_channel" },
      { kind: "click", about: "r-1", error: "Slack asks to wait" },
    ] as const,
  };
  const text = visibleText(showBlocks([shown], LIST).blocks);
  const at = token(ASKED);
  // The message may be in a channel that the reader does not see, so the answer leads to Details itself.
  for (const admin of [false, true])
    assert.match(JSON.stringify(showBlocks([shown], { ...LIST, admin }).blocks), /"action_id":"details"/);
  assert.doesNotMatch(JSON.stringify(showBlocks([shown], { ...LIST, isShared: true }).blocks), /"action_id"/);
  for (const line of [
    `• ${at}: request opened; the execution was started by \`Deployer/run-7\``,
    `• ${at}: click by <@U0JOE> did not count: not an approver`,
    `• ${at}: approved by <@U0JANE>`,
    `• ${at}: decided: approved; the last vote was by <@U0JANE>`,
    ": `AccessDenied`",
    "1. `ApproveFailover` `aws:approve`: is waiting (this request)",
    `• ${at}: closed: approved by <@U0JANE>, <@U0JOE>`,
    "• Message not posted yet in <#C0PROD>: `not_in_channel`",
    "• Click not evaluated yet: `Slack asks to wait`",
  ])
    assert.ok(text.includes(line), `${line} in ${text}`);
});

test("if not all requests fit, the newest are shown and the others counted", () => {
  const requests = Array.from({ length: 9 }, (_, i) => ({
    ...item({ ...DECIDED, id: `r-${i}` }),
    history: [],
    execution: null,
    problems: [],
  }));
  const reply = showBlocks(requests, LIST);
  assert.equal(reply.text, "9 requests of one execution.");
  assert.match(visibleText(reply.blocks), /4 of 9 requests shown, newest first\./);
});

test("help names each subcommand, and reports an unknown one", () => {
  for (const use of ["/approvals pending", "/approvals show ID", "/approvals health", "/approvals help"])
    assert.ok(visibleText(helpReply().blocks).includes(use));
  const error = { argument: "pendign", problem: "is not a command. Did you mean `pending`?", example: "pending" };
  assert.equal(
    commandErrorReply(error).text,
    "`pendign` is not a command. Did you mean `pending`? For example: `/approvals pending`",
  );
  assert.match(refusalText(), /ask a Countersign admin/);
});

test("the reason of a route names its conditions over texts, parameters and tags, and counts those without room", () => {
  const match = { document: "Prod-*", parameters: { Environment: ["prod", "stage"] }, tags: { Team: ["dba"] } };
  assert.equal(
    routeReason({ ...ROUTE, match }),
    "*Route:* `production databases`, because document matches `Prod-*`, parameter `Environment` matches `prod` or `stage` and tag `Team` matches `dba`",
  );
  const many = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`Key${index}`, ["x".repeat(78), "y".repeat(78)]]),
  );
  assert.match(routeReason({ ...ROUTE, match: { tags: many } }), /^.{500,900} and 9 more$/);
});

test("Details and show give the deadline of an open request only, and say of a closed one when it began to wait", () => {
  const surfaces = (of: ReturnType<typeof view>) => [
    visibleText(detailsView({ ...of, execution: null }).blocks),
    visibleText(showBlocks([{ ...of, messages: [], history: [], problems: [], execution: null }], LIST).blocks),
  ];
  for (const text of surfaces(view())) assert.match(text, /\*Waiting since:\*.*\*Decide by:\*/s);
  for (const text of surfaces(view(DECIDED))) assert.doesNotMatch(text, /Decide by/);
  for (const text of surfaces(view(closedBy({})))) {
    assert.match(text, /\*Began to wait:\*/);
    assert.doesNotMatch(text, /Decide by|Waiting since/);
  }
});

test("a notice has the beginning of one id, which links to the console", () => {
  const of = view({ id: "22222222-3333-4444-5555-666666666666" });
  const kinds = [
    "break-glass",
    "decision-refused",
    "no-route",
    "signal-misdirected",
    "unrecorded",
    "requester-decided",
  ] as const;
  for (const kind of [...kinds, "requester-ended"] as const) {
    const ids = noticeMessage({ ...of, kind }).blocks.find(({ block_id }) => block_id === "ids");
    assert.match(visibleText(ids), /^execution <https:.*\|11111111>$/, kind);
  }
});
