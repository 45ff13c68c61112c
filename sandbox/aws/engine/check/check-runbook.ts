import { isTrue, type Runbook, type StepDefinition } from "../runbook.ts";
import { MAX_ATTEMPTS, MAX_TIMEOUT_SECONDS } from "../step-timing.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkLoop } from "./check-loop.ts";
import { checkParameters } from "./check-parameters.ts";
import { checkReferences } from "./check-references.ts";

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

/** What is wrong with a runbook beyond its shape: names that lead nowhere, twice the same, or unknown. All at once. */
export function checkRunbook(runbook: Runbook): string[] {
  return [...checkParameters(runbook), ...checkSteps(runbook.mainSteps, runbook), ...checkReferences(runbook)];
}

/** The steps of a runbook, or of a loop in it. */
export function checkSteps(steps: StepDefinition[], runbook: Runbook): string[] {
  const names = new Set(steps.map((step) => step.name));
  const problems = names.size < steps.length ? ["Step names must be unique."] : [];
  for (const step of steps) {
    const found = [
      ...(KNOWN_ACTIONS.has(step.action) ? [] : [`${step.action} is not an Automation action.`]),
      ...findTargets(step)
        .filter((target) => !names.has(target))
        .map((target) => `it leads to the step ${target}, which is not defined.`),
      ...checkProperties(step),
      ...checkInputs(step, runbook),
    ];
    problems.push(...found.map((problem) => `Step ${step.name}: ${problem}`));
    if (step.action === "aws:loop") problems.push(...checkLoop(step, (inner) => checkSteps(inner, runbook)));
  }
  return problems;
}

/** "Properties shared by all actions", as far as their shape does not tell. */
function checkProperties(step: StepDefinition): string[] {
  const problems: string[] = [];
  const longest = MAX_TIMEOUT_SECONDS[step.action];
  if (step.inputs === undefined) problems.push("inputs are required, be they empty.");
  if (isTrue(step.isEnd) && step.nextStep !== undefined) problems.push("isEnd and nextStep exclude each other.");
  if (longest !== undefined && Number(step.timeoutSeconds) > longest) {
    problems.push(`timeoutSeconds of ${step.action} can be ${longest} at most; got ${step.timeoutSeconds}.`);
  }
  if (Number(step.maxAttempts) > MAX_ATTEMPTS) problems.push(`maxAttempts can be ${MAX_ATTEMPTS} at most.`);
  return problems;
}

/** The steps that a step names as its possible followers. */
export function findTargets(step: StepDefinition): string[] {
  const named = [step.onFailure, step.onCancel]
    .filter((value) => value?.startsWith("step:"))
    .map((value) => (value ?? "").slice("step:".length));
  const choices = step.action === "aws:branch" ? findBranchTargets(step) : [];
  return [...(step.nextStep === undefined ? [] : [step.nextStep]), ...named, ...choices];
}

/** Where an aws:branch step can lead: the NextStep of each choice, and Default. */
export function findBranchTargets(step: StepDefinition): string[] {
  const choices = Array.isArray(step.inputs?.Choices) ? step.inputs.Choices : [];
  const targets = [
    ...choices.map((choice) => (choice as { NextStep?: unknown } | null)?.NextStep),
    step.inputs?.Default,
  ];
  return targets.filter((target) => typeof target === "string");
}
