import type { AssumptionValues } from "../assumptions.ts";
import type { ParameterValues } from "./bind-parameters.ts";
import type { AccountRegion, Execution, StepExecution } from "./execution-state.ts";
import type { RateControl } from "./rate-control.ts";
import type { Runbook, StepDefinition } from "./runbook.ts";
import { parseWholeNumber } from "./step-timing.ts";

/** A request to start an execution, validated, with bound parameters. */
export interface StartRequest {
  location: AccountRegion;
  document: { name: string; version: string };
  runbook: Runbook;
  parameters: ParameterValues;
  executedBy: string;
  mode?: "Auto" | "Interactive";
  isChangeRequest?: boolean;
  tags?: { Key: string; Value: string }[];
  parent?: Execution["parent"];
  rateControl?: RateControl;
  target?: string;
  onEnd?: () => void;
}

/** Returns the session in which a child execution runs with `childrenRunAs` set to `role`. */
const childSession = ({ account }: AccountRegion, id: string) =>
  `arn:aws:sts::${account}:assumed-role/AutomationChildRole/${id}`;

/** Makes a Pending execution. Every step of the runbook exists from the start, Pending and with an id. */
export function newExecution(
  request: StartRequest,
  given: { id: string; now: number; newId: () => string; childrenRunAs: AssumptionValues["childrenRunAs"] },
): Execution {
  const { location, document, runbook, parameters, executedBy, parent, rateControl, target, onEnd } = request;
  return {
    id: given.id,
    location,
    document,
    runbook,
    mode: request.mode ?? "Auto",
    isChangeRequest: request.isChangeRequest ?? false,
    startTime: given.now,
    executedBy: parent !== undefined && given.childrenRunAs === "role" ? childSession(location, given.id) : executedBy,
    parameters,
    tags: request.tags ?? [],
    ...(parent === undefined ? {} : { parent }),
    ...(rateControl === undefined ? {} : { rateControl }),
    ...(target === undefined ? {} : { target }),
    ...(onEnd === undefined ? {} : { onEnd }),
    status: "Pending",
    variables: Object.fromEntries(Object.entries(runbook.variables).map(([name, each]) => [name, each.default])),
    steps: (rateControl === undefined ? runbook.mainSteps : []).map((definition) =>
      newStep(definition, given.newId(), runbook.mainSteps),
    ),
    stepsBegun: 0,
    replacedSteps: [],
    signals: [],
    cancelRequested: false,
    cancelTimers: [],
  };
}

export function newStep(
  definition: StepDefinition,
  id: string,
  siblings: StepDefinition[],
  loop?: StepExecution["loop"],
): StepExecution {
  return {
    id,
    definition,
    siblings,
    ...(loop === undefined ? {} : { loop }),
    status: "Pending",
    order: 0,
    inputs: {},
    outputs: {},
    attempt: 1,
    maxAttempts: parseWholeNumber(definition.maxAttempts) ?? 1,
    decisions: [],
    simulated: false,
    cancelTimers: [],
  };
}

/** Returns the Pending step execution with this name, or adds a new one for a step that runs again. */
export function findOrAddStep(
  execution: Execution,
  name: string,
  newId: () => string,
  ids: "new" | "reused",
): StepExecution | undefined {
  const pending = execution.steps.find((step) => step.definition.name === name && step.order === 0);
  if (pending !== undefined) return pending;
  const definition = execution.runbook.mainSteps.find((step) => step.name === name);
  if (definition === undefined) return undefined;
  const last = ids === "new" ? -1 : execution.steps.findLastIndex((step) => step.definition.name === name);
  const step = newStep(definition, execution.steps[last]?.id ?? newId(), execution.runbook.mainSteps);
  if (last >= 0) execution.replacedSteps.push(...execution.steps.splice(last, 1));
  execution.steps.push(step);
  return step;
}
