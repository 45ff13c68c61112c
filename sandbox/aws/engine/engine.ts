import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import { type ActionRun, invalidInput, type StepResult } from "./action.ts";
import { currentStep, ENDED, type Execution, type Status, type StepExecution } from "./execution-state.ts";
import { type ActionDeps, actionFor } from "./find-action.ts";
import { newExecution, newStep, type StartRequest } from "./new-execution.ts";
import { nextAfter } from "./next-step.ts";
import { lookupIn, shownInputs } from "./reference-values.ts";
import { prepareInputs } from "./resolve-inputs.ts";
import type { Simulation } from "./simulation.ts";
import { timingOf } from "./step-timing.ts";
import { makeTrampoline } from "./trampoline.ts";

/**
 * Runs executions. The life of one:
 *
 *     Pending -> InProgress <-> Waiting -> Success | Failed | TimedOut
 *                     \            \--> Cancelling -> Cancelled
 *
 * A step goes Pending -> InProgress (-> Waiting) -> Success | Failed | TimedOut | Cancelled. At most one step of an
 * execution is under way. `enter` begins a step, `finish` ends it and `goOn` decides what follows; nothing else changes
 * a status, and each change is told to `onStatus`.
 */
export interface Engine {
  start(request: StartRequest): Execution;
  /** Begins a step by name, in Mode Interactive. */
  enter(execution: Execution, stepName: string): void;
  /** The work of the step under way; undefined for a step that is over. */
  runOf(step: StepExecution): ActionRun | undefined;
  /** Ends an execution early: cancelled with all its children, or complete as it stands. */
  stop(execution: Execution, type: "Cancel" | "Complete"): void;
}

/** A status that changed, of an execution or, with `step`, of a step. */
export interface StatusChange {
  execution: Execution;
  step?: StepExecution;
  status: Status;
}

export interface EngineDeps {
  timers: SessionTimers;
  newId: () => string;
  simulation: Simulation;
  assumptions: Assumptions;
  /** Finds a runbook for aws:executeAutomation. */
  resolveChild: ActionDeps["resolveChild"];
  /** Keeps an execution, so that it can be found by id. */
  keep: (execution: Execution) => void;
  onStatus: (change: StatusChange) => void;
}

/** AWS ends executions that run too many steps; how many is not documented. It keeps a loop from running for ever. */
const MAX_STEP_RUNS = 1000;
/** "Systems Manager Automation actions reference": a cancelled automation has two minutes for its onCancel steps. */
const CANCEL_STEPS_MS = 120_000;

