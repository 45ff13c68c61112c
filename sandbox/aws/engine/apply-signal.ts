import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Principal } from "../identity/principal.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { ActionRun } from "./action.ts";
import { checkApprover, evaluateDecisions } from "./actions/approve.ts";
import type { Engine } from "./engine.ts";
import { type Execution, FINAL_STATUSES, findCurrentStep, type StepExecution } from "./execution-state.ts";

/** A SendAutomationSignal request with a validated shape. */
export interface Signal {
  type: string;
  payload: Record<string, string[]>;
  principal: Principal;
}

export interface SignalDeps {
  engine: Pick<Engine, "startStep" | "findRun">;
  timers: SessionTimers;
  assumptions: Assumptions;
}

/**
 * Applies a signal to the step that is waiting now. Approve and Reject name no step: a late signal decides the next
 * gate of the same runbook, exactly as on real AWS. Throws InvalidAutomationSignalException for a signal that is
 * invalid in the current state, and AutomationStepNotFoundException for an unknown step.
 */
export function applySignal(deps: SignalDeps, execution: Execution, signal: Signal): void {
  if (FINAL_STATUSES.has(execution.status))
    throw toInvalidSignal(`The execution has ended with the status ${execution.status}.`);
  switch (signal.type) {
    case "Approve":
    case "Reject":
      applyDecision(deps, execution, signal, signal.type);
      break;
    case "Resume":
      applyResume(deps, execution, signal);
      break;
    case "StartStep":
      applyStartStep(deps, execution, signal);
      break;
    case "StopStep":
      applyStopStep(deps, execution, signal);
      break;
    default:
      throw toInvalidSignal(`${signal.type} does not apply to an automation without an access request.`);
  }
}

function applyDecision(deps: SignalDeps, execution: Execution, signal: Signal, decision: "Approve" | "Reject"): void {
  const run = findWaitingRun(deps, execution, "aws:approve");
  if (run === undefined) throw toInvalidSignal("No step of the execution is waiting for an approval.");
  const { principal, payload } = signal;
  const effect = checkApprover(run.inputs, run.step, principal, decision, deps.assumptions.values);
  const isLost = deps.assumptions.values.signalEffect === "none";
  recordSignal(deps, execution, signal, isLost ? undefined : run.step);
  if (effect === "ignored" || isLost) return;
  const comment = payload.Comment === undefined ? {} : { comment: payload.Comment.join(" ") };
  run.step.decisions.push({ principal, decision, at: deps.timers.now(), ...comment });
  applyEffect(deps, run, () => evaluateDecisions(run));
}

function applyResume(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const name = readSingleValue(signal.payload, "StepName");
  checkStepExists(execution, name);
  const run = findWaitingRun(deps, execution, "aws:pause");
  if (run === undefined || run.step.definition.name !== name) throw toInvalidSignal(`Step ${name} is not paused.`);
  recordSignal(deps, execution, signal, run.step);
  applyEffect(deps, run, () => run.finish({ kind: "success" }));
}

function applyStartStep(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const name = readSingleValue(signal.payload, "StepName");
  checkStepExists(execution, name);
  if (execution.mode !== "Interactive") throw toInvalidSignal("StartStep requires an execution in Mode Interactive.");
  if (findCurrentStep(execution) !== undefined) throw toInvalidSignal("Another step is running.");
  recordSignal(deps, execution, signal, undefined);
  deps.engine.startStep(execution, name);
}

function applyStopStep(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const id = readSingleValue(signal.payload, "StepExecutionId");
  const step = execution.steps.find((each) => each.id === id);
  if (step === undefined) throw toStepNotFound(`The execution has no step execution ${id}.`);
  const run = deps.engine.findRun(step);
  if (run === undefined) throw toInvalidSignal(`Step execution ${id} is not running.`);
  recordSignal(deps, execution, signal, step);
  const message = "A StopStep signal stopped the step.";
  applyEffect(deps, run, () => run.finish({ kind: "failure", status: "Cancelled", message }));
}

/** Returns the run of the waiting step if it has this action. */
function findWaitingRun(deps: SignalDeps, execution: Execution, action: string): ActionRun | undefined {
  const step = findCurrentStep(execution);
  if (step?.status !== "Waiting" || step.definition.action !== action) return undefined;
  return deps.engine.findRun(step);
}

function recordSignal(deps: SignalDeps, execution: Execution, signal: Signal, step: StepExecution | undefined): void {
  execution.signals.push({
    at: deps.timers.now(),
    ...signal,
    ...(step === undefined ? {} : { stepExecutionId: step.id }),
    ...(step?.startTime === undefined ? {} : { stepStartedAt: step.startTime }),
  });
}

/** Applies the effect at once or after the configured lag. A lag never moves the effect to another step. */
function applyEffect(deps: SignalDeps, run: ActionRun, effect: () => void): void {
  const lag = deps.assumptions.values.signalLagMs;
  if (lag === 0) effect();
  else run.after(lag, effect);
}

function readSingleValue(payload: Record<string, string[]>, key: string): string {
  const [value, ...more] = payload[key] ?? [];
  if (value === undefined || more.length > 0) throw toInvalidSignal(`The payload must contain exactly one ${key}.`);
  return value;
}

function checkStepExists(execution: Execution, name: string): void {
  if (execution.steps.some((step) => step.definition.name === name)) return;
  throw toStepNotFound(`The execution has no step ${name}.`);
}

const toStepNotFound = (text: string) => new AwsError("AutomationStepNotFoundException", text);

/** Makes an invalid-signal error. The first sentence of its text is AWS's, from the API reference. */
function toInvalidSignal(text: string): AwsError {
  const description = "The signal isn't valid for the current Automation execution.";
  return new AwsError("InvalidAutomationSignalException", `${description} ${text}`);
}
