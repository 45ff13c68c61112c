import { type Execution, sortSteps } from "../engine/execution-state.ts";
import type { Resources } from "../resources.ts";
import { executionView, stepView } from "../ssm/execution-views.ts";
import { listChildren } from "../ssm/find-execution.ts";
import { countStaleReads } from "../ssm/undocumented-reads.ts";

/**
 * Describes an execution with facts that the API omits: tags, the sender of each signal, the simulated steps, the earlier
 * turns of steps with reused ids, and the number of replies that showed an older state.
 */
export function describeExecution(execution: Execution, resources: Resources, now: () => number): object {
  return {
    ...executionView(execution, now, listChildren(resources, execution)),
    location: execution.location,
    tags: execution.tags,
    signals: execution.signals.map(({ at, type, payload, principal, stepExecutionId, stepStartedAt }) => ({
      at,
      type,
      payload,
      principal: principal.arn,
      ...(principal.kind === "session" && principal.sourceIdentity !== undefined
        ? { sourceIdentity: principal.sourceIdentity }
        : {}),
      ...(stepExecutionId === undefined ? {} : { stepExecutionId }),
      ...(stepStartedAt === undefined ? {} : { stepStartedAt }),
    })),
    steps: sortSteps(execution).map((step) => ({
      id: step.id,
      name: step.definition.name,
      status: step.status,
      attempt: step.attempt,
      simulated: step.simulated,
    })),
    replacedSteps: execution.replacedSteps.map(stepView),
    staleReads: countStaleReads(execution),
  };
}
