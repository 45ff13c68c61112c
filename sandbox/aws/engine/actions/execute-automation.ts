import { AwsError } from "../../protocol/aws-error.ts";
import { type Action, toInvalidInput } from "../action.ts";
import { toStrings } from "../bind-parameters.ts";
import { type AccountRegion, type Execution, FINAL_STATUSES } from "../execution-state.ts";
import type { StartRequest } from "../new-execution.ts";
import { isMap } from "../parameter-constraints.ts";
import { resolveDocumentOutputs } from "../reference-values.ts";

export interface ChildDeps {
  /** Finds the runbook and binds its parameters. Throws an AwsError if either fails. */
  resolveChild: (
    location: AccountRegion,
    documentName: string,
    version: string | undefined,
    parameters: Record<string, string[]>,
  ) => Pick<StartRequest, "document" | "runbook" | "parameters">;
  startChild: (request: StartRequest) => Execution;
  stop: (execution: Execution, type: "Cancel" | "Complete") => void;
}

/**
 * aws:executeAutomation: starts a child execution in the same account and Region, with the same ExecutedBy. The step
 * ends with the child and takes its status. If the step ends first, the child is cancelled.
 */
export const executeAutomation =
  (deps: ChildDeps): Action =>
  (run) => {
    const { DocumentName, DocumentVersion, RuntimeParameters } = run.inputs;
    if (countAncestors(run.execution) >= MAX_NESTING) {
      return run.finish(toInvalidInput(`Executions can be nested at most ${MAX_NESTING} levels deep.`));
    }
    const refused = NOT_SIMULATED.find((name) => run.inputs[name] !== undefined);
    if (refused !== undefined) return run.finish(toInvalidInput(`The sandbox does not support ${refused}.`));
    if (RuntimeParameters !== undefined && !isMap(RuntimeParameters)) {
      return run.finish(toInvalidInput("RuntimeParameters must be a map."));
    }
    const given = Object.entries(RuntimeParameters ?? {});
    const parameters = Object.fromEntries(given.map(([name, value]) => [name, toStrings(value)]));
    const version = DocumentVersion === undefined ? undefined : String(DocumentVersion);
    const { location, executedBy } = run.execution;
    try {
      const resolved = deps.resolveChild(location, String(DocumentName), version, parameters);
      const parent = { execution: run.execution, step: run.step };
      let child: Execution | undefined; // still undefined in onEnd if the child ends during its start
      const finishWithChild = () => {
        if (child !== undefined && FINAL_STATUSES.has(child.status)) run.finish(toStepResult(child, run.now));
      };
      const running = deps.startChild({ ...resolved, location, executedBy, parent, onEnd: finishWithChild });
      child = running;
      run.step.outputs = { ExecutionId: running.id };
      run.step.cancelTimers.push(() => {
        if (!FINAL_STATUSES.has(running.status)) deps.stop(running, "Cancel");
      });
      finishWithChild();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      run.finish(toInvalidInput(`${error.code}: ${error.message}`));
    }
  };

/** Inputs that would start several children, or that apply only to these. */
const NOT_SIMULATED = [
  "Targets",
  "TargetParameterName",
  "TargetMaps",
  "TargetLocations",
  "MaxConcurrency",
  "MaxErrors",
];

/** Ends runbooks that start themselves. AWS's own limit is not documented. */
const MAX_NESTING = 10;

function countAncestors(execution: Execution): number {
  return execution.parent === undefined ? 0 : 1 + countAncestors(execution.parent.execution);
}

function toStepResult(child: Execution, now: () => number) {
  const outputs = {
    ExecutionId: child.id,
    Status: child.status,
    Output: Object.values(resolveDocumentOutputs(child, now)).flat(),
  };
  if (child.status === "Success") return { kind: "success", outputs } as const;
  const message = `The execution ${child.id} ended with the status ${child.status}.`;
  const status = child.status === "TimedOut" || child.status === "Cancelled" ? child.status : "Failed";
  return { kind: "failure", status, message, outputs } as const;
}
