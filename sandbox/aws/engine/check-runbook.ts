import { referencesIn } from "./interpolate.ts";
import type { Runbook, StepDefinition } from "./runbook.ts";

/** The actions of the "Systems Manager Automation actions reference". */
export const KNOWN_ACTIONS: ReadonlySet<string> = new Set(
  [
    "approve assertAwsResourceProperty branch changeInstanceState copyImage createImage createStack createTags",
    "deleteImage deleteStack executeAutomation executeAwsApi executeScript executeStateMachine invokeLambdaFunction",
    "invokeWebhook loop pause runCommand runInstances sleep updateAwsResource updateVariable waitForAwsResourceProperty",
  ]
    .join(" ")
    .split(" ")
    .map((name) => `aws:${name}`),
);

/** Inputs without which an action of the engine cannot run. */
const REQUIRED_INPUTS: Record<string, string[][]> = {
  "aws:approve": [["Approvers"]],
  "aws:branch": [["Choices"]],
  "aws:sleep": [["Duration", "Timestamp"]],
  "aws:executeAutomation": [["DocumentName"]],
};

/** What is wrong with a runbook beyond its shape: names that lead nowhere, twice the same, or unknown. All at once. */
export function checkRunbook(runbook: Runbook): string[] {
  const names = new Set(runbook.mainSteps.map((step) => step.name));
  const problems: string[] = [];
  if (names.size < runbook.mainSteps.length) problems.push("Step names must be unique.");
  for (const step of runbook.mainSteps) {
    if (!KNOWN_ACTIONS.has(step.action))
      problems.push(`Step ${step.name}: ${step.action} is not an Automation action.`);
    for (const target of targetsOf(step)) {
      if (!names.has(target)) problems.push(`Step ${step.name} leads to the step ${target}, which is not defined.`);
    }
    for (const oneOf of REQUIRED_INPUTS[step.action] ?? []) {
      if (!oneOf.some((input) => step.inputs?.[input] !== undefined)) {
        problems.push(`Step ${step.name}: ${step.action} needs the input ${oneOf.join(" or ")}.`);
      }
    }
    if (step.isEnd !== undefined && step.nextStep !== undefined) {
      problems.push(`Step ${step.name}: isEnd and nextStep exclude each other.`);
    }
  }
  for (const reference of referencesIn([runbook.mainSteps, runbook.assumeRole])) {
    const isParameter = !/[.:]/.test(reference);
    if (isParameter && runbook.parameters[reference] === undefined) {
      problems.push(`Parameter {{ ${reference} }} is used but not defined.`);
    }
  }
  return problems;
}

/** The steps that a step names as its possible followers. */
export function targetsOf(step: StepDefinition): string[] {
  const named = [step.onFailure, step.onCancel]
    .filter((value) => value?.startsWith("step:"))
    .map((value) => (value ?? "").slice("step:".length));
  const choices = step.action === "aws:branch" ? branchTargets(step) : [];
  return [...(step.nextStep === undefined ? [] : [step.nextStep]), ...named, ...choices];
}

/** Where an aws:branch step can lead: the NextStep of each choice, and Default. */
export function branchTargets(step: StepDefinition): string[] {
  const choices = Array.isArray(step.inputs?.Choices) ? step.inputs.Choices : [];
  const targets = [
    ...choices.map((choice) => (choice as { NextStep?: unknown } | null)?.NextStep),
    step.inputs?.Default,
  ];
  return targets.filter((target) => typeof target === "string");
}
