import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Principal } from "../identity/principal.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { ActionRun } from "./action.ts";
import { admit, judge } from "./actions/approve.ts";
import type { Engine } from "./engine.ts";
import { currentStep, ENDED, type Execution, type StepExecution } from "./execution-state.ts";

/** A SendAutomationSignal, its shape already validated. */
export interface Signal {
  type: string;
  payload: Record<string, string[]>;
  principal: Principal;
}

export interface SignalDeps {
  engine: Pick<Engine, "enter" | "runOf">;
  timers: SessionTimers;
  assumptions: Assumptions;
}

/**
 * Applies a signal to whatever waits *now*. Approve and Reject name no step: sent late, they decide the next gate of the
 * same runbook, exactly as on real AWS. Throws InvalidAutomationSignalException for a signal that does not fit and
 * AutomationStepNotFoundException for a step that the execution does not have.
 */
export function applySignal(deps: SignalDeps, execution: Execution, signal: Signal): void {
  if (ENDED.has(execution.status)) throw misfit(`The execution has ended with the status ${execution.status}.`);
  switch (signal.type) {
    case "Approve":
    case "Reject":
      decideStep(deps, execution, signal, signal.type);
      break;
    case "Resume":
      resume(deps, execution, signal);
      break;
    case "StartStep":
      startStep(deps, execution, signal);
      break;
    case "StopStep":
      stopStep(deps, execution, signal);
      break;
    default:
      throw misfit(`${signal.type} does not apply to an automation without an access request.`);
  }
}

function decideStep(deps: SignalDeps, execution: Execution, signal: Signal, decision: "Approve" | "Reject"): void {
  const run = waitingRun(deps, execution, "aws:approve");
  if (run === undefined) throw misfit("No step of the execution waits for an approval.");
  const { principal, payload } = signal;
  const verdict = admit(run.inputs, run.step, principal, decision, deps.assumptions.values);
  accept(deps, execution, signal, run.step);
  if (verdict === "ignored") return;
  const comment = payload.Comment === undefined ? {} : { comment: payload.Comment.join(" ") };
  run.step.decisions.push({ principal, decision, at: deps.timers.now(), ...comment });
  takeEffect(deps, run, () => judge(run));
}

function resume(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const name = only(signal.payload, "StepName");
  refuseUnknownStep(execution, name);
  const run = waitingRun(deps, execution, "aws:pause");
  if (run === undefined || run.step.definition.name !== name) throw misfit(`Step ${name} is not paused.`);
  accept(deps, execution, signal, run.step);
  takeEffect(deps, run, () => run.finish({ kind: "success" }));
}

function startStep(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const name = only(signal.payload, "StepName");
  refuseUnknownStep(execution, name);
  if (execution.mode !== "Interactive") throw misfit("StartStep is for executions in Mode Interactive.");
  if (currentStep(execution) !== undefined) throw misfit("A step is under way.");
  accept(deps, execution, signal, undefined);
  deps.engine.enter(execution, name);
}

function stopStep(deps: SignalDeps, execution: Execution, signal: Signal): void {
  const id = only(signal.payload, "StepExecutionId");
  const step = execution.steps.find((each) => each.id === id);
  if (step === undefined) throw noStep(`The execution has no step execution ${id}.`);
  const run = deps.engine.runOf(step);
  if (run === undefined) throw misfit(`Step execution ${id} is not under way.`);
  accept(deps, execution, signal, step);
  const message = "The step was stopped by a StopStep signal.";
  takeEffect(deps, run, () => run.finish({ kind: "failure", status: "Cancelled", message }));
}

/** The run of the step that waits, when it is of that action. */
function waitingRun(deps: SignalDeps, execution: Execution, action: string): ActionRun | undefined {
  const step = currentStep(execution);
  if (step?.status !== "Waiting" || step.definition.action !== action) return undefined;
  return deps.engine.runOf(step);
}

function accept(deps: SignalDeps, execution: Execution, signal: Signal, step: StepExecution | undefined): void {
  execution.signals.push({
    at: deps.timers.now(),
    ...signal,
    ...(step === undefined ? {} : { stepExecutionId: step.id }),
  });
}

/** The effect comes at once, or after the assumed lag; never on another step than the one that was signalled. */
function takeEffect(deps: SignalDeps, run: ActionRun, effect: () => void): void {
  const lag = deps.assumptions.values.signalLagMs;
  if (lag === 0) effect();
  else run.after(lag, effect);
}

function only(payload: Record<string, string[]>, key: string): string {
  const [value, ...more] = payload[key] ?? [];
  if (value === undefined || more.length > 0) throw misfit(`The payload must give exactly one ${key}.`);
  return value;
}

function refuseUnknownStep(execution: Execution, name: string): void {
  if (execution.runbook.mainSteps.some((step) => step.name === name)) return;
  throw noStep(`The execution has no step ${name}.`);
}

const noStep = (text: string) => new AwsError("AutomationStepNotFoundException", text);

/** The first sentence is the API reference's description of this error. */
function misfit(text: string): AwsError {
  const described = "The signal isn't valid for the current Automation execution.";
  return new AwsError("InvalidAutomationSignalException", `${described} ${text}`);
}
