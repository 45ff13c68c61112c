import { auditViolations, repeatedEvents } from "./audit.ts";
import { clickViolations } from "./clicks.ts";
import { lostDecisions } from "./decisions.ts";
import type { Evidence } from "./evidence.ts";
import { countKinds, type Kinds } from "./kinds.ts";
import { messageViolations } from "./messages.ts";
import { evaluatePauses } from "./pauses.ts";
import { reminderViolations } from "./reminders.ts";
import { replyViolations } from "./replies.ts";
import { reportViolations } from "./reports.ts";
import { evaluateSignals } from "./signals.ts";
import { voteViolations } from "./votes.ts";
import { findSentAgain } from "./without-effect.ts";

export interface Evaluation {
  violations: string[];
  signals: number;
  reachedNextGate: number;
  requests: number;
  votes: number;
  /** Digests and notices that were posted. */
  digests: number;
  notices: number;
  repeatedEvents: number;
  kinds: Kinds;
}

/** Compares the calls and state of the stand-ins with the bot's records. */
export function evaluateEvidence(evidence: Evidence): Evaluation {
  const { violations, accepted, reachedNextGate } = evaluateSignals(evidence);
  const pauses = evaluatePauses(evidence);
  return {
    violations: [
      ...violations,
      ...pauses.violations,
      ...voteViolations(evidence),
      ...lostDecisions(evidence),
      ...findSentAgain(evidence),
      ...messageViolations(evidence),
      ...reportViolations(evidence),
      ...replyViolations(evidence),
      ...reminderViolations(evidence),
      ...clickViolations(evidence),
      ...auditViolations(evidence),
    ],
    signals: accepted + pauses.resumes + pauses.stops,
    reachedNextGate: reachedNextGate.size + pauses.late,
    requests: evidence.records.requests.length,
    votes: evidence.records.votes.length,
    digests: evidence.records.digests.filter((row) => row.ts !== null).length,
    notices: evidence.records.notices.filter((row) => row.ts !== null).length,
    repeatedEvents: repeatedEvents(evidence),
    kinds: { ...countKinds(evidence), "pauses resumed": pauses.resumes, "executions stopped": pauses.stops },
  };
}
