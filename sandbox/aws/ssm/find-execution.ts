import type { Execution } from "../engine/execution-state.ts";
import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { Resources } from "../resources.ts";
import type { SsmDeps } from "./ssm-operation.ts";

/** Finds an execution in the caller's account and Region. Throws AutomationExecutionNotFoundException. */
export function findExecution(deps: SsmDeps, caller: Caller, id: string): Execution {
  const found = deps.resources.at(caller).executions.get(id);
  if (found !== undefined) return found;
  const text = `There is no automation execution information for the requested automation execution ID ${id}.`;
  throw new AwsError("AutomationExecutionNotFoundException", text);
}

/** Lists the executions that an execution started. */
export function listChildren({ executions }: Resources, parent: Execution): Execution[] {
  return [...executions.values()].filter((each) => each.parent?.execution === parent);
}
