import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EVENT_SOURCE, toEventEntry } from "../../src/aws/event-bus.ts";
import {
  type AuditContext,
  type AuditDetails,
  type AuditKind,
  type AuditRecord,
  EVENT_NAMES,
  type PublishedRecord,
} from "../../src/core/audit-records.ts";
import type { Denial } from "../../src/core/denial.ts";
import type { Outcome, OutcomeKind } from "../../src/core/request.ts";
import { AUDIT_CONTEXT } from "../support/samples.ts";

type Presence<T, Field extends keyof T> = object extends Pick<T, Field> ? "sometimes" : "always";

/** Every field of every kind. The type check fails if a kind or field is missing here, and the tests if it is undocumented. */
const REQUEST = {
  target: "always",
  account: "always",
  region: "always",
  executionId: "always",
  stepExecutionId: "always",
  documentName: "always",
  stepName: "always",
  action: "always",
  route: "always",
} as const;
const CONTEXT = {
  requester: "always",
  quorum: "always",
  approvers: "always",
  policyHash: "always",
  votes: "always",
  messageLinks: "always",
} as const;
const SHOWN = { shown: "always" } as const;
const SIGNER = { userId: "sometimes", session: "sometimes", principal: "sometimes" } as const;
const SIGNAL = { decision: "always", attempt: "always", ...SIGNER } as const;
const REPORTED = { decision: "always", attempt: "always" } as const;
const FIELDS: {
  [Kind in AuditKind]: { [Field in keyof AuditDetails[Kind]]-?: Presence<AuditDetails[Kind], Field> };
} = {
  requested: { ...REQUEST, ...CONTEXT, ...SHOWN, uncovered: "sometimes" },
  decided: { ...REQUEST, ...CONTEXT, ...SHOWN, decision: "always", authority: "sometimes", reason: "sometimes" },
  closed: { ...REQUEST, ...CONTEXT, outcome: "always", executionStatus: "sometimes" },
  identified: { email: "always", listed: "always", userId: "always" },
  voted: { verdict: "always", authority: "sometimes", reason: "sometimes", name: "always" },
  withdrawn: {},
  "vote-dropped": { userId: "always", denial: "always" },
  denied: { denial: "always", verdict: "always", authority: "sometimes" },
  "signal-sending": SIGNAL,
  "signal-accepted": { ...SIGNAL, awsRequestId: "sometimes" },
  "signal-ambiguous": { ...SIGNAL, error: "always" },
  "signal-refused": { ...SIGNAL, error: "always" },
  "signal-deferred": { ...REPORTED, userId: "sometimes", session: "sometimes", error: "always" },
  "signal-verified": { ...SIGNAL, result: "always" },
  "signal-misdirected": { ...REQUEST, ...CONTEXT, ...REPORTED, reachedStep: "always", decidedBy: "always" },
  "signal-without-effect": { ...REQUEST, ...CONTEXT, ...REPORTED },
  progress: { ...REQUEST, executionStatus: "sometimes", awsApprovals: "sometimes" },
  ended: { ...REQUEST, executionStatus: "always" },
};
const A_VOTE: Record<keyof AuditContext["votes"][number], true> = {
  ...{ userId: true, name: true, email: true, verdict: true, reason: true, authority: true, at: true },
};
const OUTCOME: Record<keyof Outcome, true> = { kind: true, where: true, by: true, detail: true, comment: true };
const OUTCOME_KINDS: Record<OutcomeKind, true> = {
  ...{ approved: true, rejected: true, "timed-out": true, cancelled: true, failed: true, "not-found": true },
  unknown: true,
};
const DENIALS: Record<Denial["kind"], true> = {
  ...{
    damaged: true,
    "no-request": true,
    "wrong-workspace": true,
    "foreign-message": true,
    "forged-form": true,
    "no-route": true,
  },
  ...{
    "not-listed": true,
    "no-target": true,
    "information-only": true,
    "account-status": true,
    "person-unknown": true,
    "not-approver": true,
  },
  ...{
    "membership-unknown": true,
    "voter-unread": true,
    "not-admin": true,
    "self-approval": true,
    "requester-unknown": true,
  },
  ...{ "requester-unread": true, closed: true, decided: true, "already-voted": true, "nothing-to-withdraw": true },
  ...{ replaced: true, "cannot-stop": true, "reason-missing": true, "not-typed": true },
};

