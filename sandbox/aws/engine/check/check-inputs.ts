import { isCondition } from "../actions/branch-conditions.ts";
import { parseDurationMs } from "../actions/sleep.ts";
import { findReferences } from "../interpolate.ts";
import { parseTime } from "../iso-time.ts";
import { isMap } from "../parameter-constraints.ts";
import type { Runbook, StepDefinition } from "../runbook.ts";
import { parseWholeNumber } from "../step-timing.ts";

/**
 * The required inputs of each action that the sandbox runs, from the reference. AWS accepts inputs that the reference does
 * not list: public runbooks give aws:pause a Message.
 */
const REQUIRED_INPUTS: Record<string, string[]> = {
  "aws:approve": ["Approvers"],
  "aws:branch": ["Choices"],
  "aws:executeAutomation": ["DocumentName"],
  "aws:loop": ["Steps"],
  "aws:updateVariable": ["Name", "Value"],
};

/** Lists the problems of a step's inputs that show before their references are resolved. */
export function checkInputs(step: StepDefinition, runbook: Runbook): string[] {
  const given = step.inputs ?? {};
  const missing = (REQUIRED_INPUTS[step.action] ?? []).filter((name) => isMissing(given[name]));
  if (missing.length > 0) return missing.map((name) => `${step.action} needs the input ${name}.`);
  return checkValues(step.action, given, runbook);
}

function checkValues(action: string, given: Record<string, unknown>, runbook: Runbook): string[] {
  switch (action) {
    case "aws:approve":
      return checkApprove(given);
    case "aws:branch":
      return checkBranch(given);
    case "aws:sleep":
      return checkSleep(given);
    case "aws:executeAutomation":
      return isUnresolved(given.RuntimeParameters) || isMap(given.RuntimeParameters)
        ? []
        : ["RuntimeParameters must be a map."];
    case "aws:updateVariable": {
      const name = String(given.Name).replace(/^variable:/, "");
      return Object.hasOwn(runbook.variables, name) ? [] : [`the runbook has no variable "${name}".`];
    }
    default:
      return [];
  }
}

function checkApprove({ Approvers, MinRequiredApprovals, Message, NotificationArn }: Record<string, unknown>) {
  const problems: string[] = [];
  const areTexts = Array.isArray(Approvers) && Approvers.every((each) => typeof each === "string");
  if (!isUnresolved(Approvers) && !(areTexts && Approvers.length > 0)) {
    problems.push("Approvers must be a list of at least one string.");
  }
  if (!isUnresolved(MinRequiredApprovals) && parseWholeNumber(MinRequiredApprovals) === undefined) {
    problems.push(`MinRequiredApprovals must be a whole number of at least 1; got ${MinRequiredApprovals}.`);
  }
  for (const [name, value] of Object.entries({ Message, NotificationArn })) {
    if (value !== undefined && typeof value !== "string") problems.push(`${name} must be a string.`);
  }
  return problems;
}

function checkBranch({ Choices: choices, Default }: Record<string, unknown>): string[] {
  if (Default !== undefined && typeof Default !== "string") return ["Default must be the name of a step."];
  if (isUnresolved(choices)) return [];
  if (!Array.isArray(choices) || choices.length === 0) return ["Choices must be a list of at least one choice."];
  return choices.flatMap((choice) => [
    ...(typeof choice?.NextStep === "string" ? [] : [`a choice has no NextStep: ${JSON.stringify(choice)}.`]),
    ...(isCondition(choice) ? [] : [`invalid choice: ${JSON.stringify(choice)}.`]),
  ]);
}

function checkSleep({ Duration, Timestamp }: Record<string, unknown>): string[] {
  if ((Duration === undefined) === (Timestamp === undefined)) return ["aws:sleep needs either Duration or Timestamp."];
  const isDuration = isUnresolved(Duration) || parseDurationMs(String(Duration)) !== undefined;
  const isTimestamp = isUnresolved(Timestamp) || parseTime(String(Timestamp)) !== undefined;
  return [
    ...(isDuration ? [] : [`Duration must be an ISO 8601 duration; got ${Duration}.`]),
    ...(isTimestamp ? [] : [`Timestamp must be an ISO 8601 time; got ${Timestamp}.`]),
  ];
}

const isMissing = (value: unknown) => value === undefined || value === null;
/** Returns whether a value is absent, or a string with references that only the execution can resolve. */
const isUnresolved = (value: unknown) =>
  value === undefined || (typeof value === "string" && findReferences(value).length > 0);
