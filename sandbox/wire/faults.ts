import { z } from "zod";

/**
 * What a fault does to a call. `drop-reply` executes the call and then closes the connection without an answer. `refuse`
 * executes nothing: the connection is accepted, the request read, and then the connection closed (ECONNRESET at the
 * caller, not ECONNREFUSED), since the port must stay open for everybody else.
 */
export const faultSchema = z.strictObject({
  /** The operation or method it strikes (`SendAutomationSignal`, `chat.postMessage`), or `*` for any. */
  operation: z.string().default("*"),
  kind: z.enum(["throttle", "error", "delay", "refuse", "drop-reply"]),
  /** How many calls it strikes before it is used up; absent: until cleared. */
  times: z.int().positive().optional(),
  /** For `error`: the HTTP status (AWS) and the error's code. Each stand-in has its own defaults. */
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** For `error`: the call is executed first, then answered with the error. */
  afterExecution: z.boolean().optional(),
  /** For `delay`: machine milliseconds before the call is looked at. */
  delayMs: z.int().nonnegative().optional(),
  /** For `throttle` in Slack: seconds in the Retry-After header. */
  retryAfterSeconds: z.int().positive().optional(),
});

export type Fault = z.infer<typeof faultSchema>;

/** The least that a stand-in's own kind of fault must say: what it strikes, and how often. */
export interface BaseFault {
  operation: string;
  kind: string;
  times?: number | undefined;
}

/** The faults in force, oldest first. A stand-in with faults of its own gives their type. */
export interface Faults<F extends BaseFault = Fault> {
  add(fault: F): void;
  /** The first fault that strikes this operation now, counted as used. */
  take(operation: string): F | undefined;
  list(): F[];
  /** Takes back the faults of this operation and this kind; without either, all of them. */
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
