import { type Action, type ActionRun, invalidInput } from "../action.ts";
import { isTrueOf } from "./branch-conditions.ts";

/** aws:branch: the first choice that is true says where to go, else Default, else the next step of the runbook. */
export const branch: Action = (run) => {
  const { Choices, Default } = run.inputs;
  if (!Array.isArray(Choices)) return run.finish(invalidInput("Choices must be a list."));
  for (const choice of Choices as ({ NextStep?: unknown } | null)[]) {
    const verdict = isTrueOf(choice);
    if (verdict === undefined) {
      return run.finish(invalidInput(`A choice is not understood: ${JSON.stringify(choice)}.`));
    }
    if (verdict) return go(run, choice?.NextStep);
  }
  if (Default === undefined) run.finish({ kind: "success" });
  else go(run, Default);
};

function go(run: ActionRun, name: unknown): void {
  const step = run.execution.runbook.mainSteps.find((each) => each.name === name);
  if (step !== undefined) run.finish({ kind: "success", nextStep: step.name });
  else run.finish(invalidInput(`The runbook has no step ${JSON.stringify(name)}.`));
}
