import { type Action, invalidInput } from "../action.ts";
import { isTrueOf } from "./branch-conditions.ts";

/** aws:branch: the first choice that is true says where to go, else Default, else the next step of the runbook. */
export const branch: Action = (run) => {
  const { Choices, Default } = run.inputs;
  if (!Array.isArray(Choices)) return run.finish(invalidInput("Choices must be a list."));
  for (const choice of Choices as Record<string, unknown>[]) {
    const verdict = isTrueOf(choice);
    if (verdict === undefined)
      return run.finish(invalidInput(`A choice is not understood: ${JSON.stringify(choice)}.`));
    if (verdict) return run.finish({ kind: "success", ...next(choice.NextStep) });
  }
  run.finish({ kind: "success", ...next(Default) });
};

const next = (name: unknown) => (typeof name === "string" ? { nextStep: name } : {});
