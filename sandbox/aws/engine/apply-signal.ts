import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Principal } from "../identity/principal.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { ActionRun } from "./action.ts";
import { checkApprover, evaluateDecisions } from "./actions/approve.ts";
import type { Engine } from "./engine.ts";
import { type Execution, FINAL_STATUSES, findCurrentStep, type StepExecution } from "./execution-state.ts";

/** A SendAutomationSignal, its shape already validated. */
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
 * Applies a signal to whatever waits *now*. Approve and Reject name no step: sent late, they decide the next gate of the
 * same runbook, exactly as on real AWS. Throws InvalidAutomationSignalException for a signal that does not fit and
 * AutomationStepNotFoundException for a step that the execution does not have.
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
  if (run === undefined) throw toInvalidSignal("No step of the execution waits for an approval.");
  const { principal, payload } = signal;
  const verdict = checkApprover(run.inputs, run.step, principal, decision, deps.assumptions.values);
  recordSignal(deps, execution, signal, run.step);
  if (verdict === "ignored") return;
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
  if (execution.mode !== "Interactive") throw toInvalidSignal("StartStep is for executions in Mode Interactive.");
  if (findCurrentStep(execution) !== undefined) throw toInvalidSignal("A step is under way.");
  recordSignal(deps, execution, signal, undefined);
  deps.engine.startStep(execution, name);
}

function applyStopStep(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const id = readSingleValue(signal.payload, "StepExecutionId");
  const step = execution.steps.find((each) => each.id === id);
  if (step === undefined) throw toStepNotFound(`The execution has no step execution ${id}.`);
  const run = deps.engine.findRun(step);
  if (run === undefined) throw toInvalidSignal(`Step execution ${id} is not under way.`);
  recordSignal(deps, execution, signal, step);
  const message = "The step was stopped by a StopStep signal.";
  applyEffect(deps, run, () => run.finish({ kind: "failure", status: "Cancelled", message }));
}

/** The run of the step that waits, when it is of that action. */
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
  });
}

/** The effect comes at once, or after the assumed lag; never on another step than the one that was signalled. */
function applyEffect(deps: SignalDeps, run: ActionRun, effect: () => void): void {
  const lag = deps.assumptions.values.signalLagMs;
  if (lag === 0) effect();
  else run.after(lag, effect);
}

function readSingleValue(payload: Record<string, string[]>, key: string): string {
  const [value, ...more] = payload[key] ?? [];
  if (value === undefined || more.length > 0) throw toInvalidSignal(`The payload must give exactly one ${key}.`);
  return value;
}

function checkStepExists(execution: Execution, name: string): void {
  if (execution.runbook.mainSteps.some((step) => step.name === name)) return;
  throw toStepNotFound(`The execution has no step ${name}.`);
}

const toStepNotFound = (text: string) => new AwsError("AutomationStepNotFoundException", text);

/** The first sentence is the API reference's description of this error. */
function toInvalidSignal(text: string): AwsError {
  const described = "The signal isn't valid for the current Automation execution.";
  return new AwsError("InvalidAutomationSignalException", `${described} ${text}`);
}
