import { z } from "zod";
import type { Execution, StepExecution } from "./execution-state.ts";

/** The effect of a simulated action. Every part is optional; by default it takes one second and succeeds. */
const effectSchema = z.strictObject({
  durationMs: z.int().nonnegative().optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  fail: z
    .strictObject({
      message: z.string(),
      stage: z.enum(["InputValidation", "PreVerification", "Invocation", "PostVerification"]).default("Invocation"),
      type: z.enum(["Action", "Permission", "Throttling", "Verification", "Internal"]).default("Action"),
      details: z.record(z.string(), z.array(z.string())).default({}),
    })
    .optional(),
});

/**
 * A rule from `/_control/simulate`: an effect, the steps that it applies to, and the number of runs. The newest wins.
 */
export const simulationRuleSchema = effectSchema.extend({
  document: z.string().optional(),
  step: z.string().optional(),
  action: z.string().optional(),
  times: z.int().positive().optional(),
});

export type SimulationRule = z.infer<typeof simulationRuleSchema>;
export type SimulatedEffect = z.infer<typeof effectSchema>;

export interface Simulation {
  add(rule: SimulationRule): void;
  /** Returns the effect of this run of a step and counts one use of its rule. */
  takeEffect(execution: Execution, step: StepExecution): SimulatedEffect;
  list(): SimulationRule[];
  clear(): void;
}

const DEFAULT_DURATION_MS = 1000;

export function makeSimulation(): Simulation {
  let rules: SimulationRule[] = [];
  return {
    add: (rule) => void rules.unshift({ ...rule }),
    takeEffect(execution, step) {
      const rule = rules.find((each) => matchesRule(each, execution, step));
      if (rule?.times !== undefined) {
        rule.times -= 1;
        if (rule.times <= 0) rules = rules.filter((each) => each !== rule);
      }
      return { durationMs: DEFAULT_DURATION_MS, ...(rule ?? parseDescribedEffect(step.definition.description)) };
    },
    list: () => rules.map((rule) => ({ ...rule })),
    clear() {
      rules = [];
    },
  };
}

function matchesRule(rule: SimulationRule, execution: Execution, step: StepExecution): boolean {
  return (
    (rule.document === undefined || rule.document === execution.document.name) &&
    (rule.step === undefined || rule.step === step.definition.name) &&
    (rule.action === undefined || rule.action === step.definition.action)
  );
}

/**
 * Parses the effect in a step's description: a line `sandbox: {"durationMs": 5000, "fail": {"message": "..."}}`. With
 * it, a runbook alone can control its simulation, and real AWS ignores it. Returns undefined without such a line. An
 * invalid line fails the step, so that its author sees the mistake.
 */
export function parseDescribedEffect(description: string | undefined): SimulatedEffect | undefined {
  const line = /^[ \t]*sandbox:(.*)$/m.exec(description ?? "")?.[1];
  if (line === undefined) return undefined;
  try {
    return effectSchema.parse(JSON.parse(line));
  } catch (error) {
    const message = `The "sandbox:" line in the step's description is invalid: ${(error as Error).message}`;
    return { fail: { message, stage: "InputValidation", type: "Action", details: {} } };
  }
}
