import { cut } from "./cut.ts";
import { hasEnded, type ObservedExecution, type ObservedStep } from "./execution.ts";
import { globMatches } from "./glob.ts";
import { MASK, type Mask } from "./mask.ts";
import { shareRoom } from "./share-room.ts";

/** An output of a finished step, for the approvers. Masked. */
export interface Evidence {
  /** The step and its output, such as `plan.Summary`; without an output, the pattern of the configuration. */
  name: string;
  /** Null: no finished step has such an output. */
  text: string | null;
  /** The characters of the whole text, of which a long one is stored in part. */
  length: number;
  /** The status of the step if it is not Success. */
  status?: string;
  /** The iteration of the loop in which the step ran, if the gate is in another one or in no loop. */
  iteration?: number;
}

/** The characters that are stored for one request: Details reads longer outputs from AWS. */
const MAX_STORED = 8_000;

/**
 * Returns the outputs that a route shows, in the order of its patterns. Of a step that ran several times, the run in the
 * gate's iteration counts, else the last one.
 */
export function findEvidence(
  patterns: readonly string[],
  execution: ObservedExecution,
  gate: ObservedStep,
  mask: Mask,
): Evidence[] {
  const outputs = latestRuns(execution.steps, gate).flatMap((step) =>
    Object.entries(step.outputs).map(([key, values]) => ({ step, key, values, name: `${step.name}.${key}` })),
  );
  const shown = new Set<string>();
  const found = patterns.flatMap((pattern): Evidence[] => {
    const matching = outputs.filter(({ name }) => globMatches(pattern, name));
    if (matching.length === 0) return [{ name: pattern, text: null, length: 0 }];
    return matching.flatMap(({ step, key, values, name }) => {
      if (shown.has(name)) return [];
      shown.add(name);
      const text = mask.hides(key) ? MASK : values.map(mask.text).join("\n");
      const iteration = step.round?.iteration;
      return [
        {
          name: mask.text(name),
          text,
          length: text.length,
          ...(step.status === "Success" ? {} : { status: step.status }),
          ...(iteration === undefined || isSameRound(step, gate) ? {} : { iteration }),
        },
      ];
    });
  });
  return withinRoom(found);
}

function withinRoom(evidence: readonly Evidence[]): Evidence[] {
  const lengths = shareRoom(
    evidence.map(({ length }) => length),
    MAX_STORED,
  );
  return evidence.map((each, index) => {
    const { text } = each;
    // At least the ellipsis: a text that is not empty must not look empty.
    return text === null ? each : { ...each, text: cut(text, Math.max(1, lengths[index] ?? 0)) };
  });
}

/** Returns one finished run of each step. */
function latestRuns(steps: readonly ObservedStep[], gate: ObservedStep): ObservedStep[] {
  const latest = new Map<string, ObservedStep>();
  for (const step of steps) {
    if (!hasEnded(step.status)) continue;
    const before = latest.get(step.name);
    if (before === undefined || isBetter(step, before, gate)) latest.set(step.name, step);
  }
  return [...latest.values()];
}

function isBetter(step: ObservedStep, before: ObservedStep, gate: ObservedStep): boolean {
  const [own, beforeOwn] = [isSameRound(step, gate), isSameRound(before, gate)];
  if (own !== beforeOwn) return own;
  return (step.endedAt ?? step.startedAt ?? 0) >= (before.endedAt ?? before.startedAt ?? 0);
}

const isSameRound = (step: ObservedStep, gate: ObservedStep) =>
  step.parentStepId === gate.parentStepId && step.round?.iteration === gate.round?.iteration;
