import fc from "fast-check";
import type { Authority, RequestedAction, Verdict } from "../../src/core/request.ts";
import { SIGNAL_OUTCOMES, type SignalOutcome } from "../support/gates.ts";

export const PEOPLE = ["U0ANN", "U0BEN", "U0CAT", "U0DAN", "U0EVE", "U0FAY", "U0GUS"];
/** Eve is named as an approver but belongs to another workspace. */
export const EXTERNAL = "U0EVE";
/** Ann started the execution and may not approve it. */
export const REQUESTER = "U0ANN";
/** Dan may break glass; he is an approver only while he is a member of the group. */
export const ADMIN = "U0DAN";

export const WORKERS = ["poll", "sync", "deliver", "vote", "signal"] as const;
export type Worker = (typeof WORKERS)[number];

export type ModelEvent =
  | { kind: "click"; user: string; verdict: RequestedAction; authority: Authority; message: number }
  | { kind: "membership"; user: string; member: boolean }
  | { kind: "elsewhere"; verdict: Verdict }
  | { kind: "ends"; status: "Cancelled" | "TimedOut" }
  | { kind: "signal-outcome"; outcome: SignalOutcome }
  /** Whether AWS accepts the bot in the session of this person; matters only if each person signals with a session. */
  | { kind: "trust"; user: string; trusted: boolean }
  | { kind: "time"; ms: number }
  | { kind: "work"; worker: Worker; together: number }
  /** One second: each worker runs once. */
  | { kind: "second" }
  | { kind: "crash" };

export const weighted = (weight: number, arbitrary: fc.Arbitrary<ModelEvent>) => ({ weight, arbitrary });
export const is = <Kind extends ModelEvent["kind"]>(kind: Kind) => fc.constant(kind);
export const verdict = fc.constantFrom<Verdict>("approve", "approve", "approve", "approve", "reject");
export const requestedAction = fc.constantFrom<RequestedAction>(
  "approve",
  "approve",
  "approve",
  "approve",
  "reject",
  "withdraw",
);
export const authority = fc.constantFrom<Authority>(...Array<Authority>(9).fill("approver"), "break-glass");
export const user = fc.constantFrom(...PEOPLE);
export const signalOutcome = fc.constantFrom<SignalOutcome>(...SIGNAL_OUTCOMES);
export const ms = fc.constantFrom(1, 1_000, 5_000, 20_000, 60_000, 300_000, 700_000);

export const event: fc.Arbitrary<ModelEvent> = fc.oneof(
  weighted(
    30,
    fc.record({ kind: is("click"), user, verdict: requestedAction, authority, message: fc.nat({ max: 5 }) }),
  ),
  weighted(30, fc.record({ kind: is("second") })),
  weighted(
    12,
    fc.record({ kind: is("work"), worker: fc.constantFrom(...WORKERS), together: fc.integer({ min: 1, max: 3 }) }),
  ),
  weighted(8, fc.record({ kind: is("signal-outcome"), outcome: signalOutcome })),
  weighted(6, fc.record({ kind: is("time"), ms })),
  weighted(4, fc.record({ kind: is("membership"), user, member: fc.boolean() })),
  weighted(4, fc.record({ kind: is("trust"), user, trusted: fc.boolean() })),
  weighted(2, fc.record({ kind: is("crash") })),
  weighted(1, fc.record({ kind: is("elsewhere"), verdict })),
  weighted(1, fc.record({ kind: is("ends"), status: fc.constantFrom("Cancelled" as const, "TimedOut" as const) })),
);
