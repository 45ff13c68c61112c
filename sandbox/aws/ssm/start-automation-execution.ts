import { AwsError } from "../protocol/aws-error.ts";
import { resolveRunbook } from "./documents.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  DocumentName: string;
  DocumentVersion?: string;
  Parameters?: Record<string, string[]>;
  ClientToken?: string;
  Mode?: "Auto" | "Interactive";
  Tags?: { Key: string; Value: string }[];
}

/** Request members that the sandbox does not implement. It rejects them, because ignoring them would hide the gap. */
const NOT_SIMULATED = ["TargetParameterName", "Targets", "TargetMaps", "TargetLocations", "TargetLocationsURL"];

/**
 * Starts an execution. A repeated ClientToken returns the same execution if the request is the same, and throws
 * IdempotentParameterMismatch otherwise.
 */
export const startAutomationExecution: SsmOperation<Input> = (deps, caller, input) => {
  const resources = deps.resources.at(caller);
  const request = JSON.stringify([caller.principal.arn, { ...input, ClientToken: undefined }]);
  const earlier = input.ClientToken === undefined ? undefined : resources.clientTokens.get(input.ClientToken);
  if (earlier !== undefined && earlier.request !== request) {
    const text = "The ClientToken was already used with other parameters.";
    throw new AwsError("IdempotentParameterMismatch", text);
  }
  if (earlier !== undefined) return { AutomationExecutionId: earlier.executionId };
  const unsupported = NOT_SIMULATED.filter((name) => name in input);
  if (unsupported.length > 0) {
    throw new AwsError("InvalidTarget", `The Countersign sandbox does not simulate ${unsupported.join(", ")}.`);
  }
  const startable = resolveRunbook(resources, input.DocumentName, input.DocumentVersion, input.Parameters ?? {});
  const { id } = deps.engine.start({
    ...startable,
    location: resources.location,
    executedBy: caller.principal.arn,
    ...(input.Mode === undefined ? {} : { mode: input.Mode }),
    ...(input.Tags === undefined ? {} : { tags: input.Tags }),
  });
  if (input.ClientToken !== undefined) resources.clientTokens.set(input.ClientToken, { request, executionId: id });
  return { AutomationExecutionId: id };
};
