import { counted } from "../../wire/counted.ts";
import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import { type ActionRun, type StepResult, toInvalidInput } from "./action.ts";
import { continueLoop, type LoopDeps, toLoopFailure } from "./actions/loop.ts";
import { makeConcurrency, QUEUE_CHECK_MS } from "./concurrency.ts";
import {
  type Execution,
  FINAL_STATUSES,
  isInside,
  listActiveSteps,
  type Status,
  type StepExecution,
} from "./execution-state.ts";
import { type ActionDeps, findAction } from "./find-action.ts";
import { findOrAddStep, newExecution, newStep, type StartRequest } from "./new-execution.ts";
import { findNextStep } from "./next-step.ts";
import { runChildren } from "./rate-control.ts";
import { recordResult } from "./record-result.ts";
import { makeStepLookup, toJsonInputs } from "./reference-values.ts";
import { resolveInputs } from "./resolve-inputs.ts";
import type { StepDefinition } from "./runbook.ts";
import type { Simulation } from "./simulation.ts";
import { makeStatuses, type StatusChange } from "./statuses.ts";
import { resolveTiming } from "./step-timing.ts";
import { makeTrampoline } from "./trampoline.ts";

/**
 * Runs executions. The states of an execution:
 *
 *     Pending -> InProgress <-> Waiting -> Success | Failed | TimedOut
 *                     \            \--> Cancelling -> Cancelled
 *
 * The states of a step: Pending -> InProgress (-> Waiting) -> Success | Failed | TimedOut | Cancelled. At most one step
 * of an execution runs at a time, apart from the loops around it. `startStep` and `startIteration` start a step, `finish`
 * ends it, and `continueAfter` selects the next one. `makeStatuses` has the only functions that change a status.
 */
export interface Engine {
  start(request: StartRequest): Execution;
  /** Starts a step by name, in Mode Interactive. */
  startStep(execution: Execution, stepName: string): void;
  /** Returns the run of an active step; undefined for a step that has ended. */
  findRun(step: StepExecution): ActionRun | undefined;
  /** Ends an execution early. Cancel also cancels its child executions; Complete keeps the results so far. */
  stop(execution: Execution, type: "Cancel" | "Complete"): void;
}

export interface EngineDeps {
  timers: SessionTimers;
  newId: () => string;
  simulation: Simulation;
  assumptions: Assumptions;
  /** Finds a runbook for aws:executeAutomation. */
  resolveChild: ActionDeps["resolveChild"];
  /** Saves an execution, so that other operations find it by its id. */
  saveExecution: (execution: Execution) => void;
  onStatus: (change: StatusChange) => void;
}

/** Ends infinite loops. AWS has a limit as well, but does not document the number. */
const MAX_STEP_RUNS = 1000;
/** Time for the onCancel steps of a cancelled automation. Source: "Systems Manager Automation actions reference". */
const CANCEL_STEPS_MS = 120_000;

