import type { Registry } from "prom-client";
import type { makeEvaluateClick } from "../../app/decide/evaluate-click.ts";
import type { Denial } from "../../core/denial.ts";
import { counter, startAtZero } from "./register.ts";

type EvaluateClick = ReturnType<typeof makeEvaluateClick>;

const DENIALS = Object.keys({
  "no-request": true,
  damaged: true,
  "wrong-workspace": true,
  "foreign-message": true,
  "forged-form": true,
  "no-route": true,
  "information-only": true,
  "no-target": true,
  "not-listed": true,
  "account-status": true,
  "person-unknown": true,
  "not-approver": true,
  "membership-unknown": true,
  "voter-unread": true,
  "not-admin": true,
  "self-approval": true,
  "requester-unknown": true,
  "requester-unread": true,
  closed: true,
  decided: true,
  "already-voted": true,
  replaced: true,
  "nothing-to-withdraw": true,
  "cannot-stop": true,
  "reason-missing": true,
  "not-typed": true,
} satisfies Record<Denial["kind"], true>);

/** Counts the evaluated clicks by outcome. */
export function countClicks(registry: Registry) {
  const clicks = counter(registry, "clicks_total", "Evaluated clicks, by outcome.", ["outcome"]);
  startAtZero(clicks, "outcome", ["counted", "withdrawn", "later", ...DENIALS.map((kind) => `denied: ${kind}`)]);
  const help = "Approvals that stopped counting because their authors may no longer decide, by reason.";
  const dropped = counter(registry, "votes_dropped_total", help, ["reason"]);
  startAtZero(dropped, "reason", DENIALS);
  return (own: EvaluateClick): EvaluateClick =>
    async (click) => {
      const outcome = await own(click);
      for (const reason of outcome.kind === "counted" ? (outcome.dropped ?? []) : []) dropped.inc({ reason });
      clicks.inc({ outcome: outcome.kind === "denied" ? `denied: ${outcome.denial.kind}` : outcome.kind });
      return outcome;
    };
}
