import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeText } from "../../src/core/action-terms.ts";
import { type Denial, denialSentence } from "../../src/core/denial.ts";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import type { OutcomeKind } from "../../src/core/request.ts";
import { aRequest, aRoute } from "../support/samples.ts";
import { DENIALS, PAGE } from "./denials.ts";
import { mention } from "./mention-names.ts";
import { closedByJane, decidedByJane, jane, janeStarted, PLAIN, startedBy } from "./vote-rows.ts";

test("every denial has a unique sentence that states the decision, or that nothing was decided", () => {
  const sentences = Object.values(DENIALS)
    .flat()
    .map((denial) => denialSentence(denial, mention));
  for (const sentence of sentences) {
    assert.match(sentence, /^[A-Z].{20,}\.$/s);
    assert.doesNotMatch(sentence, /undefined|null|\[object/);
  }
  // A click after the decision and a click after the end get the same sentence if the decision was made here.
  assert.equal(new Set(sentences).size, sentences.length - 1);
});

test("a denial that sends people to the AWS console links to the execution there, if its page is known", () => {
  const inAws = Object.values(DENIALS)
    .flat()
    .filter((denial) => /AWS console/.test(denialSentence(denial, mention)));
  assert.ok(inAws.length >= 6);
  for (const denial of inAws) {
    const to = (url: string | null) => denialSentence({ ...denial, ...{ page: url, url } } as Denial, mention);
    assert.match(to(PAGE), new RegExp(`<${PAGE}\\|in the AWS console>`), denial.kind);
    assert.match(to(null), /[^|]in the AWS console[^>]/, denial.kind);
  }
});

test("a lookup that Slack refuses until an admin acts says who acts, and not to try again", () => {
  const advice = { cause: "the app lacks the scope usergroups:read", fix: "Ask an admin to add it." };
  const unread: Extract<Denial, { error: string }>[] = [
    { kind: "person-unknown", error: "missing_scope", advice },
    { kind: "membership-unknown", error: "missing_scope", advice },
    { kind: "voter-unread", userId: "U0OMAR", error: "missing_scope", advice },
    { kind: "requester-unread", error: "missing_scope", advice },
  ];
  for (const denial of unread) {
    const sentence = denialSentence(denial, mention);
    assert.match(
      sentence,
      /^Slack could not return .*: the app lacks the scope usergroups:read\. Nothing was decided\. Ask an admin to add it\.$/,
    );
    assert.match(
      denialSentence({ ...denial, advice: undefined }, mention),
      /\("missing_scope"\).*Try again in a minute\.$/,
    );
  }
});

test("the sentence names the people who can decide", () => {
  assert.match(
    denialSentence({ kind: "not-approver", route: aRoute(), gone: [] }, mention),
    /<@U0JANE>, <@U0OMAR> or <!subteam\^S0DBA>.*"databases"/,
  );
});

test("the reply to a late click names the person who decided, or says that AWS did", () => {
  assert.match(
    denialSentence({ kind: "decided", request: aRequest(decidedByJane), votes: jane }, mention),
    /^Already approved by <@U0JANE>\./,
  );
  const elsewhere = aRequest({
    ...closedByJane,
    outcome: { kind: "timed-out", where: "aws", by: ["arn:aws:iam::1:user/x"], detail: null },
  });
  assert.match(denialSentence({ kind: "closed", request: elsewhere, votes: [] }, mention), /timed out in AWS by "x"/);
});

test("every outcome has a unique text", () => {
  const kinds: OutcomeKind[] = ["approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown"];
  const texts = kinds.map((kind) => outcomeText({ kind, where: "aws" }, {}));
  assert.equal(new Set(texts).size, kinds.length);
});

test("only a person who is known to have started the execution reads that they started it", () => {
  const cases = [
    [janeStarted, "You started this execution. Another person must approve the step."],
    [
      startedBy({ candidates: ["U0JANE"] }),
      "You may have started this execution. Another person must approve the step.",
    ],
    [startedBy({ userIds: ["U0ROSA"], email: "u0jane@example.com" }), "You may have started this execution. "],
  ] as const;
  for (const [given, start] of cases) {
    const evaluation = evaluateVote({ ...PLAIN, ...given });
    assert.ok(evaluation.kind === "denied");
    const sentence = denialSentence(evaluation.denial, mention);
    assert.ok(sentence.startsWith(start), sentence);
  }
});

test("a person who can never decide reads who can", () => {
  for (const denial of DENIALS["account-status"])
    assert.match(
      denialSentence(denial, mention),
      /cannot decide requests\. Nothing was decided\. Ask a full member of this workspace who is an approver to decide\.$/,
    );
});
