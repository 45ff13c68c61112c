/** An execution that the bot reads until its requests are closed and the list of waiting executions no longer has it. */
export interface WatchedExecution {
  target: string;
  executionId: string;
  /** What the list showed of it. */
  fingerprint: string;
  /** The next read. */
  nextReadAt: number;
  /** The number of consecutive reads without a change. */
  unchangedReads: number;
  /** The first of the consecutive reads to which AWS replied "not found"; absent or null if the last one found it. */
  notFoundSince?: number | null;
  /** When AWS was asked for the first list or read with this fingerprint; absent or null if none showed it. */
  listedAt?: number | null;
  /** When the newest event about it arrived; absent or null without one. */
  announcedAt?: number | null;
  /** The first of the consecutive reads that contradicted a newer observation; absent or null if the last one did not. */
  staleSince?: number | null;
}

export interface ExecutionStore {
  /** Returns the watched executions of the target in the order of their ids: all, or the next ones of a page. */
  watched(target: string, page?: { after: string; limit: number }): Promise<WatchedExecution[]>;
  /** Returns the number of the target's watched executions. */
  count(target: string): Promise<number>;
  find(target: string, executionId: string): Promise<WatchedExecution | null>;
  /**
   * Records a read that contradicts a newer observation, and returns the time of the first one since a read that did not. An
   * execution that is not watched is watched again, so that this time is stored.
   */
  recordStale(execution: { target: string; executionId: string }, at: number): Promise<number>;
  /** Records a read that contradicts nothing. */
  clearStale(execution: { target: string; executionId: string }): Promise<void>;
  /**
   * Makes a read of each execution due now, also while one is in progress: that one may be older than the event. An
   * execution that is not watched yet is watched if it may wait.
   */
  announce(events: readonly { target: string; executionId: string; mayWait: boolean }[], at: number): Promise<void>;
  /** Makes the read due now, also while one is in progress: that one may not show the reason for this call. */
  wake(target: string, executionId: string, at: number): Promise<void>;
  /** The same for several, in one commit. */
  wakeAll(target: string, executionIds: readonly string[], at: number): Promise<void>;
  /** Returns executions to read, earliest first. */
  due(target: string, now: number, limit: number): Promise<WatchedExecution[]>;
  /** Returns the targets that have executions to read. */
  dueTargets(now: number): Promise<string[]>;
}
