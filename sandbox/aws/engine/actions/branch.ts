import { type Action, type ActionRun, toInvalidInput } from "../action.ts";
import { evaluateCondition } from "./branch-conditions.ts";

/** aws:branch: the first choice that is true says where to go, else Default, else the next step of the runbook. */
export const branch: Action = (run) => {
  const { Choices, Default } = run.inputs;
  if (!Array.isArray(Choices)) return run.finish(toInvalidInput("Choices must be a list."));
  for (const choice of Choices as ({ NextStep?: unknown } | null)[]) {
    const verdict = evaluateCondition(choice);
    if (verdict === undefined) {
      return run.finish(toInvalidInput(`A choice is not understood: ${JSON.stringify(choice)}.`));
    }
    if (verdict) return continueAt(run, choice?.NextStep);
  }
  if (Default === undefined) run.finish({ kind: "success" });
  else continueAt(run, Default);
};

function continueAt(run: ActionRun, name: unknown): void {
  const step = run.execution.runbook.mainSteps.find((each) => each.name === name);
  if (step !== undefined) run.finish({ kind: "success", nextStep: step.name });
  else run.finish(toInvalidInput(`The runbook has no step ${JSON.stringify(name)}.`));
}
