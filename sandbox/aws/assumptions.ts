import { z } from "zod";

/**
 * Settings for AWS behavior that is neither documented nor observed. Each one is an assumption of the stand-in.
 * `/_control/assumptions` changes it, so that a test can run the bot against each alternative. `unknowns.ts` gives the
 * reason for each default. `sample` is the value with which `npm run test:all` tests a number.
 */
export const assumptionsSchema = z.strictObject({
  /** The reply to a signal from a principal that Approvers does not list. */
  approverNotListed: z.enum(["refuse", "deny", "ignore"]).default("refuse"),
  /** The reply to a second Approve from the same principal for the same step. */
  repeatedApproval: z.enum(["ignore", "count", "refuse"]).default("ignore"),
  /** Whether two sessions of one role count as two approvers if Approvers lists the role. */
  sessionsOfOneRole: z.enum(["distinct", "one"]).default("distinct"),
  /** The status of an execution while its child execution waits. */
  parentOfWaitingChild: z.enum(["InProgress", "Waiting"]).default("InProgress"),
  /** The status of an aws:loop step while a step inside it waits. */
  loopOfWaitingStep: z.enum(["InProgress", "Waiting"]).default("InProgress"),
  /** The value of a reference to an output of a step that was skipped. */
  skippedOutput: z.enum(["literal", "empty"]).default("literal"),
  /** Whether DescribeAutomationExecutions lists child executions without a filter that selects them. */
  childrenListed: z.boolean().default(true),
  /** Whether a list of executions or steps that ends with a full page has a token for an empty next page. */
  fullLastPage: z.enum(["no-token", "token"]).default("no-token"),
  /** Who runs child executions: the requester of the first one, or a role of their own. */
  childrenRunAs: z.enum(["requester", "role"]).default("requester"),
  /** Whether a step emits a status-change event when it starts to wait. */
  waitingStepEvent: z.boolean().default(true),
  /** Whether an execution emits a status-change event when it starts to wait. */
  waitingExecutionEvent: z.boolean().default(true),
  /** Sandbox milliseconds between a status change or an API call and the message in the queue. */
  eventDelayMs: z.int().nonnegative().default(0).meta({ sample: 1000 }),
  /** The order in which events of the same moment arrive. */
  eventOrder: z.enum(["kept", "reversed"]).default("kept"),
  /** The number of messages for one event. */
  eventCopies: z.int().positive().max(5).default(1).meta({ sample: 2 }),
  /** Whether the accounts have a trail, so that EventBridge gets an event for each API call. */
  trail: z.boolean().default(true),
  /** Sandbox milliseconds between StartAutomationExecution and the first step. Until then the status is Pending. */
  startDelayMs: z.int().nonnegative().default(0).meta({ sample: 1000 }),
  /** The number of executions in an account and Region that run or wait at the same time. Further ones stay Pending until one ends. */
  concurrentExecutions: z.int().positive().nullable().default(null).meta({ sample: 100 }),
  /** Sandbox milliseconds between a signal's acceptance and its effect. */
  signalLagMs: z.int().nonnegative().default(0).meta({ sample: 1000 }),
  /** Whether an accepted Approve or Reject has an effect. */
  signalEffect: z.enum(["decides", "none"]).default("decides"),
  /** The id of a step that runs again: a new one, or that of its last run, which it then replaces. */
  stepIds: z.enum(["new", "reused"]).default("new"),
  /** Sandbox milliseconds by which GetAutomationExecution lags: it repeats the reply to a read that is at least that old. */
  readLagMs: z.int().nonnegative().default(0).meta({ sample: 1000 }),
  /** The form of the output ApproverDecisions: maps with ARNs, names without ARNs, or none. */
  approverDecisions: z.enum(["maps", "names", "hidden"]).default("maps"),
});

export type AssumptionValues = z.infer<typeof assumptionsSchema>;

/** The current settings. */
export interface Assumptions {
  readonly values: AssumptionValues;
  /** Replaces all settings. */
  change(values: AssumptionValues): void;
  reset(): void;
}

/** Makes the settings; `initial` are those that differ from the defaults. */
export function makeAssumptions(initial: Partial<AssumptionValues> = {}): Assumptions {
  let values = assumptionsSchema.parse(initial);
  return {
    get values() {
      return values;
    },
    change(newValues) {
      values = newValues;
    },
    reset() {
      values = assumptionsSchema.parse(initial);
    },
  };
}
