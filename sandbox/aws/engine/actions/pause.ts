import type { Action } from "../action.ts";

/** aws:pause: waits for the signal Resume. Approve and Reject are invalid for it. */
export const pause: Action = (run) => run.wait();