export function makeEngine(deps: EngineDeps): Engine {
  const { timers, newId, assumptions, onStatus } = deps;
  const runs = new Map<StepExecution, ActionRun>();
  const soon = makeTrampoline();

  const setStepStatus = (execution: Execution, step: StepExecution, status: Status) => {
    if (step.status === status) return;
    step.status = status;
    onStatus({ execution, step, status });
  };

  const setStatus = (execution: Execution, status: Status) => {
    if (execution.status === status) return;
    execution.status = status;
    onStatus({ execution, status });
    if (execution.parent !== undefined && assumptions.values.parentOfWaitingChild === "Waiting" && !ENDED.has(status)) {
      const shown = status === "Waiting" ? "Waiting" : "InProgress";
      setStepStatus(execution.parent.execution, execution.parent.step, shown);
      setStatus(execution.parent.execution, shown);
    }
  };

  const start = (request: StartRequest): Execution => {
    const execution = newExecution(request, { id: newId(), now: timers.now(), newId });
    deps.keep(execution);
    onStatus({ execution, status: "Pending" });
    if (execution.mode === "Interactive") setStatus(execution, "Waiting");
    else soon(() => enter(execution, execution.runbook.mainSteps[0]?.name ?? ""));
    return execution;
  };

  const enter = (execution: Execution, stepName: string) => {
    if (ENDED.has(execution.status)) return;
    if (execution.stepsBegun >= MAX_STEP_RUNS) {
      return end(execution, "Failed", `The execution ran more than ${MAX_STEP_RUNS} steps.`);
    }
    const step = takeStep(execution, stepName, newId);
    if (step === undefined) return end(execution, "Failed", `The runbook has no step "${stepName}".`);
    step.order = ++execution.stepsBegun;
    step.startTime = timers.now();
    attempt(execution, step);
  };

  const attempt = (execution: Execution, step: StepExecution) => {
    setStatus(execution, execution.cancelRequested ? "Cancelling" : "InProgress");
    setStepStatus(execution, step, "InProgress");
    const run: ActionRun = {
      execution,
      step,
      inputs: {},
      now: timers.now,
      wait() {
        setStepStatus(execution, step, "Waiting");
        if (!execution.cancelRequested) setStatus(execution, "Waiting");
      },
      after: (ms, job) => void step.cancelTimers.push(timers.after(ms, () => guarded(run, job))),
      finish: (result) => finish(run, result),
    };
    runs.set(step, run);
    guarded(run, () => begin(run));
  };

  const begin = (run: ActionRun) => {
    const { definition } = run.step;
    const lookup = lookupIn(run.execution, timers.now);
    const { inputs, problem } = prepareInputs(definition, lookup);
    run.inputs = inputs;
    run.step.inputs = shownInputs(inputs);
    if (problem !== undefined) return run.finish(invalidInput(problem));
    const timing = timingOf(definition, lookup);
    if (!timing.ok) return run.finish(invalidInput(timing.problem));
    run.step.maxAttempts = timing.maxAttempts;
    const { timeoutMs } = timing;
    if (timeoutMs !== undefined) {
      const message = `The step did not end within ${timeoutMs / 1000} seconds.`;
      run.after(timeoutMs, () => run.finish({ kind: "failure", status: "TimedOut", message, retryable: true }));
    }
    actionFor(definition.action, { ...deps, startChild: start, stop })(run);
  };

  const finish = (run: ActionRun, result: StepResult) => {
    const { execution, step } = run;
    if (runs.get(step) !== run) return; // over, or an earlier attempt whose child execution reports late
    // The run goes first: releasing it may end a child execution, which reports back here.
    runs.delete(step);
    release(step.cancelTimers);
    if (result.kind === "failure" && result.retryable && step.attempt < step.maxAttempts) {
      step.attempt += 1;
      step.decisions = [];
      return soon(() => {
        if (!ENDED.has(step.status)) attempt(execution, step);
      });
    }
    record(step, result, timers.now());
    setStepStatus(execution, step, result.kind === "success" ? "Success" : result.status);
    goOn(execution, step, result);
  };

  const goOn = (execution: Execution, step: StepExecution, result: StepResult) => {
    const { to, fails } = nextAfter(execution.runbook, step.definition, result);
    if (fails && !execution.cancelRequested) execution.failure ??= step;
    if (execution.mode === "Interactive" && !execution.cancelRequested) return setStatus(execution, "Waiting");
    if (to !== undefined) return soon(() => enter(execution, to));
    if (execution.cancelRequested) return end(execution, "Cancelled");
    end(execution, execution.failure?.status ?? "Success", execution.failure?.failureMessage);
  };

  const end = (execution: Execution, status: Status, failureMessage?: string) => {
    if (ENDED.has(execution.status)) return;
    release(execution.cancelTimers);
    const step = currentStep(execution);
    if (step !== undefined) abandon(execution, step);
    execution.endTime = timers.now();
    if (failureMessage !== undefined && status !== "Success") execution.failureMessage = failureMessage;
    setStatus(execution, status);
    execution.onEnd?.();
  };

  /** Ends a step that nobody will finish. */
  const abandon = (execution: Execution, step: StepExecution) => {
    runs.delete(step);
    release(step.cancelTimers);
    step.endTime = timers.now();
    setStepStatus(execution, step, "Cancelled");
  };

  const stop = (execution: Execution, type: "Cancel" | "Complete") => {
    if (type === "Complete")
      return end(execution, execution.failure?.status ?? "Success", execution.failure?.failureMessage);
    if (execution.cancelRequested) return;
    execution.cancelRequested = true;
    setStatus(execution, "Cancelling");
    const step = currentStep(execution);
    if (step !== undefined) abandon(execution, step);
    const onCancel = step?.definition.onCancel;
    if (!onCancel?.startsWith("step:")) return end(execution, "Cancelled");
    execution.cancelTimers.push(timers.after(CANCEL_STEPS_MS, () => end(execution, "Cancelled")));
    soon(() => enter(execution, onCancel.slice("step:".length)));
  };

  return {
    start,
    enter: (execution, stepName) => soon(() => enter(execution, stepName)),
    runOf: (step) => runs.get(step),
    stop,
  };
}

/** The step execution that is about to run: the one that was Pending from the start, or another for a step run again. */
function takeStep(execution: Execution, name: string, newId: () => string): StepExecution | undefined {
  const pending = execution.steps.find((step) => step.definition.name === name && step.order === 0);
  if (pending !== undefined) return pending;
  const definition = execution.runbook.mainSteps.find((step) => step.name === name);
  if (definition === undefined) return undefined;
  const step = newStep(definition, newId());
  execution.steps.push(step);
  return step;
}

/** What goes wrong in the sandbox itself fails the step and nothing more: most of it runs in timers. */
function guarded(run: ActionRun, job: () => void): void {
  try {
    job();
  } catch (error) {
    console.error("The AWS stand-in failed in a step:", error);
    const message = `The sandbox itself failed; see its output. ${error}`;
    run.finish({ kind: "failure", status: "Failed", message, type: "Internal" });
  }
}

/** Writes a step's result down as the API shows it. A failed step's message begins with its stage, as AWS's do. */
function record(step: StepExecution, result: StepResult, now: number): void {
  step.endTime = now;
  step.outputs = result.outputs ?? step.outputs;
  if (result.response !== undefined) step.response = result.response;
  if (result.kind === "success") {
    step.responseCode = "0";
    return;
  }
  const { stage = "Invocation", type = "Action", message } = result;
  step.responseCode = "1";
  step.response ??= message;
  step.failureMessage = `Step fails when it is ${stage}. ${message}`;
  step.failureDetails = { FailureStage: stage, FailureType: type, Details: result.details ?? {} };
}

function release(cancellations: (() => void)[]): void {
  for (const cancel of cancellations.splice(0)) cancel();
}
