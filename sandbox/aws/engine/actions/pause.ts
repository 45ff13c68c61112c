import type { Action } from "../action.ts";

/** aws:pause: waits for the signal Resume. Approve and Reject do not fit it. */
export const pause: Action = (run) => run.wait();
