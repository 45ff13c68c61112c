import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditDetails, AuditEntry, AuditKind, StoredRecord } from "../../src/core/audit-records.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { PAUSE_ACTION } from "../../src/core/execution.ts";
import { requestLine, requestReport, unreadableRequest } from "../../src/core/trail-report.ts";
import { anEntry, aVote, DETAILS, EXECUTION_ID, NOW, REQUEST_ID } from "../support/samples.ts";

/** An entry with a part of its detail changed, one second after the previous one in a list. */
type Given<Kind extends AuditKind = AuditKind> = [kind: Kind, detail?: Partial<AuditDetails[Kind]>, actor?: string];
const given = <Kind extends AuditKind>(...entry: Given<Kind>) => entry as unknown as Given;

const stored = (...entries: Given[]): StoredRecord[] =>
  entries.map(([kind, detail, actor = "countersign"], index) => {
    const entry = anEntry({ kind, actor, detail: { ...DETAILS[kind], ...detail } } as Partial<AuditEntry>);
    const text = canonicalJson(entry.detail);
    return { ...entry, at: NOW + index * 1_000, detail: text, seq: index + 1, id: "", previous: "", hash: "" };
  });

const report = (...entries: Given[]) => requestReport(stored(...entries), true);

/** Returns the lines of a report under one label, without the label. */
function section(label: string, ...entries: Given[]): string[] {
  const lines = report(...entries).slice(1);
  const start = lines.findIndex((line) => line.startsWith(`  ${label.padEnd(14)}`));
  const end = lines.findIndex((line, index) => index > start && line.charAt(2) !== " ");
  return lines.slice(start, end === -1 ? undefined : end).map((line) => line.slice(16));
}

const ZEROS = "0".repeat(64);
const ROSA = "arn:aws:iam::111122223333:user/rosa";
const { userId, userName: name, email, authority } = aVote();
const votes = [
  { userId, name, email, verdict: "approve", authority, reason: "urgent", at: "2026-01-15T12:00:00.000Z" },
  { ...{ userId: "U0OMAR", name: "Omar", email: null }, verdict: "reject", authority, reason: null, at: "2026" },
  { ...{ userId: "U0MAX", name: "Max\nLi", email: null }, verdict: "approve", authority, reason: null, at: "2026" },
] as AuditDetails["decided"]["votes"];
const messageLinks = ["https://acme.slack.com/archives/C0DBA/p1", "https://acme.slack.com/archives/C0OPS/p2"];
const opened = given("requested");
const closed = given("closed");

test("a page answers who asked, who could decide and did, what AWS replied, and how the step ended", () => {
  const signal = { decision: "approve", attempt: 2 } as const;
  const lines = report(
    given("requested", { messageLinks }),
    given("voted", { verdict: "approve", name: "Person U0JANE", reason: "urgent" }, "U0JANE"),
    given("decided", { votes, messageLinks }, "U0JANE"),
    given("signal-sending", { ...signal, principal: "arn:aws:sts::111122223333:assumed-role/Bot/jane" }),
    given("signal-accepted", { ...signal, awsRequestId: "aws-1" }),
    given("closed", { messageLinks: messageLinks.slice(0, 1) }),
    given("ended"),
  );
  assert.deepEqual(lines, [
    `Prod-DB-Restart, step approve (request ${REQUEST_ID})`,
    `  Execution     ${EXECUTION_ID} in default/us-east-1, account 111122223333`,
    `  Requester     ${ROSA}; request at 2026-01-15T12:00:00.000Z`,
    "  Shown         Restart the database?",
    "                version 1 of the runbook",
    "  Could decide  U0JANE, members of S0DBA; 1 approval; the requester may not approve",
    `                by route "databases", configuration ${ZEROS}`,
    '  Votes         2026-01-15T12:00:01.000Z U0JANE (Person U0JANE) approved: "urgent"',
    `  Decision      approved at 2026-01-15T12:00:02.000Z by Person U0JANE (U0JANE, ${email}), Max Li (U0MAX)`,
    "  AWS           2026-01-15T12:00:03.000Z attempt 2: approve as arn:aws:sts::111122223333:assumed-role/Bot/jane",
    "                2026-01-15T12:00:04.000Z AWS accepted it (AWS request aws-1)",
    "  End           approved in Slack at 2026-01-15T12:00:05.000Z",
    "                the execution ended: Success",
    "  Messages      https://acme.slack.com/archives/C0DBA/p1",
    "  Records       1, 2, 3, 4, 5, 6, 7: each hash is intact. countersign audit verify checks the whole chain.",
  ]);
});

