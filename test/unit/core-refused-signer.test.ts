import assert from "node:assert/strict";
import { test } from "node:test";
import { isGivenUp, isRefusedForGood, needsAnotherTry, selectSigner } from "../../src/core/refused-signer.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { aFacts, anAttempt, aRequest, NOW } from "../support/samples.ts";

const BOT_ROLE = "arn:aws:iam::111122223333:role/Bot";
const CODE = "InvalidAutomationSignalException";
const MINUTE = 60_000;

/** The fewest refusals after which AWS does not accept a signer. */
const FOUR: [after: number][] = [[0], [5_000], [40_000], [MINUTE]];

/** The attempts of one signer, each with the time since the first one. */
const attempts = (...each: (readonly [after: number, more?: Partial<SignalAttempt>])[]) =>
  each.map(([after, more], index) =>
    anAttempt({
      ...{ attempt: index + 1, signerId: "U0ANN", session: "ann@x.y", at: NOW + after },
      ...{ state: "refused", code: CODE, principal: BOT_ROLE, policyHash: "hash" },
      ...more,
    }),
  );

const CASES: [what: string, attempts: SignalAttempt[], expected: boolean][] = [
  ["no attempt", [], false],
  ["one refusal", attempts([0]), false],
  ["four refusals within a minute", attempts([0], [5_000], [40_000], [MINUTE - 1]), false],
  ["three refusals in an hour", attempts([0], [30 * MINUTE], [60 * MINUTE]), false],
  ["four refusals of which the first and the last are a minute apart", attempts(...FOUR), true],
  [
    "refusals with another code",
    attempts(...FOUR.map(([after]) => [after, { code: "AccessDeniedException" }] as const)),
    false,
  ],
  ["a last refusal with another code", attempts(...FOUR, [2 * MINUTE, { code: "ThrottlingException" }]), false],
  [
    "another code between",
    attempts([-1], ...FOUR.slice(0, 3), [50_000, { code: "AutomationStepNotFoundException" }], [MINUTE]),
    false,
  ],
  ["signals that did not leave", attempts(...FOUR.map(([after]) => [after, { code: null }] as const)), false],
  [
    "a deferred attempt between, which sent nothing",
    attempts([0], [5_000], [30_000, { state: "deferred", code: null }], [40_000], [MINUTE]),
    true,
  ],
  ["an uncertain attempt after them", attempts(...FOUR, [2 * MINUTE, { state: "ambiguous", code: null }]), false],
  ["an accepted attempt after them", attempts(...FOUR, [2 * MINUTE, { state: "accepted", code: null }]), false],
  ["refusals of another person", attempts(...FOUR.map(([after]) => [after, { signerId: "U0BEN" }] as const)), false],
  [
    "another person between",
    attempts([0], [5_000], [30_000, { signerId: "U0BEN", state: "accepted", code: null }], [40_000], [MINUTE]),
    true,
  ],
  ["a refusal of another principal first", attempts([0, { principal: "arn:other" }], ...FOUR.slice(1)), false],
  [
    "refusals of another principal",
    attempts(...FOUR.map(([after]) => [after, { principal: "arn:other" }] as const)),
    false,
  ],
  [
    "refusals of an unknown principal",
    attempts(...FOUR.map(([after]) => [after, { principal: null }] as const)),
    false,
  ],
  ["a refusal under another configuration first", attempts([0, { policyHash: "old" }], ...FOUR.slice(1)), false],
  [
    "refusals under another configuration",
    attempts(...FOUR.map(([after]) => [after, { policyHash: "old" }] as const)),
    false,
  ],
  [
    "an earlier configuration that is back, after a refusal under another one",
    attempts(...FOUR, [2 * MINUTE, { policyHash: "other" }], [3 * MINUTE]),
    false,
  ],
];

for (const [what, given, expected] of CASES)
  test(`AWS ${expected ? "does" : "may"} ${expected ? "not accept" : "accept"} a signer after ${what}`, () => {
    const facts = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: { kind: "approvers", arn: BOT_ROLE } });
    const under = { principal: BOT_ROLE, policyHash: "hash" };
    assert.equal(isRefusedForGood(facts, given, { id: "U0ANN", session: "ann@x.y" }, under), expected);
  });

test("a person whose own session the step lists, and the bot if it is listed, are never given up", () => {
  const approvers = { kind: "approvers", arn: BOT_ROLE } as const;
  const listsAnn = aFacts({ awsApprovers: ["arn:aws:sts::111122223333:assumed-role/Bot/ann@x.y"], signer: approvers });
  const under = { principal: BOT_ROLE, policyHash: "hash" };
  assert.equal(isRefusedForGood(listsAnn, attempts(...FOUR), { id: "U0ANN", session: "ann@x.y" }, under), false);
  const renamed = attempts([0, { session: "old@x.y" }], ...FOUR.slice(1));
  const open = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: approvers });
  assert.equal(isRefusedForGood(open, renamed, { id: "U0ANN", session: "ann@x.y" }, under), false);
  const unknown = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: { kind: "bot", arn: BOT_ROLE } });
  const ofBot = attempts(...FOUR).map((each) => ({ ...each, signerId: BOT.id, session: null }));
  assert.equal(isRefusedForGood(unknown, ofBot, BOT, under), true);
});

