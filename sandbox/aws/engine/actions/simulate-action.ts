import type { Action } from "../action.ts";
import type { Simulation } from "../simulation.ts";

/**
 * Simulates an action that would change something on AWS, and notes that in the step's Response. `/_control/simulate`
 * or the step's description sets the duration and the result.
 */
export const simulateAction =
  (simulation: Simulation): Action =>
  (run) => {
    const { action, name, outputs: declared = [] } = run.step.definition;
    const effect = simulation.takeEffect(run.execution, run.step);
    const response = `Simulated by the Countersign sandbox: ${action} was not carried out.`;
    run.step.simulated = true;
    run.step.response = response;
    const end = () => {
      if (effect.fail !== undefined) {
        const { message, stage, type, details } = effect.fail;
        const failure = { kind: "failure", status: "Failed", message, stage, type, details, response } as const;
        return run.finish({ ...failure, retryable: true });
      }
      const placeholders = Object.fromEntries(
        declared.map(({ Name, Type }) => [Name, makePlaceholder(`simulated-${name}.${Name}`, Type)]),
      );
      run.finish({ kind: "success", outputs: { ...placeholders, ...effect.outputs }, response });
    };
    if (effect.durationMs === 0) end();
    else run.after(effect.durationMs ?? 0, end);
  };

/** Makes a value of the declared type, so that a branch can compare it. Source of the types: "Working with outputs". */
function makePlaceholder(text: string, type = "String"): unknown {
  switch (type) {
    case "Integer":
      return 1;
    case "Boolean":
      return true;
    case "StringList":
      return [text];
    case "StringMap":
      return { simulated: text };
    case "MapList":
      return [{ simulated: text }];
    default:
      return text;
  }
}