export function makeEngine(deps: EngineDeps): Engine {
  const { timers, newId, assumptions, onStatus } = deps;
  const runs = new Map<StepExecution, ActionRun>();
  const schedule = makeTrampoline();
  const { setStatus, setStepStatus, setLoopStatus } = makeStatuses(deps);

  const concurrency = makeConcurrency(assumptions);

  const start = (request: StartRequest): Execution => {
    const execution = newExecution(request, {
      ...{ id: newId(), now: timers.now(), newId },
      childrenRunAs: assumptions.values.childrenRunAs,
    });
    deps.saveExecution(execution);
    onStatus({ execution, status: "Pending" });
    const delay = assumptions.values.startDelayMs;
    if (delay === 0) schedule(() => begin(execution));
    else execution.cancelTimers.push(timers.after(delay, () => begin(execution)));
    return execution;
  };

  /** Starts the work of a Pending execution. */
  const begin = (execution: Execution) => {
    if (FINAL_STATUSES.has(execution.status) || execution.cancelRequested) return;
    if (!concurrency.admits(execution)) {
      execution.cancelTimers.push(timers.after(QUEUE_CHECK_MS, () => begin(execution)));
      return;
    }
    if (execution.isChangeRequest) setStatus(execution, "PendingApproval");
    else if (execution.rateControl !== undefined) {
      setStatus(execution, "InProgress");
      runChildren(
        { startChild, end, isFinal: ({ status }) => FINAL_STATUSES.has(status) },
        execution,
        execution.rateControl,
      );
    } else if (execution.mode === "Interactive") setStatus(execution, "Waiting");
    else startStep(execution, execution.runbook.mainSteps[0]?.name ?? "");
  };

  const startChild = (parent: Execution, target: string, onEnd: () => void): Execution => {
    const { location, document, runbook, executedBy, rateControl } = parent;
    const name = rateControl?.parameterName ?? "";
    const isList = /^(StringList|List<.*>)$/.test(runbook.parameters[name]?.type ?? "");
    const parameters = { ...parent.parameters, [name]: isList ? [target] : target };
    const link = { parent: { execution: parent }, target, onEnd };
    const child = start({ location, document, runbook, executedBy, parameters, ...link });
    parent.cancelTimers.push(() => {
      if (!FINAL_STATUSES.has(child.status)) stop(child, "Cancel");
    });
    return child;
  };

  const startStep = (execution: Execution, stepName: string) => {
    if (FINAL_STATUSES.has(execution.status)) return;
    const step = findOrAddStep(execution, stepName, newId, assumptions.values.stepIds);
    if (step === undefined) return end(execution, "Failed", `The runbook has no step "${stepName}".`);
    runStep(execution, step);
  };

  const runStep = (execution: Execution, step: StepExecution) => {
    if (FINAL_STATUSES.has(execution.status)) return;
    if (execution.stepsBegun >= MAX_STEP_RUNS) {
      return end(execution, "Failed", `The execution ran more than ${MAX_STEP_RUNS} steps.`);
    }
    step.order = ++execution.stepsBegun;
    step.startTime = timers.now();
    startAttempt(execution, step);
  };

  /** Starts a step inside a loop. Each iteration has new step executions. */
  const startInner = (execution: Execution, siblings: StepDefinition[], name: string, loop: StepExecution["loop"]) => {
    const definition = siblings.find((each) => each.name === name);
    if (definition === undefined) throw new Error(`The loop has no step "${name}".`);
    const step = newStep(definition, newId(), siblings, loop);
    execution.steps.push(step);
    runStep(execution, step);
  };

  const loopDeps: LoopDeps = {
    startIteration({ execution, step }, siblings) {
      const loop = { step, iteration: 1, ...step.current };
      schedule(() => {
        if (!FINAL_STATUSES.has(step.status)) startInner(execution, siblings, siblings[0]?.name ?? "", loop);
      });
    },
    lookup: (run) => makeStepLookup(run, timers.now, assumptions.values.skippedOutput),
  };

  const startAttempt = (execution: Execution, step: StepExecution) => {
    setStatus(execution, execution.cancelRequested ? "Cancelling" : "InProgress");
    setStepStatus(execution, step, "InProgress");
    const run: ActionRun = {
      execution,
      step,
      inputs: {},
      now: timers.now,
      wait() {
        setStepStatus(execution, step, "Waiting");
        setLoopStatus(execution, step, "Waiting");
        if (!execution.cancelRequested) setStatus(execution, "Waiting");
      },
      after: (ms, job) => void step.cancelTimers.push(timers.after(ms, () => runSafely(run, job))),
      finish: (result) => finish(run, result),
    };
    runs.set(step, run);
    runSafely(run, () => runAction(run));
  };

  const runAction = (run: ActionRun) => {
    const { definition } = run.step;
    const lookup = loopDeps.lookup(run);
    const { inputs, problem } = resolveInputs(definition, lookup);
    run.inputs = inputs;
    run.step.inputs = toJsonInputs(inputs);
    if (problem !== undefined) return run.finish(toInvalidInput(problem));
    const timing = resolveTiming(definition, lookup);
    if (!timing.ok) return run.finish(toInvalidInput(timing.problem));
    run.step.maxAttempts = timing.maxAttempts;
    const { timeoutMs } = timing;
    if (timeoutMs !== undefined) {
      const message = `The step did not end within ${counted(timeoutMs / 1000, "second")}.`;
      run.after(timeoutMs, () => run.finish({ kind: "failure", status: "TimedOut", message, retryable: true }));
    }
    findAction(definition.action, { ...deps, ...loopDeps, startChild: start, stop })(run);
  };

  const finish = (run: ActionRun, result: StepResult) => {
    const { execution, step } = run;
    if (runs.get(step) !== run) return; // the step has ended, or this is the late result of an earlier attempt
    // Delete the run first: cancelling its timers can end a child execution, which calls `finish` again.
    runs.delete(step);
    cancelAll(step.cancelTimers);
    for (const inner of listActiveSteps(execution).filter((each) => isInside(each, step))) cancelStep(execution, inner);
    setLoopStatus(execution, step, "InProgress");
    if (result.kind === "failure" && result.retryable && step.attempt < step.maxAttempts) {
      step.attempt += 1;
      step.decisions = [];
      return schedule(() => {
        if (!FINAL_STATUSES.has(step.status)) startAttempt(execution, step);
      });
    }
    recordResult(step, result, timers.now());
    setStepStatus(execution, step, result.kind === "success" ? "Success" : result.status);
    continueAfter(execution, step, result);
  };

  const continueAfter = (execution: Execution, step: StepExecution, result: StepResult) => {
    const { to, fails } = findNextStep(step.siblings, step.definition, result);
    if (step.loop !== undefined && !execution.cancelRequested) return continueInLoop(execution, step, result, to);
    if (fails && !execution.cancelRequested) execution.failure ??= step;
    if (execution.mode === "Interactive" && !execution.cancelRequested) return setStatus(execution, "Waiting");
    if (to !== undefined) return schedule(() => startSibling(execution, step, to));
    if (execution.cancelRequested) return end(execution, "Cancelled");
    end(execution, execution.failure?.status ?? "Success", execution.failure?.failureMessage);
  };

  /** Continues a loop after one of its steps. A step that fails with onFailure Abort fails the loop and the execution. */
  const continueInLoop = (execution: Execution, step: StepExecution, result: StepResult, to: string | undefined) => {
    const loopRun = step.loop === undefined ? undefined : runs.get(step.loop.step);
    if (loopRun === undefined) return; // the loop has ended
    const aborts = result.kind === "failure" && (step.definition.onFailure ?? "Abort") === "Abort";
    if (aborts) {
      execution.failure ??= step;
      return loopRun.finish(toLoopFailure(step.definition.name, result));
    }
    if (to !== undefined) schedule(() => startSibling(execution, step, to));
    else runSafely(loopRun, () => continueLoop(loopDeps, loopRun));
  };

  const startSibling = (execution: Execution, step: StepExecution, name: string) => {
    if (step.loop === undefined) startStep(execution, name);
    else startInner(execution, step.siblings, name, step.loop);
  };

  const end = (execution: Execution, status: Status, failureMessage?: string) => {
    if (FINAL_STATUSES.has(execution.status)) return;
    cancelAll(execution.cancelTimers);
    for (const step of listActiveSteps(execution)) cancelStep(execution, step);
    execution.endTime = timers.now();
    if (failureMessage !== undefined && status !== "Success") execution.failureMessage = failureMessage;
    setStatus(execution, status);
    execution.onEnd?.();
  };

  /** Ends a step without a result. */
  const cancelStep = (execution: Execution, step: StepExecution) => {
    runs.delete(step);
    cancelAll(step.cancelTimers);
    step.endTime = timers.now();
    setStepStatus(execution, step, "Cancelled");
  };

  const stop = (execution: Execution, type: "Cancel" | "Complete") => {
    if (type === "Complete")
      return end(execution, execution.failure?.status ?? "Success", execution.failure?.failureMessage);
    if (execution.cancelRequested) return;
    execution.cancelRequested = true;
    setStatus(execution, "Cancelling");
    const active = listActiveSteps(execution);
    for (const step of active) cancelStep(execution, step);
    const [innermost] = active;
    const onCancel = innermost?.definition.onCancel;
    if (innermost === undefined || !onCancel?.startsWith("step:")) return end(execution, "Cancelled");
    execution.cancelTimers.push(timers.after(CANCEL_STEPS_MS, () => end(execution, "Cancelled")));
    schedule(() => startSibling(execution, innermost, onCancel.slice("step:".length)));
  };

  return {
    start,
    startStep: (execution, stepName) => schedule(() => startStep(execution, stepName)),
    findRun: (step) => runs.get(step),
    stop,
  };
}

/** Runs `job`. An error of the sandbox fails only this step: most jobs run in timers, where no caller catches it. */
function runSafely(run: ActionRun, job: () => void): void {
  try {
    job();
  } catch (error) {
    console.error("The AWS stand-in failed in a step:", error);
    const message = `The sandbox failed. Its output shows the error: ${error}`;
    run.finish({ kind: "failure", status: "Failed", message, type: "Internal" });
  }
}

function cancelAll(cancellations: (() => void)[]): void {
  for (const cancel of cancellations.splice(0)) cancel();
}