test("a decision is given up only by what AWS says of the signal: neither a signal that did not leave nor an earlier refusal counts", () => {
  const decided = aRequest({ state: "decided", decision: "approve", signal: "due", signalNextAt: null });
  assert.equal(isGivenUp(decided, attempts(...FOUR)), true);
  for (const other of [{ state: "ambiguous", code: null }, { code: null }, { code: "AccessDeniedException" }] as const)
    assert.equal(isGivenUp(decided, attempts([0], [5_000], [MINUTE, other])), false);
  assert.equal(isGivenUp(decided, []), false);
});

test("a person whom AWS refuses is passed over while another one may sign, and comes again if no other is left", () => {
  const [ann, ben] = [
    { id: "U0ANN", session: "ann@x.y" },
    { id: "U0BEN", session: "ben@x.y" },
  ];
  const facts = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: { kind: "approvers", arn: BOT_ROLE } });
  const request = aRequest({ state: "decided", decision: "approve", facts });
  const under = { principal: BOT_ROLE, policyHash: "hash" };
  const refused = attempts(...FOUR);
  const tried = [
    ...refused,
    anAttempt({ attempt: 5, signerId: "U0BEN", session: "ben@x.y", state: "refused", at: NOW + 2 * MINUTE }),
  ];
  const next = selectSigner(request, [ann, ben], tried, under);
  assert.deepEqual(next, { kind: "next", signer: ben, last: true }, "although Ann's attempt is older");
  assert.deepEqual(selectSigner(request, [ann], refused, under), { kind: "next", signer: ann, last: true });
});

test("of two required approvals, the one that AWS may accept is not the last one while the other is refused and missing", () => {
  const [ann, ben] = [
    { id: "U0ANN", session: "ann@x.y" },
    { id: "U0BEN", session: "ben@x.y" },
  ];
  const signer = { kind: "approvers", arn: BOT_ROLE } as const;
  const facts = aFacts({ awsApprovers: ["{{ Approvers }}"], signer, minRequiredApprovals: 2 });
  const request = aRequest({ state: "decided", decision: "approve", facts });
  const under = { principal: BOT_ROLE, policyHash: "hash" };
  const ofAnn = attempts(...FOUR);
  const ofBen = { attempt: 5, signerId: ben.id, session: ben.session, at: NOW + 2 * MINUTE };
  const skipped = [...ofAnn, anAttempt({ ...ofBen, state: "skipped" })];
  assert.deepEqual(selectSigner(request, [ann, ben], skipped, under), { kind: "next", signer: ben, last: false });
  const accepted = [...ofAnn, anAttempt({ ...ofBen, state: "accepted" })];
  assert.deepEqual(selectSigner(request, [ann, ben], accepted, under), { kind: "next", signer: ann, last: true });
});

test("refusals of an unknown principal are never final, also while it stays unknown", () => {
  const given = attempts(...FOUR.map(([after]) => [after, { principal: null }] as const));
  const signer = { id: "U0ANN", session: "ann@x.y" };
  assert.equal(isRefusedForGood(aFacts(), given, signer, { principal: null, policyHash: "hash" }), false);
});

test("refusals of a signer that the step lists, and of a pause, are about something else and not final", () => {
  const signer = { id: "U0ANN", session: "ann@x.y" };
  const under = { principal: BOT_ROLE, policyHash: "hash" };
  const given = attempts(...FOUR);
  for (const facts of [
    aFacts({ awsApprovers: [BOT_ROLE], signer: { kind: "approvers", arn: BOT_ROLE } }),
    aFacts({ action: "aws:pause", awsApprovers: [], signer: { kind: "bot", arn: BOT_ROLE } }),
  ])
    assert.equal(isRefusedForGood(facts, given, signer, under), false);
});

test("a refused decision is tried again after a change of the configuration and once after a start, and a decision that waits for something else is not", () => {
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: null } as const;
  const refused = attempts(...FOUR);
  const cases: [what: string, boolean, ...Parameters<typeof needsAnotherTry>][] = [
    ["another configuration", true, aRequest(decided), refused, "new"],
    ["the same configuration", false, aRequest(decided), refused, "hash"],
    ["a start after the last refusal", true, aRequest(decided), refused, "hash", NOW + MINUTE + 1],
    ["a start before the last refusal", false, aRequest(decided), refused, "hash", NOW + MINUTE],
    ["a try is due already", false, aRequest({ ...decided, signalNextAt: NOW }), refused, "new"],
    ["AWS has accepted it", false, aRequest({ ...decided, signal: "accepted" }), refused, "new"],
    ["still open", false, aRequest({ ...decided, state: "open" }), refused, "new"],
    [
      "the audit log lacks the decision",
      false,
      aRequest(decided),
      attempts([0, { state: "deferred", code: null }]),
      "new",
    ],
    [
      "the configuration of the last attempt, after two others",
      false,
      ...([aRequest(decided), attempts([0, { policyHash: "a" }], [1, { policyHash: "b" }], [MINUTE]), "hash"] as const),
    ],
    ["no attempt", false, aRequest(decided), [], "new"],
  ];
  for (const [what, expected, ...given] of cases) assert.equal(needsAnotherTry(...given), expected, what);
});
