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

/** Lists all problems of a runbook with a valid shape: undefined, duplicate and unknown names, and invalid values. */
export function checkRunbook(runbook: Runbook): string[] {
  return [...checkParameters(runbook), ...checkSteps(runbook.mainSteps, runbook), ...checkReferences(runbook)];
}

/** Lists the problems of the steps of a runbook or of a loop. */
export function checkSteps(steps: StepDefinition[], runbook: Runbook): string[] {
  const names = new Set(steps.map((step) => step.name));
  const problems = names.size < steps.length ? ["Step names must be unique."] : [];
  for (const step of steps) {
    const found = [
      ...(KNOWN_ACTIONS.has(step.action) ? [] : [`${step.action} is not an Automation action.`]),
      ...findTargets(step)
        .filter((target) => !names.has(target))
        .map((target) => `its next step ${target} is not defined.`),
      ...checkProperties(step),
      ...checkInputs(step, runbook),
    ];
    problems.push(...found.map((problem) => `Step ${step.name}: ${problem}`));
    if (step.action === "aws:loop") problems.push(...checkLoop(step, (inner) => checkSteps(inner, runbook)));
  }
  return problems;
}

/** Lists problems of the "Properties shared by all actions" that the schema does not find. */
function checkProperties(step: StepDefinition): string[] {
  const problems: string[] = [];
  const maxSeconds = MAX_TIMEOUT_SECONDS[step.action];
  if (step.inputs === undefined) problems.push("inputs are required, even if they are empty.");
  if (isTrue(step.isEnd) && step.nextStep !== undefined) problems.push("isEnd and nextStep cannot be combined.");
  if (maxSeconds !== undefined && Number(step.timeoutSeconds) > maxSeconds) {
    problems.push(`timeoutSeconds of ${step.action} must be at most ${maxSeconds}; got ${step.timeoutSeconds}.`);
  }
  if (Number(step.maxAttempts) > MAX_ATTEMPTS) problems.push(`maxAttempts must be at most ${MAX_ATTEMPTS}.`);
  return problems;
}

/** Lists the names of the steps that a step can lead to. */
export function findTargets(step: StepDefinition): string[] {
  const named = [step.onFailure, step.onCancel]
    .filter((value) => value?.startsWith("step:"))
    .map((value) => (value ?? "").slice("step:".length));
  const choices = step.action === "aws:branch" ? findBranchTargets(step) : [];
  return [...(step.nextStep === undefined ? [] : [step.nextStep]), ...named, ...choices];
}

/** Lists the possible next steps of an aws:branch step: the NextStep of each choice, and Default. */
export function findBranchTargets(step: StepDefinition): string[] {
  const choices = Array.isArray(step.inputs?.Choices) ? step.inputs.Choices : [];
  const targets = [
    ...choices.map((choice) => (choice as { NextStep?: unknown } | null)?.NextStep),
    step.inputs?.Default,
  ];
  return targets.filter((target) => typeof target === "string");
}
