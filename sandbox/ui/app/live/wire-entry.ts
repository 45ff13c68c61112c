export type Side = "slack" | "aws";

/** A call as a stand-in's journal has it. */
export interface WireEntry {
  seq: number;
  /** Epoch milliseconds on the sandbox's clock. */
  at: number;
  operation: string;
  principal?: string;
  input: unknown;
  executed: boolean;
  outcome: { status: number; body: unknown; fault?: string };
}

export interface SidedEntry extends WireEntry {
  side: Side;
}

export interface FaultInForce {
  operation: string;
  kind: string;
  times?: number;
  [more: string]: unknown;
}

export interface BotStatus {
  running: boolean;
  pid: number | null;
  lastExit: number | string | null;
  starts: number;
  lines: string[];
}
