import { z } from "zod";

/**
 * A fault that a test or a person injects into calls. `drop-reply` executes the call, then closes the connection
 * without a reply. `refuse` executes nothing: it accepts the connection, reads the request and closes the connection.
 * The caller sees ECONNRESET and not ECONNREFUSED, because the port must stay open for other callers.
 */
export const faultSchema = z.strictObject({
  /** The operation or method that it affects (`SendAutomationSignal`, `chat.postMessage`), or `*` for any. */
  operation: z.string().default("*"),
  kind: z.enum(["throttle", "error", "delay", "refuse", "drop-reply"]),
  /** The number of calls that it affects. Without it, the fault stays until it is cleared. */
  times: z.int().positive().optional(),
  /** For `error`: the HTTP status (AWS) and the error's code. Each stand-in has its own defaults. */
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** For `error`: executes the call first, then replies with the error. */
  afterExecution: z.boolean().optional(),
  /** For `delay`: milliseconds of machine time before the call is processed. */
  delayMs: z.int().nonnegative().optional(),
  /** For `throttle` in Slack: seconds in the Retry-After header. */
  retryAfterSeconds: z.int().positive().optional(),
});

export type Fault = z.infer<typeof faultSchema>;

/** The fields that every fault has: the affected operation, the kind, and the number of calls. */
export interface BaseFault {
  operation: string;
  kind: string;
  times?: number | undefined;
}

/** The active faults, oldest first. `F` is the stand-in's own fault type. */
export interface Faults<F extends BaseFault = Fault> {
  add(fault: F): void;
  /** Returns the first active fault for this operation and counts one use of it. */
  take(operation: string): F | undefined;
  list(): F[];
  /** Removes the faults of this operation and this kind. An absent criterion matches every fault. */
  clear(which?: { operation?: string | undefined; kind?: string | undefined }): void;
}

export function makeFaults<F extends BaseFault = Fault>(): Faults<F> {
  let active: F[] = [];
  return {
    add(fault) {
      active.push({ ...fault });
    },
    take(operation) {
      const fault = active.find((each) => each.operation === "*" || each.operation === operation);
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times <= 0) active = active.filter((each) => each !== fault);
      }
      return fault;
    },
    list: () => active.map((fault) => ({ ...fault })),
    clear({ operation, kind } = {}) {
      active = active.filter(
        (each) => each.operation !== (operation ?? each.operation) || each.kind !== (kind ?? each.kind),
      );
    },
  };
}
