import { interpolate, type Lookup } from "./interpolate.ts";
import type { StepDefinition } from "./runbook.ts";

/** Inputs whose references only the iterations of a loop could resolve. They stay unchanged. */
const UNRESOLVED_INPUTS: Record<string, string[]> = { "aws:loop": ["Steps", "LoopCondition"] };

/** Resolves the references in a step's inputs. `problem` names the references without a value. */
export function resolveInputs(
  definition: StepDefinition,
  lookup: Lookup,
): { inputs: Record<string, unknown>; problem?: string } {
  const left = UNRESOLVED_INPUTS[definition.action] ?? [];
  const entries = Object.entries(definition.inputs ?? {});
  const { value, unresolved } = interpolate(
    Object.fromEntries(entries.filter(([name]) => !left.includes(name))),
    lookup,
  );
  const untouched = entries.filter(([name]) => left.includes(name));
  const inputs = { ...(value as Record<string, unknown>), ...Object.fromEntries(untouched) };
  if (unresolved.length === 0) return { inputs };
  return { inputs, problem: `These references cannot be resolved: ${unresolved.join(", ")}.` };
}
