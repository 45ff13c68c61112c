import type { Action } from "./action.ts";
import { approve } from "./actions/approve.ts";
import { branch } from "./actions/branch.ts";
import { type ChildDeps, executeAutomation } from "./actions/execute-automation.ts";
import { type LoopDeps, loop } from "./actions/loop.ts";
import { pause } from "./actions/pause.ts";
import { simulateAction } from "./actions/simulate-action.ts";
import { sleep } from "./actions/sleep.ts";
import { updateVariable } from "./actions/update-variable.ts";
import type { Simulation } from "./simulation.ts";

export interface ActionDeps extends ChildDeps, LoopDeps {
  simulation: Simulation;
}

/** Finds the implementation of an action. All other actions are simulated. */
export function findAction(name: string, deps: ActionDeps): Action {
  switch (name) {
    case "aws:approve":
      return approve;
    case "aws:pause":
      return pause;
    case "aws:sleep":
      return sleep;
    case "aws:branch":
      return branch;
    case "aws:updateVariable":
      return updateVariable;
    case "aws:loop":
      return loop(deps);
    case "aws:executeAutomation":
      return executeAutomation(deps);
    default:
      return simulateAction(deps.simulation);
  }
}
