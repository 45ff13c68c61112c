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
  /** Digests and notices that were posted. */
  digests: number;
  notices: number;
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
    digests: evidence.records.digests.filter((row) => row.ts !== null).length,
    notices: evidence.records.notices.filter((row) => row.ts !== null).length,
    repeatedEvents: repeatedEvents(evidence),
  };
}