test("a page says which facts are missing, after the request has opened or if only its end is left", () => {
  assert.deepEqual(report(opened).slice(7), [
    ...["  Votes         none", "  Decision      not decided in Slack", "  AWS           none"],
    ...["  End           the step still waits, or its end is not recorded", "  Messages      none"],
    "  Records       1: each hash is intact. countersign audit verify checks the whole chain.",
  ]);
  const [title, ...lines] = requestReport(stored(closed), false);
  assert.equal(title, `Prod-DB-Restart, step approve (request ${REQUEST_ID})`);
  assert.deepEqual(
    lines.filter((line) => /Requester|Shown|configuration|Records/.test(line)),
    [
      `  Requester     ${ROSA}; request at an unknown time`,
      "  Shown         not recorded",
      `                by route "databases", configuration ${ZEROS}`,
      "  Records       1: AT LEAST ONE WAS ALTERED. Run countersign audit verify.",
    ],
  );
  const [record] = stored(closed).map((each) => ({ ...each, detail: each.detail.replace('"stepName"', '"other"') }));
  assert.ok(record !== undefined);
  assert.match(requestReport([record], false)[0] ?? "", /^Prod-DB-Restart, step unknown \(/);
});

test("a page shows the facts of the decision instead of those of the opening", () => {
  const shown = { question: "Still restart it?", documentVersion: "2", parameters: {} };
  const entries = [opened, given("decided", { shown, policyHash: "f".repeat(64) })];
  assert.deepEqual(section("Shown", ...entries), ["Still restart it?", "version 2 of the runbook"]);
  assert.match(section("Could decide", ...entries)[1] ?? "", /configuration f{64}; 0{64} when the request opened$/);
});

test("a page shows descriptions instead of a question, hidden values and the parents' parameters", () => {
  const shown = {
    ...{ question: null, documentVersion: null, descriptions: { step: "Asks\nfirst.", runbook: "Restarts." } },
    parameters: { Host: "web-1", Token: "(hidden)" },
    parents: [{ executionId: "e0", documentName: "Deploy\nAll", parameters: { Stage: "prod" } }],
  };
  assert.deepEqual(section("Shown", given("requested", { shown })), [
    ...["no question by the author of the runbook", "description of the runbook: Restarts."],
    ...["description of the step: Asks first.", "version unknown of the runbook", "Host = web-1", "Token = (hidden)"],
    ...["child of Deploy All", "Stage = prod"],
  ]);
});

test("a line break in a text cannot look like a further entry of a page", () => {
  const parameters = { Host: "web-1", Note: "x\nHost = web-2\nversion 9 of the runbook" };
  const shown = { question: "Restart?\r\nversion 8 of the runbook", documentVersion: "1", parameters };
  assert.deepEqual(section("Shown", given("requested", { shown })), [
    ...["Restart?", "  version 8 of the runbook", "version 1 of the runbook"],
    ...["Host = web-1", "Note = x", "  Host = web-2", "  version 9 of the runbook"],
  ]);
});

test("a page names every person who started a run, by principal, Slack ID and address", () => {
  const max = { principal: "arn:aws:iam::111122223333:user/max", userIds: ["U0MAX", "U1MAX"], email: null };
  const unknown = { principal: null, userIds: [], email: "li@example.com" };
  const requester = { principal: null, userIds: [], email: null, parents: [max, unknown] };
  assert.deepEqual(section("Requester", given("requested", { requester })), [
    "a principal that AWS does not name; a parent execution by arn:aws:iam::111122223333:user/max (U0MAX, U1MAX); " +
      "a parent execution by a principal that AWS does not name (li@example.com); request at 2026-01-15T12:00:00.000Z",
  ]);
});

test("a page names the requester of the newest record: of the end, then of the decision, then of the opening", () => {
  const by = (email: string) => ({ requester: { principal: null, userIds: [], email } });
  const entries = [given("requested", by("1@x")), given("decided", by("2@x")), given("closed", by("3@x"))];
  for (const count of [1, 2, 3]) {
    const [text = ""] = section("Requester", ...entries.slice(0, count));
    assert.ok(text.includes(`(${count}@x)`), text);
  }
});

test("a page says that nobody could decide without a route or its rule, and names members of channels", () => {
  const approvers = { users: ["U0JANE"], groups: [], channels: ["C0DBA"], selfApproval: true };
  const none = "nobody in Slack: no route";
  const members = "U0JANE, members of channel C0DBA; 2 approvals; the requester may approve";
  const cases: [Partial<AuditDetails["requested"]>, string, string][] = [
    [{ route: null, approvers: null }, none, ""],
    [{ route: null }, none, ""],
    [{ approvers: null }, 'nobody in Slack: route "databases" was not in the configuration', ""],
    [{ approvers, quorum: 2 }, members, 'by route "databases", '],
  ];
  for (const [detail, people, by] of cases) {
    const expected = [people, `${by}configuration ${ZEROS}`];
    assert.deepEqual(section("Could decide", given("requested", detail)), expected);
  }
});

test("a page lists every vote, withdrawal, dropped vote and denied click, and only these as votes", () => {
  const jane = { name: "Jane\nIto", verdict: "approve" } as const;
  const votesOf = (more: Partial<AuditDetails["requested"]>) =>
    section(
      "Votes",
      given("requested", more),
      given("voted", jane, "U0JANE"),
      given("voted", { ...jane, verdict: "reject", authority: "break-glass", reason: 'now "or" never' }, "U0JANE"),
      given("withdrawn", {}, "U0JANE"),
      given("vote-dropped"),
      given("denied", { denial: "self-approval", verdict: "reject" }, "U0ROSA"),
      given("denied", { verdict: "withdraw" }, "U0ROSA"),
      ...[given("signal-sending"), given("progress"), given("ended"), given("identified")],
    ).map((text) => text.slice("2026-01-15T12:00:00.000Z ".length));
  assert.deepEqual(votesOf({}), [
    "U0JANE (Jane Ito) approved",
    'U0JANE (Jane Ito) rejected by BREAK-GLASS: "now \\"or\\" never"',
    "U0JANE withdrew the approval",
    "approval of U0JANE no longer counts: not an approver",
    "U0ROSA tried to reject; it did not count: self-approval",
    "U0ROSA tried to withdraw; it did not count: not an approver",
  ]);
  assert.deepEqual(votesOf({ action: PAUSE_ACTION }).slice(0, 4), [
    "U0JANE (Jane Ito) voted to resume",
    'U0JANE (Jane Ito) voted to stop by BREAK-GLASS: "now \\"or\\" never"',
    "U0JANE withdrew the vote to resume",
    "vote to resume of U0JANE no longer counts: not an approver",
  ]);
});

test("a decision names only those who voted for it, and break-glass", () => {
  const [rejected] = section("Decision", opened, given("decided", { votes, decision: "reject" }));
  assert.equal(rejected, "rejected at 2026-01-15T12:00:01.000Z by Omar (U0OMAR)");
  const [broken] = section("Decision", opened, given("decided", { votes, authority: "break-glass" }));
  const jane = `Person U0JANE (U0JANE, ${email})`;
  assert.equal(broken, `approved by BREAK-GLASS at 2026-01-15T12:00:01.000Z by ${jane}, Max Li (U0MAX)`);
});

const SIGNALS: [Given, string][] = [
  [given("signal-sending", { attempt: 3 }), "attempt 3: approve as the bot"],
  [given("signal-sending", { decision: "reject", session: "jane" }), "attempt 1: reject as jane"],
  [given("signal-sending", { principal: "arn:1", session: "jane" }), "attempt 1: approve as arn:1"],
  [given("signal-accepted"), "AWS accepted it"],
  [given("signal-ambiguous", { error: "timed\nout" }), "ambiguous: timed out"],
  [given("signal-refused"), "refused: no reply"],
  [given("signal-deferred"), "deferred: no reply"],
  [given("signal-verified"), "AWS shows the decision of this signal"],
  [given("signal-verified", { result: "not-visible" }), "AWS does not show who decided the step"],
  [
    given("signal-misdirected"),
    "MISDIRECTED: the signal reached second; this step was decided by an unknown principal",
  ],
  [
    given("signal-misdirected", { reachedStep: null, decidedBy: ["arn:1", "arn:2"] }),
    "MISDIRECTED: the signal reached another step; this step was decided by arn:1, arn:2",
  ],
  [given("signal-without-effect"), "WITHOUT EFFECT: AWS accepted the signal, and the step still waits"],
];

test("a page says what AWS replied to each signal, and whether it reached its step", () => {
  for (const [entry, expected] of SIGNALS)
    assert.deepEqual(
      section("AWS", opened, entry, given("voted"), given("progress")),
      [`2026-01-15T12:00:01.000Z ${expected}`],
      expected,
    );
});

test("a page says how the step ended, where, by whom, and with which message", () => {
  const time = "at 2026-01-15T12:00:01.000Z";
  const cases: [AuditDetails["closed"]["outcome"], string][] = [
    [{ kind: "rejected", where: "slack", by: ["arn:1"], detail: null }, `rejected in Slack ${time}`],
    [
      { kind: "approved", where: "aws", by: ["arn:1", "arn:2"], detail: null, comment: "done\n" },
      `approved outside of Slack by arn:1, arn:2 ${time}, with the comment "done\\n"`,
    ],
    [
      { kind: "failed", where: "aws", by: [], detail: "No\nquota" },
      `failed outside of Slack by a principal that AWS does not show ${time}: No quota`,
    ],
  ];
  for (const [outcome, expected] of cases)
    assert.deepEqual(section("End", opened, given("closed", { outcome })), [expected]);
});

const search = (entries: Given[], person: string | null, document: string | null = null) =>
  requestLine(stored(...entries), true, { document, person });

test("a line about a request names its route, its requester, its decision and its end", () => {
  const start = `${EXECUTION_ID} | Prod-DB-Restart | approve | default/us-east-1`;
  assert.equal(
    search([opened, given("decided", { votes, decision: "reject" }), closed], null),
    `2026-01-15T12:00:00.000Z | ${start} | route databases | started by ${ROSA} | ` +
      "rejected at 2026-01-15T12:00:01.000Z by Omar (U0OMAR) | approved in Slack at 2026-01-15T12:00:02.000Z",
  );
  // Retention deleted the record of the opening.
  for (const kind of ["decided", "closed"] as const)
    assert.match(search([given(kind, { route: null }, "x")], null) ?? "", / \| route none \| started by arn:/);
});

test("a search matches whole names of everyone in a record, without case, and no missing name", () => {
  const unknown = { requester: { principal: null, userIds: [], email: null } };
  const parents = [{ principal: "arn:3", userIds: ["U0LI"], email: null }];
  const entries = [
    given("requested", { requester: { principal: "arn:4", userIds: [], email: "li@x", parents } }),
    given("voted", { name: "Max Li" }, "U0MAX"),
    given("decided", { votes: votes.slice(0, 2), ...unknown }),
    given("closed", unknown, "arn:1, arn:2"),
  ];
  const found = [
    "u0max",
    "MAX LI",
    "arn:1",
    "arn:2",
    "arn:3",
    "ARN:4",
    "u0li",
    "LI@x",
    "countersign",
    "u0omar",
    "omar",
  ];
  for (const person of [...found, "u0jane@example.com"]) assert.notEqual(search(entries, person), null, person);
  for (const person of ["max", "arn:1, arn:2", "* *h*r*", "null", "undefined", ""])
    assert.equal(search(entries, person), null, person);
  assert.notEqual(search(entries, "omar", "pROD-db-*"), null);
  for (const document of ["prod-db", "*web*"]) assert.equal(search(entries, null, document), null, document);
});

test("an altered request matches every search, and its line says so", () => {
  const line = requestLine(stored(opened), false, { document: "Other", person: "U0OMAR" }) ?? "";
  assert.match(line, /Prod-DB-Restart .* \| AT LEAST ONE WAS ALTERED\. Run countersign audit verify\.$/);
});

test("records that do not show the execution make no line and no page, and an altered request is named", () => {
  const left = stored(given("voted"), given("ended"));
  assert.throws(() => requestReport(left, true), { message: "no record shows the execution" });
  assert.throws(() => requestLine(left, true, { document: null, person: null }), /no record shows the execution/);
  assert.equal(
    unreadableRequest(left),
    `Request ${REQUEST_ID}: its records cannot be read. Records 1, 2: AT LEAST ONE WAS ALTERED. Run countersign audit verify.`,
  );
});
