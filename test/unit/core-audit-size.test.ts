import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countEntryBytes } from "../../sandbox/aws/events/put-events.ts";
import { toEventEntry } from "../../src/aws/event-bus.ts";
import { type AuditEntry, type PublishedRecord, toShownFacts } from "../../src/core/audit-records.ts";
import { fitEntry } from "../../src/core/audit-size.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { MAX_APPROVALS } from "../../src/core/comment.ts";
import { aFacts, anEntry, aRequest, aVote, DETAILS } from "../support/samples.ts";

/** The limit of a call of PutEvents. */
const MAX_BYTES = 256 * 1024;

const toBytes = (entry: AuditEntry) => {
  const fitted = fitEntry(entry);
  // The store keeps the detail as canonical JSON.
  const detail = JSON.parse(canonicalJson(fitted.detail));
  const record = { ...fitted, detail, seq: 2 ** 31 - 1, id: "i".repeat(36), hash: "f".repeat(64), previous: "" };
  return countEntryBytes({ ...toEventEntry(record as PublishedRecord, "b".repeat(1600)), Time: 0 });
};

/** The longest texts that Slack and AWS accept, in characters of one, three and four bytes, and of six in JSON. */
const UNITS = ["x", "漢", "🚀", "\u0001"];

const largest = (unit: string, count: number) => {
  const parameters = Array.from({ length: 200 }, (_, index) => ({
    ...{ name: `${index}`.padEnd(50, "n"), values: [unit.repeat(601)], masked: false, isDefault: false },
  }));
  const request = aRequest({ facts: aFacts({ message: unit.repeat(3_001), parameters }) });
  const votes = Array.from({ length: MAX_APPROVALS }, (_, index) => {
    const { userId, email, verdict, authority } = aVote(`U${index}`);
    return { userId, email, verdict, authority, name: unit.repeat(80), reason: unit.repeat(3_000), at: "2026" };
  });
  const ids = Array.from({ length: count }, (_, index) => `U0${index}`.padEnd(11, "X"));
  const messageLinks = ids.map((id) => `https://acme.slack.com/archives/${id}/p1768478100000100`);
  const approvers = { users: ids, groups: ids, channels: ids, selfApproval: false };
  const requester = { principal: "p".repeat(2_048), userIds: ids, email: "e".repeat(320) };
  return {
    request,
    context: { ...DETAILS.decided, ...toShownFacts(request), votes, messageLinks, approvers, requester },
  };
};

test("the largest possible request fits in an event, in every kind of character", () => {
  for (const unit of UNITS)
    for (const count of [10, 3_000]) {
      const { context } = largest(unit, count);
      const outcome = {
        kind: "approved",
        where: "aws",
        by: context.messageLinks,
        detail: unit.repeat(10_000),
      } as const;
      const comment = unit.repeat(1_000);
      const { shown: _, decision: __, ...closed } = context;
      for (const entry of [
        anEntry({ kind: "requested", detail: context, actor: unit.repeat(2_048) }),
        anEntry({ kind: "decided", detail: { ...context, reason: unit.repeat(3_000) } }),
        anEntry({
          kind: "closed",
          actor: context.messageLinks.join(", "),
          detail: { ...closed, outcome: { ...outcome, comment } },
        }),
        anEntry({
          kind: "signal-misdirected",
          detail: { ...DETAILS["signal-misdirected"], ...closed, decidedBy: context.messageLinks },
        }),
      ]) {
        const bytes = toBytes(entry);
        assert.ok(bytes < MAX_BYTES, `${entry.kind} with ${JSON.stringify(unit)}, ${count}: ${bytes}`);
      }
    }
});

test("parameters of a requester shorten no reason of an approver", () => {
  const { context } = largest("漢", 10);
  const [vote] = context.votes;
  assert.ok(vote !== undefined);
  const entry = anEntry({ kind: "decided", detail: { ...context, votes: [vote] } });
  const { detail } = fitEntry(entry);
  assert.ok("votes" in detail && "shown" in detail);
  assert.deepEqual(detail.votes, [vote]);
  assert.equal(Object.keys(detail.shown.parameters).length, 200, "each parameter is named");
});

test("an ordinary record is not changed", () => {
  for (const [kind, detail] of Object.entries(DETAILS)) {
    const entry = anEntry({ kind, detail } as object);
    assert.deepEqual(fitEntry(entry), entry);
  }
});

test("no detail is too large for an event", () => {
  const text = fc.tuple(fc.constantFrom(...UNITS), fc.nat(30_000)).map(([unit, count]) => unit.repeat(count));
  const list = fc.tuple(text, fc.nat(3_000)).map(([each, count]) => Array.from({ length: count % 97 }, () => each));
  const members = fc.dictionary(text, fc.oneof(text, list, fc.dictionary(text, text)), { maxKeys: 5 });
  fc.assert(
    fc.property(members, text, (more, actor) => {
      const entry = anEntry({ kind: "requested", actor, detail: { ...DETAILS.requested, ...more } });
      assert.ok(toBytes(entry) < MAX_BYTES);
    }),
    { numRuns: 10 },
  );
});

test("no text of a record contains invisible characters, or characters that reverse it", () => {
  const hostile = "ap\u202Eprove\u200B\u2066";
  const [vote] = [aVote()];
  const context = { requester: { principal: hostile, userIds: [], email: hostile }, messageLinks: [hostile] };
  const shown = { question: hostile, parameters: { "Na\u200Bme": hostile } };
  const detail = { ...DETAILS.decided, ...context, shown, reason: hostile, votes: [{ ...vote, reason: hostile }] };
  const fitted = fitEntry(anEntry({ kind: "decided", actor: hostile, detail } as object));
  assert.doesNotMatch(JSON.stringify(fitted), /[\u200B\u202E\u2066]/);
  assert.match(JSON.stringify(fitted), /"Name":"approve"/);
});
