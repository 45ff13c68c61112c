import type { Prng } from "./prng.ts";

/** How AWS, Slack and the bot of a schedule are set up. */
export interface Setting {
  /** Milliseconds by which reads of an execution lag behind, until the faults end. */
  readLagMs: number;
  /** The id of the next turn of a step: a new one, or that of the turn before. */
  stepIds: "new" | "reused";
  /** In whose name signals go: the bot's own, or that of each approver. */
  signers: "bot" | "approvers";
  /** How Slack delivers clicks: over Socket Mode, or as signed HTTP requests. */
  connection: "socket" | "http";
  /** Whether the routes have reminders and escalations. Without them, the bot may notice a deleted message only after minutes. */
  deadlines: boolean;
}

export const PLAIN: Setting = { readLagMs: 0, stepIds: "new", signers: "bot", connection: "socket", deadlines: false };

/** The bot assumes that a read is at most a few seconds behind. */
const MAX_LAG_MS = 8_000;

/** Makes the setting except `deadlines`. */
export function makeSetting(prng: Prng): Omit<Setting, "deadlines"> {
  return {
    readLagMs: prng.chance(0.25) ? prng.int(1_000, MAX_LAG_MS) : 0,
    stepIds: prng.chance(0.35) ? "reused" : "new",
    signers: prng.chance(0.35) ? "approvers" : "bot",
    connection: prng.chance(0.35) ? "http" : "socket",
  };
}
