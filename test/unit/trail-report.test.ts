import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry, StoredRecord } from "../../src/core/audit.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { requestLine, requestReport } from "../../src/core/trail-report.ts";
import { rechain } from "../support/chain.ts";
import { anEntry, aVote, DETAILS } from "../support/samples.ts";

const stored = (...entries: AuditEntry[]): StoredRecord[] =>
  rechain(
    entries.map((entry, index) => ({
      ...entry,
      seq: index,
      id: `${index}`,
      previous: "",
      hash: "",
      detail: canonicalJson(entry.detail),
    })),
  );
const { userId, userName: name, email, verdict, authority } = aVote();
const votes = [{ userId, name, email, verdict, authority, reason: "urgent", at: "2026-01-15T12:00:00.000Z" }];
const requested = anEntry({ kind: "requested", detail: DETAILS.requested });
const decided = anEntry({
  kind: "decided",
  actor: "U0JANE",
  detail: { ...DETAILS.decided, votes, policyHash: "f".repeat(64) },
});
const report = (...entries: AuditEntry[]) => requestReport(stored(...entries), true).join("\n");

test("the report names a changed configuration, break-glass, denied clicks and a misdirected signal", () => {
  const text = report(
    requested,
    anEntry({ kind: "denied", actor: "U0ROSA", detail: { denial: "self-approval", verdict: "approve" } }),
    anEntry({
      kind: "voted",
      actor: "U0JANE",
      detail: { verdict: "approve", name: "Jane", authority: "break-glass", reason: "urgent" },
    }),
    anEntry({
      ...decided,
      detail: { ...DETAILS.decided, votes, policyHash: "f".repeat(64), authority: "break-glass" },
    } as AuditEntry),
    anEntry({ kind: "signal-refused", detail: DETAILS["signal-refused"] }),
    anEntry({ kind: "signal-misdirected", detail: DETAILS["signal-misdirected"] }),
  );
  assert.match(text, /configuration f{64}; 0{64} when the request opened/);
  assert.match(text, /U0ROSA tried to approve; it did not count: self-approval/);
  assert.match(text, /U0JANE \(Jane\) approved by BREAK-GLASS: "urgent"/);
  assert.match(text, /Decision +approved by BREAK-GLASS at .* by Person U0JANE \(U0JANE, u0jane@example.com\)/);
  assert.match(text, /refused: no reply/);
  assert.match(text, /MISDIRECTED: the signal reached second/);
  assert.match(text, /End +the step still waits/);
});

test("a report never passes on control characters, and an altered record does not end it", () => {
  const hostile = "\u001B[31mred\u0007\u202E\nnext";
  const shown = { question: hostile, documentVersion: hostile, parameters: { [hostile]: hostile } };
  const text = report(anEntry({ kind: "requested", detail: { ...DETAILS.requested, documentName: hostile, shown } }));
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  const [first, second] = stored(requested, decided);
  assert.ok(first !== undefined && second !== undefined);
  const altered = requestReport([first, { ...second, detail: "{" }], false).join("\n");
  assert.match(altered, /AT LEAST ONE WAS ALTERED/);
  assert.match(requestReport([{ ...first, detail: "null" }], false).join("\n"), /do not show its execution/);
});

test("a search matches people by ID, name, address and ARN, and runbooks by a glob, without case", () => {
  const line = (search: object) => requestLine(stored(requested, decided), { document: null, person: null, ...search });
  for (const person of ["U0JANE", "u0jane@example.com", "person u0jane", "arn:aws:iam::*:user/rosa"])
    assert.match(line({ person }) ?? "", /Prod-DB-Restart .*approved/, person);
  for (const person of ["U0OMAR", "rosa", "jane"]) assert.equal(line({ person }), null, person);
  assert.notEqual(line({ document: "prod-db-*" }), null);
  assert.equal(line({ document: "prod" }), null);
});
