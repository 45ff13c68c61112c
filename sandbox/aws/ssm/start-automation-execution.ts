import type { RateControl } from "../engine/rate-control.ts";
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
  TargetParameterName?: string;
  Targets?: { Key?: string; Values?: string[] }[];
  MaxConcurrency?: string;
  MaxErrors?: string;
}

/** Request members that the sandbox does not implement. It rejects them, because ignoring them would hide the gap. */
const NOT_SIMULATED = ["TargetMaps", "TargetLocations", "TargetLocationsURL"];

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
  const rateControl = toRateControl(input);
  const startable = resolveRunbook(
    resources,
    input.DocumentName,
    input.DocumentVersion,
    input.Parameters ?? {},
    rateControl?.parameterName,
  );
  if (rateControl !== undefined && !Object.hasOwn(startable.runbook.parameters, rateControl.parameterName)) {
    const text = `TargetParameterName ${rateControl.parameterName} is not a parameter of the document.`;
    throw new AwsError("InvalidTarget", text);
  }
  const { id } = deps.engine.start({
    ...startable,
    ...(rateControl === undefined ? {} : { rateControl }),
    location: resources.location,
    executedBy: caller.principal.arn,
    ...(input.Mode === undefined ? {} : { mode: input.Mode }),
    ...(input.Tags === undefined ? {} : { tags: input.Tags }),
  });
  if (input.ClientToken !== undefined) resources.clientTokens.set(input.ClientToken, { request, executionId: id });
  return { AutomationExecutionId: id };
};

/** AWS's defaults: ten targets at a time, and no further target after the first error. Source: the API reference. */
const DEFAULT_CONCURRENCY = "10";
const DEFAULT_ERRORS = "0";

/** The keys whose values are the targets themselves. Source: the API reference, Target. */
const LITERAL_KEYS: ReadonlySet<string> = new Set(["ParameterValues", "InstanceIds"]);

/**
 * Returns the rate control of a request with Targets. The stand-in has no instances and resource groups, so that only keys
 * whose values name the targets resolve to targets. Throws InvalidTarget for any other key.
 */
function toRateControl(input: Input): RateControl | undefined {
  const { Targets, TargetParameterName, MaxConcurrency = DEFAULT_CONCURRENCY, MaxErrors = DEFAULT_ERRORS } = input;
  if (Targets === undefined || Targets.length === 0) {
    if (TargetParameterName === undefined) return undefined;
    throw new AwsError("InvalidTarget", "TargetParameterName needs Targets.");
  }
  if (TargetParameterName === undefined) throw new AwsError("InvalidTarget", "Targets need a TargetParameterName.");
  const targets = Targets.map(({ Key = "", Values = [] }) => ({ Key, Values }));
  const unknown = targets.find(({ Key }) => !LITERAL_KEYS.has(Key));
  if (unknown !== undefined) {
    const text = `The Countersign sandbox cannot look up resources, so the target key "${unknown.Key}" is not supported. Use Key=ParameterValues or Key=InstanceIds.`;
    throw new AwsError("InvalidTarget", text);
  }
  const values = [...new Set(targets.flatMap(({ Values }) => Values))];
  if (values.length === 0) throw new AwsError("InvalidTarget", "The Targets have no values.");
  return { parameterName: TargetParameterName, targets, values, maxConcurrency: MaxConcurrency, maxErrors: MaxErrors };
}