const KINDS = Object.keys(FIELDS) as AuditKind[];
const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
const sections = new Map(
  page.split(/^## /m).map((section) => [section.slice(0, section.indexOf("\n")).replaceAll("`", ""), section]),
);
const section = (title: string) => sections.get(title) ?? assert.fail(`docs/events.md has no section "${title}"`);
const example = (title: string): Record<string, unknown> =>
  JSON.parse(section(title).match(/^```json\n(.*?)^```/ms)?.[1] ?? assert.fail(`no example in "${title}"`));
const rows = (title: string) =>
  [...section(title).matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map(([, field = "", present = ""]) => ({
    field,
    present,
  }));

/** The sections of the fields that a kind shares with others. */
function sharedSections(kind: AuditKind): string[] {
  if (!("executionId" in FIELDS[kind])) return kind.startsWith("signal-") ? ["Signals"] : [];
  return ["Fields of the request", ...("policyHash" in FIELDS[kind] ? ["Context of the request"] : [])];
}

test("every kind of audit record has a section, and no section describes another kind", () => {
  const titles = [...sections.keys()].filter((title) => /^[a-z]/.test(title));
  assert.deepEqual(titles.toSorted(), KINDS.toSorted());
});

for (const kind of KINDS) {
  const fields: Record<string, string> = FIELDS[kind];

  test(`the example of ${kind} has every field of its type and no other`, () => {
    assert.deepEqual(Object.keys(example(kind)).toSorted(), Object.keys(fields).toSorted());
  });

  test(`each field of ${kind} is described once, with when it is present`, () => {
    const described = [...sharedSections(kind), kind]
      .flatMap(rows)
      .filter(({ field }) => !(field in DENIALS) && !(kind === "closed" && field in OUTCOME))
      .filter(({ present }) => !present.includes(`not in \`${kind}\``));
    assert.deepEqual(described.map(({ field }) => field).toSorted(), Object.keys(fields).toSorted());
    for (const { field, present } of described)
      assert.equal(present === "always", fields[field] === "always", `${kind}.${field}: ${present}`);
  });
}

test("the outcome of a closed request is described with all its fields and kinds", () => {
  const described = rows("closed").filter(({ field }) => field in OUTCOME);
  assert.deepEqual(
    described.map(({ field }) => field),
    Object.keys(OUTCOME),
  );
  for (const kind of Object.keys(OUTCOME_KINDS)) assert.ok(described[0]?.present.includes(`\`${kind}\``), kind);
});

test("every reason for which a click does not count is described", () => {
  const described = rows("denied").filter(({ field }) => !(field in FIELDS.denied));
  assert.deepEqual(described.map(({ field }) => field).toSorted(), Object.keys(DENIALS).toSorted());
});

test("the example of an event is what is published for its record", () => {
  const event = example("Events");
  const { id, seq, hash, requestId, at, actor, ...detail } = event.detail as Record<string, string>;
  const record = { id, seq, requestId, actor, at: Date.parse(at ?? ""), kind: "decided", detail };
  const entry = toEventEntry({ ...record, previous: "", hash } as unknown as PublishedRecord, "approvals");
  assert.deepEqual(JSON.parse(entry.Detail), event.detail);
  assert.deepEqual([entry.Source, entry.DetailType], [event.source, event["detail-type"]]);
  assert.deepEqual([entry.Resources, entry.Time], [event.resources, new Date(String(event.time))]);
  const inChina = { ...record, detail: { ...detail, region: "cn-north-1" }, previous: "", hash };
  const { Resources } = toEventEntry(inChina as unknown as PublishedRecord, "approvals");
  assert.match(Resources[0] ?? "", /^arn:aws-cn:ssm:cn-north-1:/);
  assert.equal(entry.Source, EVENT_SOURCE);
  const optional = ["authority", "reason"];
  const needed = Object.keys(FIELDS.decided).filter((field) => !optional.includes(field));
  assert.deepEqual(Object.keys(detail).toSorted(), needed.toSorted());
});

test("the fields of a requester and of a vote are described", () => {
  const context = section("Context of the request");
  const described = Object.keys({ ...AUDIT_CONTEXT.requester, ...A_VOTE });
  for (const field of described) assert.ok(context.includes(`\`${field}\``), field);
  for (const kind of ["decided", "requested", "signal-misdirected", "signal-without-effect"])
    assert.deepEqual(Object.keys(example(kind).requester as object), Object.keys(AUDIT_CONTEXT.requester));
  const [vote] = example("decided").votes as object[];
  assert.deepEqual(Object.keys(vote ?? {}).toSorted(), Object.keys(A_VOTE).toSorted());
});

test("the page names every detail-type", () => {
  for (const name of Object.values(EVENT_NAMES)) assert.ok(section("Events").includes(`\`${name}\``), name);
});

test("the table of records has the columns of a record, and no other", () => {
  const columns: Record<keyof AuditRecord, true> = {
    ...{ seq: true, id: true, requestId: true, kind: true, at: true },
    ...{ actor: true, detail: true, previous: true, hash: true },
  };
  const [, table = ""] = /^## Records\n(.*?)^The hash covers/ms.exec(page) ?? [];
  const documented = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(documented, Object.keys(columns));
});
