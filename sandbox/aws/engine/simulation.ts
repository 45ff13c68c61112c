import { z } from "zod";
import type { Execution, StepExecution } from "./execution-state.ts";

/** What becomes of an action that is only pretended. Every part is optional: by default it takes a second and succeeds. */
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

/** A rule from `/_control/simulate`: the effect, which steps it is for, and for how many runs. Newer rules go first. */
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
  /** What this run of a step does, counted as used. */
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
 * The convention for people who have only a runbook: a line `sandbox: {"durationMs": 5000, "fail": {"message": "..."}}` in
 * a step's description. Real AWS takes it for prose. Undefined when there is none; a malformed one is a failing step,
 * so that its author sees it.
 */
export function parseDescribedEffect(description: string | undefined): SimulatedEffect | undefined {
  const line = /^[ \t]*sandbox:(.*)$/m.exec(description ?? "")?.[1];
  if (line === undefined) return undefined;
  try {
    return effectSchema.parse(JSON.parse(line));
  } catch (error) {
    const message = `The step's "sandbox:" line is not understood: ${(error as Error).message}`;
    return { fail: { message, stage: "InputValidation", type: "Action", details: {} } };
  }
}
