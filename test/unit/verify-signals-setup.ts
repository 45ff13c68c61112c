import assert from "node:assert/strict";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { EFFECT_DUE_MS, verifySignals } from "../../src/core/verify-signals.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, REQUEST_ID } from "../support/samples.ts";

export const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
export const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
export const OTHER_ROLE = "arn:aws:iam::111122223333:role/CountersignBefore";
export const OTHER_SESSION = "arn:aws:sts::111122223333:assumed-role/CountersignBefore/countersign";
export const OMAR = "arn:aws:iam::111122223333:user/omar";
export const ours = (id = REQUEST_ID) => decision(BOT, `Countersign request ${id}: Approved in Slack by Jane`);
export const decision = (Approver: string, Comment?: string) =>
  JSON.stringify({ Approver, Decision: "Approve", Comment });
export const shows = (...ApproverDecisions: string[]) => ({ outputs: { ApproverDecisions } });

export const OVER = { status: "Success", endedAt: NOW + 1_000 } as const;
export const second = (more: Partial<ObservedStep> = {}) =>
  aStep({ stepExecutionId: "second", name: "second", startedAt: NOW + 1_000, ...more });
export const accepted = (more: Partial<SignalAttempt> = {}) => anAttempt({ state: "accepted", ...more });
export const decided = (more: Partial<ApprovalRequest> = {}) =>
  aRequest({ state: "decided", decision: "approve", signal: "accepted", verification: "due", ...more });
export const later = anAttempt().uncertainUntil;

export interface Case {
  own: Partial<ObservedStep>;
  others?: ObservedStep[];
  execution?: Partial<ObservedExecution>;
  attempts?: SignalAttempt[];
  request?: Partial<ApprovalRequest>;
  known?: ApprovalRequest[];
  signsAs?: string | null;
  now?: number;
}

export function verify(given: Case) {
  const { own, others = [], execution, attempts = [accepted()], request, known = [], now = NOW + 2_000 } = given;
  const observed = anExecution({ status: "InProgress", steps: [aStep(own), ...others], ...execution });
  const signsAs = given.signsAs === undefined ? ROLE : given.signsAs;
  const signed = attempts.map((each) => ({ ...each, principal: each.principal ?? signsAs }));
  const [found, ...more] = verifySignals(observed, [decided(request), ...known], { attempts: signed, now });
  assert.deepEqual(more, []);
  return found === undefined ? null : [found.result, found.reached?.stepName ?? null];
}

export const MINUTE = NOW + EFFECT_DUE_MS;
export const two = { facts: aFacts({ minRequiredApprovals: 2 }) };
/** Another tool under our principal decided a step of which no signal of ours is on record. */
export const byTool = (more: Partial<ObservedStep>) => second({ ...OVER, ...shows(decision(BOT)), ...more });
