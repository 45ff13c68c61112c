import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beginAttempt,
  countAccepted,
  countTried,
  describeSigner,
  findSigningPrincipals,
  interruptAttempt,
  isUncertain,
  lastError,
  latestAttempt,
  NO_REPLY_UNCERTAIN_MS,
  READ_LAG_MS,
  resolveAttempt,
  type SignalAttempt,
  type SignalResult,
  sendingSince,
  startSending,
  uncertainUntil,
  waitsUntil,
  wasSent,
} from "../../src/core/signal-attempt.ts";
import { anAttempt, NOW, REQUEST_ID } from "../support/samples.ts";

const MINUTE = 60_000;
const ANN = { signerId: "U0ANN", session: "ann@example.com" };
const ROLE = "arn:aws:iam::111122223333:role/Approver";
const OTHER_ROLE = "arn:aws:iam::111122223333:role/Before";

test("each attempt gets the next number, except that a deferred one is continued from the start", () => {
  const begin = (...states: SignalAttempt["state"][]) => {
    const before = states.map((state, index) =>
      anAttempt({ attempt: index + 1, state, principal: ROLE, policyHash: "hash", shownBefore: 3, error: "earlier" }),
    );
    return beginAttempt(before, REQUEST_ID, { id: "U0ANN", session: "ann@example.com" }, NOW + 5);
  };
  const first = anAttempt({ ...ANN, attempt: 1, state: "deferred", at: NOW + 5, uncertainUntil: NOW + 5 });
  assert.deepEqual(begin(), first);
  assert.deepEqual(begin("deferred"), first);
  for (const state of ["skipped", "sending", "ambiguous", "refused", "accepted"] as const)
    assert.deepEqual(begin(state), { ...first, attempt: 2 }, state);
  assert.deepEqual(begin("deferred", "refused"), { ...first, attempt: 3 }, "the deferred one is not the last");
  assert.deepEqual(begin("refused", "deferred"), { ...first, attempt: 2 });
});

test("before a signal leaves, its attempt is uncertain from its beginning until no reply can be missing any more", () => {
  const begun = anAttempt({ ...ANN, state: "deferred", at: NOW, uncertainUntil: NOW });
  assert.deepEqual(startSending(begun, 2, { principal: ROLE, policyHash: "hash" }), {
    ...begun,
    state: "sending",
    uncertainUntil: NOW + 10.5 * MINUTE,
    shownBefore: 2,
    principal: ROLE,
    policyHash: "hash",
  });
  assert.equal(NO_REPLY_UNCERTAIN_MS, 10.5 * MINUTE);
});

const RESULTS: [reply: string, SignalResult, Partial<SignalAttempt>][] = [
  [
    "that AWS accepted it",
    { kind: "accepted", awsRequestId: "aws-1" },
    { state: "accepted", uncertainUntil: NOW + 7 + READ_LAG_MS, error: null },
  ],
  [
    "that AWS refused it",
    { kind: "refused", code: "AccessDeniedException", message: "no" },
    {
      state: "refused",
      code: "AccessDeniedException",
      error: "AWS refused the signal of ann@example.com (AccessDeniedException: no)",
    },
  ],
  [
    "that it never left",
    { kind: "not-sent", code: "ECONNREFUSED", message: "no route" },
    { state: "refused", error: "The signal of ann@example.com could not be sent (ECONNREFUSED: no route)" },
  ],
  [
    "of AWS with an error that leaves its effect open",
    { kind: "ambiguous", answered: true, code: "InternalServerError", message: "sorry" },
    { state: "ambiguous", uncertainUntil: NOW + 7 + READ_LAG_MS, error: "InternalServerError: sorry" },
  ],
  [
    "that never came",
    { kind: "ambiguous", answered: false, code: "TimeoutError", message: "no reply" },
    { state: "ambiguous", uncertainUntil: NOW + 7 + NO_REPLY_UNCERTAIN_MS, error: "TimeoutError: no reply" },
  ],
];

for (const [reply, result, changed] of RESULTS)
  test(`an attempt whose signal gets a reply ${reply} ends as ${changed.state}`, () => {
    const sending = anAttempt({ ...ANN, error: "an earlier failure", principal: ROLE });
    assert.deepEqual(resolveAttempt(sending, result, NOW + 7), { ...sending, ...changed });
  });

test("the bot's own signal has no name in the reason of a failure", () => {
  const error = (kind: "refused" | "not-sent") =>
    resolveAttempt(anAttempt(), { kind, code: "Code", message: "why" }, NOW).error;
  assert.equal(error("refused"), "AWS refused the signal (Code: why)");
  assert.equal(error("not-sent"), "The signal could not be sent (Code: why)");
});

test("an interrupted attempt stays uncertain exactly as long as before", () => {
  const error = "Countersign was interrupted before it recorded AWS's answer";
  assert.deepEqual(interruptAttempt(anAttempt(ANN)), anAttempt({ ...ANN, state: "ambiguous", error }));
});

