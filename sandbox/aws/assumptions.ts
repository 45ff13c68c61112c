import { z } from "zod";

/**
 * Where AWS's behaviour is not documented and could not be observed, the stand-in assumes something, and the assumption
 * is a switch: `/_control/assumptions` turns it, so that a test can hold the bot against either world. `unknowns.ts` says
 * for each what is assumed and why.
 */
export const assumptionsSchema = z.strictObject({
  /** What a signal of somebody who is not among the Approvers gets. */
  approverNotListed: z.enum(["refuse", "deny", "ignore"]).default("refuse"),
  /** What a second Approve of the same principal for the same step gets. */
  repeatedApproval: z.enum(["ignore", "count", "refuse"]).default("ignore"),
  /** Whether two sessions of one role are two approvers when Approvers names the role. */
  sessionsOfOneRole: z.enum(["distinct", "one"]).default("distinct"),
  /** Whether an execution shows Waiting while a child of it waits. */
  parentOfWaitingChild: z.enum(["InProgress", "Waiting"]).default("InProgress"),
  /** Whether DescribeAutomationExecutions lists child executions without being asked for them. */
  childrenListed: z.boolean().default(true),
  /** Whether a step that begins to wait emits a status-change event. */
  waitingStepEvent: z.boolean().default(true),
  /** Sandbox milliseconds between a signal's acceptance and its effect. */
  signalLagMs: z.int().nonnegative().default(0),
});

export type AssumptionValues = z.infer<typeof assumptionsSchema>;

/** The switches in force. */
export interface Assumptions {
  readonly values: AssumptionValues;
  /** Puts all of them; `assumptionsSchema` fills in what is left out. */
  change(values: AssumptionValues): void;
  reset(): void;
}

export function makeAssumptions(): Assumptions {
  let values = assumptionsSchema.parse({});
  return {
    get values() {
      return values;
    },
    change(changes) {
      values = changes;
    },
    reset() {
      values = assumptionsSchema.parse({});
    },
  };
}
