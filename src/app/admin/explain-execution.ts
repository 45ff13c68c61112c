import { APPROVE_ACTION, type ObservedExecution, type ObservedStep, PAUSE_ACTION } from "../../core/execution.ts";
import { toRouteSubject } from "../../core/facts.ts";
import { MASK, type Mask, makeMask } from "../../core/mask.ts";
import { maskExecution } from "../../core/mask-execution.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { coversPauses, type RouteSubject, usesTags } from "../../core/policy.ts";
import { inTurns } from "../../core/slices.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";
import { explain } from "./policy-explain.ts";

export interface ExplainedExecution {
  kind: "explained";
  /** What could not be read. */
  notes: string[];
  /**
   * One for each waiting step that people decide or, if none is waiting, for each one. `route`: the one that the configuration
   * selects for certain; null if it selects none.
   */
  gates: { subject: RouteSubject; stepExecutionId: string | null; route: string | null; lines: string[] }[];
}

/**
 * Reads an execution with the defaults of its runbook and, where a route names tags, its tags, as they are read when a
 * request opens. Explains the route of each gate. `hidden`: the globs of names whose values the
 * texts must not have; null: they may have all values.
 */
export async function explainExecution(
  policy: Parameters<typeof explain>[0] & { hidden: readonly string[] | null; clock: Pick<Clock, "turn"> },
  automation: Automation,
  executionId: string,
  show: NameRenderer,
  abort: AbortSignal,
): Promise<ExplainedExecution | { kind: "not-found" } | AwsFailure> {
  const reading = await automation.read(executionId, abort, "people");
  if (reading.kind !== "read") return reading;
  const execution = await automation.withParents(reading.execution, abort, "people");
  const { unread } = execution.parents ?? { unread: null };
  // The secrets of the parents are not known yet.
  if (policy.hidden !== null && unread?.retry) return { kind: "failed", ...unread };
  const declared = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const tagged = usesTags(policy.routes) ? await automation.tags(executionId, abort) : null;
  const tags = tagged?.kind === "read" ? tagged.tags : null;
  const allowed = declared.kind === "read" ? Object.values(declared.allowedValues).flat() : [];
  const mask = policy.hidden === null ? null : makeMask(policy.hidden, execution, allowed);
  const withPauses = coversPauses(policy.routes);
  const defaults = declared.kind === "read" ? declared.defaults : null;
  const toSubjects = (each: ObservedExecution, given: typeof tags) =>
    toGates(each, withPauses).map((step) => toRouteSubject(automation.target, each, step, defaults, given));
  const subjects = toSubjects(execution, tags);
  const steps = toGates(execution, withPauses);
  const masked = mask?.inSlices(() => toSubjects(maskExecution(execution, mask), tags && maskTags(tags, mask)));
  const shown = masked === undefined ? subjects : await inTurns(masked, policy.clock.turn);
  return {
    kind: "explained",
    notes:
      tagged?.kind === "failed"
        ? [`The tags could not be read: ${show.text(`${tagged.code}: ${tagged.message}`)}`]
        : [],
    gates: subjects.map((subject, index) => ({
      subject,
      stepExecutionId: steps[index]?.stepExecutionId ?? null,
      ...explain(policy, subject, { declared, tagged, show, shown: shown[index], parents: execution.parents }),
    })),
  };
}

/**
 * Returns the steps whose routes are explained: each waiting step that people decide or, if none is waiting, each one.
 * `withPauses`: also paused steps, which are ignored unless a route covers pauses.
 */
function toGates(execution: ObservedExecution, withPauses: boolean): ObservedStep[] {
  const gates = execution.steps.filter(
    ({ action }) => action === APPROVE_ACTION || (withPauses && action === PAUSE_ACTION),
  );
  const waiting = gates.filter((step) => step.status === "Waiting");
  return waiting.length > 0 ? waiting : gates;
}

const maskTags = (tags: Record<string, string>, mask: Mask) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, mask.hides(key) ? MASK : mask.text(value)]));
