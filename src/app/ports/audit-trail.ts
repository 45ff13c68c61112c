import type { AuditKind, StoredRecord } from "../../core/audit-records.ts";
import type { ChainEnds } from "../../core/verify-chain.ts";

/** `since`: at this time or later; `until`: before this time. Epoch milliseconds; null: without such an end. */
export interface TrailFilter {
  since: number | null;
  until: number | null;
  kind?: AuditKind;
  /** Only records `decided` and `closed` of requests whose record `requested` is missing. */
  isOpeningMissing?: true;
}

/** Reads the audit records, also while a bot writes them. Nothing is changed. */
export interface AuditTrail {
  /** Returns the ends of the chain that the database claims to have; null if they are missing. */
  ends(): Promise<ChainEnds | null>;
  /** Returns the next records after this number, in order; null: from the first. */
  page(after: number | null, limit: number, filter?: TrailFilter): Promise<StoredRecord[]>;
  /** Returns the records of these requests, in order. */
  ofRequests(requestIds: readonly string[]): Promise<StoredRecord[]>;
  /** Finds the ids of requests by the id of their execution, its first characters, or the id of the request; oldest first. */
  findRequests(id: string): Promise<string[]>;
  close(): Promise<void>;
}
