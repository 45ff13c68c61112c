import { AwsError } from "../../protocol/aws-error.ts";
import { type Action, invalidInput } from "../action.ts";
import { toWire } from "../bind-parameters.ts";
import { ENDED, type Execution, type Place } from "../execution-state.ts";
import type { StartRequest } from "../new-execution.ts";
import { isMap } from "../parameter-constraints.ts";
import { documentOutputs } from "../reference-values.ts";

export interface ChildDeps {
  /** Finds the runbook and binds its parameters; throws an AwsError when that can not be. */
  resolveChild: (
    place: Place,
    documentName: string,
    version: string | undefined,
    parameters: Record<string, string[]>,
  ) => Pick<StartRequest, "document" | "runbook" | "parameters">;
  startChild: (request: StartRequest) => Execution;
  stop: (execution: Execution, type: "Cancel" | "Complete") => void;
}

/**
 * aws:executeAutomation: another execution, in the same account and Region and in the name of whoever started this one.
 * The step ends when the child ends, as the child ended; when the step is over first, the child is cancelled.
 */
export const executeAutomation =
  (deps: ChildDeps): Action =>
  (run) => {
    const { DocumentName, DocumentVersion, RuntimeParameters, TargetLocations } = run.inputs;
    if (depthOf(run.execution) >= MAX_DEPTH) {
      return run.finish(invalidInput(`Executions can be nested ${MAX_DEPTH} deep at most.`));
    }
    if (TargetLocations !== undefined) return run.finish(invalidInput("The sandbox runs no TargetLocations."));
    if (RuntimeParameters !== undefined && !isMap(RuntimeParameters)) {
      return run.finish(invalidInput("RuntimeParameters must be a map."));
    }
    const given = Object.entries(RuntimeParameters ?? {});
    const parameters = Object.fromEntries(given.map(([name, value]) => [name, toWire(value)]));
    const version = DocumentVersion === undefined ? undefined : String(DocumentVersion);
    const { place, executedBy } = run.execution;
    try {
      const resolved = deps.resolveChild(place, String(DocumentName), version, parameters);
      const parent = { execution: run.execution, step: run.step };
      let child: Execution | undefined; // not yet known to onEnd when the child ends while it starts
      const settle = () => {
        if (child !== undefined && ENDED.has(child.status)) run.finish(resultOf(child, run.now));
      };
      const running = deps.startChild({ ...resolved, place, executedBy, parent, onEnd: settle });
      child = running;
      run.step.outputs = { ExecutionId: running.id };
      run.step.cancelTimers.push(() => {
        if (!ENDED.has(running.status)) deps.stop(running, "Cancel");
      });
      settle();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      run.finish(invalidInput(`${error.code}: ${error.message}`));
    }
  };

/** Keeps a runbook that starts itself from doing so for ever. AWS's own limit is not documented. */
const MAX_DEPTH = 10;

function depthOf(execution: Execution): number {
  return execution.parent === undefined ? 0 : 1 + depthOf(execution.parent.execution);
}

function resultOf(child: Execution, now: () => number) {
  const outputs = {
    ExecutionId: child.id,
    Status: child.status,
    Output: Object.values(documentOutputs(child, now)).flat(),
  };
  if (child.status === "Success") return { kind: "success", outputs } as const;
  const message = `The execution ${child.id} ended with the status ${child.status}.`;
  const status = child.status === "TimedOut" || child.status === "Cancelled" ? child.status : "Failed";
  return { kind: "failure", status, message, outputs } as const;
}
