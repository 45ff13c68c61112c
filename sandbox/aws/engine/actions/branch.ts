import { type Action, type ActionRun, toInvalidInput } from "../action.ts";
import { evaluateCondition } from "./branch-conditions.ts";

/** aws:branch: continues with the NextStep of the first true choice, else with Default, else with the next step. */
export const branch: Action = (run) => {
  const { Choices, Default } = run.inputs;
  if (!Array.isArray(Choices)) return run.finish(toInvalidInput("Choices must be a list."));
  for (const choice of Choices as ({ NextStep?: unknown } | null)[]) {
    const result = evaluateCondition(choice);
    if (typeof result === "string") return run.finish(toInvalidInput(result));
    if (result) return continueAt(run, choice?.NextStep);
  }
  if (Default === undefined) run.finish({ kind: "success" });
  else continueAt(run, Default);
};

function continueAt(run: ActionRun, name: unknown): void {
  const step = run.step.siblings.find((each) => each.name === name);
  if (step !== undefined) run.finish({ kind: "success", nextStep: step.name });
  else run.finish(toInvalidInput(`There is no step ${JSON.stringify(name)}.`));
}
