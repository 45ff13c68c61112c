import type { ParameterValues } from "./bind-parameters.ts";
import type { AccountRegion, Execution, StepExecution } from "./execution-state.ts";
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
  tags?: { Key: string; Value: string }[];
  parent?: { execution: Execution; step: StepExecution };
  onEnd?: () => void;
}

/** Makes a Pending execution. Every step of the runbook exists from the start, Pending and with an id. */
export function newExecution(
  request: StartRequest,
  given: { id: string; now: number; newId: () => string },
): Execution {
  const { location, document, runbook, parameters, executedBy, parent, onEnd } = request;
  return {
    id: given.id,
    location,
    document,
    runbook,
    mode: request.mode ?? "Auto",
    startTime: given.now,
    executedBy,
    parameters,
    tags: request.tags ?? [],
    ...(parent === undefined ? {} : { parent }),
    ...(onEnd === undefined ? {} : { onEnd }),
    status: "Pending",
    variables: Object.fromEntries(Object.entries(runbook.variables).map(([name, each]) => [name, each.default])),
    steps: runbook.mainSteps.map((definition) => newStep(definition, given.newId(), runbook.mainSteps)),
    stepsBegun: 0,
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
