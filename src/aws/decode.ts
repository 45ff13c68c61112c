import type { AutomationExecution, AutomationExecutionMetadata, StepExecution } from "@aws-sdk/client-ssm";
import type { ExecutionSummary, ListedExecution, ObservedExecution, ObservedStep } from "../core/execution.ts";
import type { Work } from "../core/slices.ts";
import { MalformedAnswerError } from "./aws-failures.ts";

/** A character that is decoded costs a fraction of a step of the mask's search. */
const CHARACTERS_PER_STEP = 10;
/**
 * An input with more characters stays as AWS returned it, because its JSON can be parsed only as a whole. The inputs of a gate
 * are shorter, and Details shows the beginning of the others. The mask searches JSON in a text too.
 */
export const MAX_DECODED_LENGTH = 250_000;

/** Decodes a listed execution; null if it lacks a field that AWS always sends. */
export function decodeListed(item: AutomationExecutionMetadata | null): ListedExecution | null {
  const executionId = text(item?.AutomationExecutionId);
  const status = text(item?.AutomationExecutionStatus);
  if (executionId === null || status === null) return null;
  return {
    executionId,
    status,
    currentStepName: text(item?.CurrentStepName),
    currentAction: text(item?.CurrentAction),
  };
}

/** Decodes a listed execution for people; null if it has no id or status. */
export function decodeSummary(item: AutomationExecutionMetadata | null): ExecutionSummary | null {
  const listed = decodeListed(item);
  if (listed === null) return null;
  return {
    executionId: listed.executionId,
    status: listed.status,
    currentStepName: listed.currentStepName,
    documentName: text(item?.DocumentName) ?? "(unnamed runbook)",
    startedAt: time(item?.ExecutionStartTime),
    endedAt: time(item?.ExecutionEndTime),
    executedBy: text(item?.ExecutedBy),
  };
}

/**
 * Decodes an execution, with a pause after each step and input: AWS's API model has no limit for them. The SDK does not check
 * the types of a reply's members, so each is checked here. Throws MalformedAnswerError if the reply has no id or no status.
 */
export function* decodeExecution(
  execution: AutomationExecution | undefined,
  steps: readonly StepExecution[],
): Work<ObservedExecution> {
  const executionId = text(execution?.AutomationExecutionId);
  const status = text(execution?.AutomationExecutionStatus);
  if (executionId === null || status === null) throw new MalformedAnswerError("the execution has no id or no status");
  const decoded: ObservedStep[] = [];
  for (const step of decodePage(steps)) decoded.push(yield* decodeStep(step));
  return {
    executionId,
    documentName: text(execution?.DocumentName) ?? "(unnamed runbook)",
    documentVersion: text(execution?.DocumentVersion),
    status,
    startedAt: time(execution?.ExecutionStartTime),
    endedAt: time(execution?.ExecutionEndTime),
    executedBy: text(execution?.ExecutedBy),
    parameters: lists(execution?.Parameters),
    failureMessage: text(execution?.FailureMessage),
    parentExecutionId: text(execution?.ParentAutomationExecutionId),
    ...(execution?.Mode === "Interactive" ? { isInteractive: true } : {}),
    ...decodeRateControl(execution),
    variables: lists(execution?.Variables),
    outputs: lists(execution?.Outputs),
    steps: decoded,
  };
}

function decodeRateControl(
  execution: AutomationExecution | undefined,
): Pick<ObservedExecution, "rateControl" | "targetParameter"> {
  const target = text(execution?.Target) || null;
  const parameter = text(execution?.TargetParameterName) || null;
  if (target !== null) return { rateControl: { target, parameter } };
  return parameter === null ? {} : { targetParameter: parameter };
}

