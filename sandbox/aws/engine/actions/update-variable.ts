import { type Action, toInvalidInput } from "../action.ts";

/** aws:updateVariable: sets a variable of the runbook. `Name` is `variable:NAME`. */
export const updateVariable: Action = (run) => {
  const name = String(run.inputs.Name ?? "").replace(/^variable:/, "");
  if (!Object.hasOwn(run.execution.runbook.variables, name)) {
    return run.finish(toInvalidInput(`The runbook has no variable "${name}".`));
  }
  run.execution.variables[name] = run.inputs.Value;
  run.finish({ kind: "success" });
};
