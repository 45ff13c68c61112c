import type { BaseFault } from "../../../wire/faults.ts";
import type { JournalEntry } from "../../../wire/journal.ts";

/** The stand-in that a call or a fault belongs to. */
export type Side = "slack" | "aws";

export interface WireCall extends JournalEntry {
  side: Side;
}

/** A fault as `GET /_control/faults` lists it. */
export interface ActiveFault extends BaseFault {
  [field: string]: unknown;
}