function* decodeStep(step: StepExecution): Work<ObservedStep> {
  if (typeof step !== "object" || step === null) throw new MalformedAnswerError("a step is not one");
  const { TimeoutSeconds: timeout } = step;
  const inputs: [name: string, input: unknown][] = [];
  for (const [name, input] of members(step.Inputs)) {
    inputs.push([name, decodeNamed(name, input)]);
    yield isDecoded(input) ? 1 + input.length / CHARACTERS_PER_STEP : 1;
  }
  yield 1;
  return {
    stepExecutionId: text(step.StepExecutionId),
    parentStepId: text(step.ParentStepDetails?.StepExecutionId),
    ...decodeRound(step.ParentStepDetails),
    name: text(step.StepName) ?? "(unnamed step)",
    action: text(step.Action) ?? "",
    status: text(step.StepStatus) ?? "Pending",
    startedAt: time(step.ExecutionStartTime),
    endedAt: time(step.ExecutionEndTime),
    timeoutSeconds: Number.isFinite(timeout) ? (timeout ?? null) : null,
    onFailure: text(step.OnFailure),
    inputs: Object.fromEntries(inputs),
    outputs: lists(step.Outputs),
    failureMessage: text(step.FailureMessage),
    ...decodeFailureDetails(step.FailureDetails),
  };
}

function decodeFailureDetails(details: StepExecution["FailureDetails"]): Pick<ObservedStep, "failureDetails"> {
  const { FailureStage, FailureType, Details } = details ?? {};
  const failureDetails = lists({ Stage: FailureStage, Type: FailureType, ...Object.fromEntries(members(Details)) });
  const found = Object.entries(failureDetails).filter(([, values]) => values.length > 0);
  return found.length === 0 ? {} : { failureDetails: Object.fromEntries(found) };
}

function decodeRound(details: StepExecution["ParentStepDetails"]): Pick<ObservedStep, "round"> {
  const { Iteration: iteration, IteratorValue: value } = details ?? {};
  return typeof iteration === "number" ? { round: { iteration, value: text(value) } } : {};
}

/** Decodes an input by its name: a raw message may look like JSON, and people must see it as AWS returned it. */
function decodeNamed(name: string, input: unknown): unknown {
  const decoded = decodeInput(input);
  return name === "Message" && typeof decoded !== "string" ? input : decoded;
}

/**
 * Decodes an input of a step. AWS encodes inputs as JSON, with rare exceptions: then the raw text is returned. The raw text is
 * also returned if decoding would change a number, the order of members or a repeated member: people must see a long account
 * or serial number as AWS returned it. So is a text that is too long to decode at once.
 */
export function decodeInput(input: unknown): unknown {
  if (!isDecoded(input)) return input;
  try {
    const value: unknown = JSON.parse(input);
    const written = JSON.stringify(value);
    return written === input || written === toCompactJson(input) ? value : input;
  } catch {
    return input;
  }
}

const isDecoded = (input: unknown): input is string => typeof input === "string" && input.length <= MAX_DECODED_LENGTH;

/** Removes the spaces between the tokens of valid JSON, and the escapes that strings do not need. */
function toCompactJson(json: string): string {
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|\s+/g, (token) => {
    if (!token.startsWith('"')) return "";
    return token.includes("\\") || !token.isWellFormed() ? JSON.stringify(JSON.parse(token)) : token;
  });
}

/** Checks a page of a reply; an absent page is empty. */
export function decodePage<Item>(list: readonly Item[] | undefined): readonly Item[] {
  if (list !== undefined && !Array.isArray(list)) throw new MalformedAnswerError("a list is not one");
  return list ?? [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function lists(value: unknown): Record<string, string[]> {
  return Object.fromEntries(
    members(value).map(([key, each]) => [
      key,
      (Array.isArray(each) ? each : [each]).filter((one) => one != null).map((one) => text(one) ?? JSON.stringify(one)),
    ]),
  );
}

function members(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function time(date: unknown): number | null {
  if (!(date instanceof Date)) return null;
  const at = date.getTime();
  return Number.isNaN(at) ? null : at;
}
