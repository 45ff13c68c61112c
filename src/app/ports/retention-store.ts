/** What one batch deleted. */
export interface DeletedBatch {
  records: number;
  requests: number;
  /** Whether more may be deleted at once. */
  more: boolean;
  /** The first request that stays, and why; null if there is no further record. */
  keeps: { requestId: string; reason: RetentionReason } | null;
}

/** `recent`: a record is younger than the retention. Every other reason means that something about an old request is unfinished. */
export type RetentionReason =
  | "recent"
  | "not closed"
  | "execution watched"
  | "event not published"
  | "message not delivered"
  | "notice not delivered"
  | "recipients not resolved"
  | "signal not verified"
  | "attempt not resolved"
  | "click not answered";

export interface RetentionStore {
  /** Tells whether the next run is due. */
  isDue(now: number): Promise<boolean>;
  /** Claims the next batch; false if another replica has it. */
  claim(now: number, until: number): Promise<boolean>;
  /** Records when the next run is due. */
  schedule(at: number): Promise<void>;
  /**
   * Deletes the oldest records, at most `limit` and only those of requests that nothing needs any more, and sets the
   * checkpoint. A request is deleted with its last record. Null: another replica deleted them.
   */
  deleteBatch(cutoff: number, limit: number): Promise<DeletedBatch | null>;
  /** Finds the old and unfinished request before which retention stops; null if it does not stop before one. */
  findStop(cutoff: number): Promise<DeletedBatch["keeps"]>;
  /** Deletes rows of other tables that nothing has needed since `cutoff`, and that belong to no request. */
  deleteExpired(cutoff: number): Promise<void>;
}
