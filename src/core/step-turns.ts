import type { ObservedStep } from "./execution.ts";
import type { ApprovalRequest } from "./request.ts";

/** AWS accepts no request whose time is further off its own: so its times and ours differ by less. Source: Signature Version 4. */
export const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;

/**
 * A step execution is known by its id and its start time: whether AWS gives the next turn of a loop, or a retry, the same
 * id is not documented. Times within this distance are of the same turn, because different operations may round them.
 */
const SAME_TURN_MS = 1_000;

export interface StepTurns {
  /** Returns the step that a request is about; undefined if the read does not show its turn. */
  findStep(request: ApprovalRequest): ObservedStep | undefined;
  /** Returns the request about a step; undefined if there is none for its turn. */
  findRequest(step: ObservedStep): ApprovalRequest | undefined;
  /** Tells whether the step is a turn that began after every known one. A missing time never makes a later turn. */
  isNew(step: ObservedStep): boolean;
  /** Tells whether the read shows a later turn of the request's step, so that the request's own turn is over. */
  isReplaced(request: ApprovalRequest): boolean;
}

/** Matches the steps of a read with the requests of its execution. `known`: in the order in which they were opened. */
export function matchTurns(steps: readonly ObservedStep[], known: readonly ApprovalRequest[]): StepTurns {
  const turnsById = Map.groupBy(known, (request) => request.stepExecutionId);
  const requests = new Map<ObservedStep, ApprovalRequest>();
  const stepsByRequest = new Map<string, ObservedStep>();
  const replaced = new Set<string>();
  const isNew = (step: ObservedStep) => {
    const last = turnsById.get(step.stepExecutionId ?? "")?.at(-1);
    return last === undefined || isLater(step.startedAt, last.facts.waitingSince);
  };
  for (const step of steps) {
    const turns = turnsById.get(step.stepExecutionId ?? "") ?? [];
    const own = findTurn(turns, step.startedAt);
    for (const turn of turns) if (isLater(step.startedAt, turn.facts.waitingSince)) replaced.add(turn.id);
    if (own === undefined) continue;
    requests.set(step, own);
    stepsByRequest.set(own.id, step);
  }
  return {
    findStep: ({ id }) => stepsByRequest.get(id),
    findRequest: (step) => requests.get(step),
    isNew,
    isReplaced: ({ id }) => replaced.has(id) && !stepsByRequest.has(id),
  };
}

/** Finds the request of a step's turn. Where a time is missing, the step is the latest turn. */
function findTurn(turns: readonly ApprovalRequest[], startedAt: number | null): ApprovalRequest | undefined {
  const same = turns.find(({ facts }) => isSame(startedAt, facts.waitingSince));
  if (same !== undefined) return same;
  const last = turns.at(-1);
  return startedAt === null || last?.facts.waitingSince === null ? last : undefined;
}

function isSame(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && Math.abs(one - other) <= SAME_TURN_MS;
}

function isLater(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one - other > SAME_TURN_MS;
}
