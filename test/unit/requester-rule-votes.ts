import assert from "node:assert/strict";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import type { Route } from "../../src/core/policy.ts";
import type { Requester } from "../../src/core/requester.ts";
import { aPerson, aRequest, NOW } from "../support/samples.ts";

export type Effect = "counts" | "denied" | "self-approval" | "waits";

export const VALUES = ["allow", "deny-people", "deny"] as const;

export function vote(
  userId: string,
  route: Route,
  requester: Requester,
  verdict: "approve" | "reject" = "approve",
): Effect {
  const person = aPerson(userId);
  const facts = {
    request: aRequest(),
    route,
    votes: [],
    person,
    membership: { kind: "member" as const },
    requester,
    sessionEmail: null,
  };
  const asked = { verdict, authority: "approver" as const, reason: null, typed: null, now: NOW };
  const evaluation = evaluateVote({ ...facts, ...asked });
  if (evaluation.kind !== "denied") return "counts";
  const { kind } = evaluation.denial;
  if (kind === "requester-unread") return "waits";
  return kind === "requester-unknown" ? "denied" : kind === "self-approval" ? kind : assert.fail(kind);
}
