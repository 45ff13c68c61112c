import type { StoredRecord } from "../../core/audit.ts";
import type { ChainEnds } from "../../core/verify-chain.ts";

/** Reads the audit records, also while a bot writes them. Nothing is changed. */
export interface AuditTrail {
  /** Returns the ends of the chain that the database claims to have; null if they are missing. */
  ends(): Promise<ChainEnds | null>;
  /** Returns the next records after this number, in order; null: from the first. */
  page(after: number | null, limit: number): Promise<StoredRecord[]>;
  close(): Promise<void>;
}
