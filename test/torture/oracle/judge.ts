import { auditViolations, repeatedEvents } from "./audit.ts";
import { clickViolations } from "./clicks.ts";
import type { Evidence } from "./evidence.ts";
import { messageViolations } from "./messages.ts";
import { judgeSignals } from "./signals.ts";

export interface Judgement {
  violations: string[];
  signals: number;
  overtaken: number;
  requests: number;
  votes: number;
  repeatedEvents: number;
}

/** Compares what the stand-ins saw with what the bot wrote down. */
export function judge(evidence: Evidence): Judgement {
  const { violations, taken, overtaken } = judgeSignals(evidence);
  return {
    violations: [
      ...violations,
      ...messageViolations(evidence, overtaken),
      ...clickViolations(evidence),
      ...auditViolations(evidence),
    ],
    signals: taken,
    overtaken: overtaken.size,
    requests: evidence.records.requests.length,
    votes: evidence.records.votes.length,
    repeatedEvents: repeatedEvents(evidence),
  };
}