test("each state of an attempt says whether its effect is unknown, and whether AWS may have applied it", () => {
  const table: [SignalAttempt["state"], isUncertain: boolean, wasSent: boolean][] = [
    ["deferred", false, false],
    ["skipped", false, false],
    ["sending", true, true],
    ["ambiguous", true, true],
    ["refused", false, false],
    ["accepted", false, true],
  ];
  for (const [state, ...expected] of table) {
    const attempt = anAttempt({ state });
    assert.deepEqual([isUncertain(attempt), wasSent(attempt)], expected, state);
  }
  assert.equal(isUncertain(undefined), false);
});

test("an attempt that was not sent, was refused or was accepted is not uncertain", () => {
  for (const state of ["deferred", "skipped", "refused", "accepted"] as const)
    assert.equal(uncertainUntil([anAttempt({ state, uncertainUntil: NOW + 5 })]), 0);
  assert.equal(uncertainUntil([]), 0);
});

test("of several uncertain attempts, the one that can take effect latest counts", () => {
  const attempts = [anAttempt({ uncertainUntil: NOW + 9 }), anAttempt({ attempt: 2, uncertainUntil: NOW + 5 })];
  assert.equal(uncertainUntil(attempts), NOW + 9);
});

const accepted = (principal: string | null) => anAttempt({ state: "accepted", principal });
const PRINCIPALS: [claim: string, SignalAttempt[], string[] | null][] = [
  ["nothing was sent", [], null],
  ["the only attempt was refused", [anAttempt({ state: "refused", principal: ROLE })], null],
  ["one was accepted", [accepted(ROLE)], [ROLE]],
  ["one principal signed twice", [accepted(ROLE), accepted(ROLE)], [ROLE]],
  ["two principals signed", [accepted(ROLE), anAttempt({ principal: OTHER_ROLE })], [ROLE, OTHER_ROLE]],
  ["the other attempt was refused", [anAttempt({ state: "refused", principal: OTHER_ROLE }), accepted(ROLE)], [ROLE]],
  ["the principal is not known", [accepted(null)], null],
  ["one of two principals is not known", [accepted(ROLE), accepted(null)], null],
  ["the principal of a refused attempt is not known", [anAttempt({ state: "refused" }), accepted(ROLE)], [ROLE]],
];

for (const [claim, attempts, expected] of PRINCIPALS)
  test(`the principals that signed are ${expected === null ? "unknown" : "known"} if ${claim}`, () => {
    assert.deepEqual(findSigningPrincipals(attempts), expected);
  });

test("a record names the person and the session that signed, or the bot's principal as it is", () => {
  const session = "arn:aws:sts::111122223333:assumed-role/Approver/ann@example.com";
  const person = { userId: "U0ANN", session: "ann@example.com" };
  const user = "arn:aws:iam::111122223333:user/bot";
  for (const [attempt, expected] of [
    [
      { ...ANN, principal: ROLE },
      { ...person, principal: session },
    ],
    [{ ...ANN, principal: null }, person],
    [{ ...ANN, principal: user }, person],
    [{ principal: ROLE }, { principal: ROLE }],
    [{ principal: user }, { principal: user }],
    [{ principal: null }, {}],
  ] as const)
    assert.deepEqual(describeSigner(anAttempt(attempt)), expected);
});

test("a signer's latest attempt is the last one that was more than deferred", () => {
  const attempts = [
    anAttempt({ ...ANN, attempt: 1, state: "refused" }),
    anAttempt({ ...ANN, attempt: 2, state: "skipped" }),
    anAttempt({ attempt: 3, state: "accepted" }),
    anAttempt({ ...ANN, attempt: 4, state: "deferred" }),
  ];
  assert.equal(latestAttempt(attempts, "U0ANN")?.attempt, 2);
  assert.equal(latestAttempt(attempts, "U0BEN"), undefined);
  assert.deepEqual([countTried(attempts), countAccepted(attempts)], [3, 1]);
  assert.deepEqual([countTried([]), countAccepted([])], [0, 0]);
});

test("a signal is on its way since the beginning of the last attempt that has no reply", () => {
  const sending = [
    anAttempt({ at: NOW + 1 }),
    anAttempt({ at: NOW + 2 }),
    anAttempt({ at: NOW + 3, state: "refused" }),
  ];
  assert.equal(sendingSince(sending), NOW + 2);
  assert.equal(sendingSince([anAttempt({ state: "ambiguous" }), anAttempt({ state: "deferred" })]), null);
  assert.equal(sendingSince([]), null);
});

test("the reason why AWS does not have the decision yet is that of the last attempt alone", () => {
  assert.equal(lastError(["first", "second", "third"].map((error) => anAttempt({ error }))), "third");
  assert.equal(lastError([anAttempt({ error: "first" }), anAttempt()]), null);
  assert.equal(lastError([]), null);
});

test("only a deferred last attempt waits for the signal of another request, and only as long as that may arrive", () => {
  const deferred = (uncertainUntil: number) => anAttempt({ state: "deferred", at: NOW, uncertainUntil });
  assert.equal(waitsUntil([deferred(NOW + 1)]), NOW + 1);
  assert.equal(waitsUntil([deferred(NOW)]), null, "it was deferred for another reason");
  assert.equal(waitsUntil([deferred(NOW + 1), anAttempt({ uncertainUntil: NOW + 9 })]), null);
  assert.equal(waitsUntil([]), null);
});
