/** State that replicas share: live replicas, leases, Slack's rate limits and the health of targets. Times are epoch ms. */

/**
 * The right of one owner to do something. It lasts until `until`, and after that until another owner acquires it. The
 * token grows with each change of owner, so that a write under an earlier ownership is recognized.
 */
export interface Lease {
  name: string;
  owner: string;
  token: number;
  until: number;
  /**
   * The free row that was observed instead of acquired; its token is null if there was none. The first guarded write
   * acquires the lease in its own transaction, unless somebody has owned it since.
   */
  replaces?: { token: number | null; until: number };
}

export interface LeaseStore {
  /**
   * Observes the lease without a write; null while another owner has it. The token is the one that the owner will have.
   * What is read between this call and a successful guarded write has been read as if under the lease.
   */
  observe(name: string, owner: string, now: number, until: number): Promise<Lease | null>;
  /** Acquires or renews the lease; null while another owner has it. */
  acquire(name: string, owner: string, now: number, until: number): Promise<Lease | null>;
  /** Acquires or renews those of the leases that no other owner has, in one commit, and returns them. */
  acquireAll(names: readonly string[], owner: string, now: number, until: number): Promise<Lease[]>;
  /** Extends every lease of this owner that no other owner has acquired, and returns them. */
  renew(owner: string, until: number): Promise<Lease[]>;
  /** Ends the lease, if it is this owner's. */
  release(name: string, owner: string): Promise<void>;
  /** Returns those of the names that no owner has. */
  findFree(names: readonly string[], now: number): Promise<string[]>;
}

/**
 * Returns until when, on the clock as it is set now, this process may act on what it has claimed at `since`: until its
 * heartbeat expires; 0 if that has expired once since then. After that, another replica may have taken the claim over.
 * `since` is a time of `Clock.elapsed`, which is never set.
 */
export type AliveUntil = (since: number) => number;

/** The processes that share the database. */
export interface ReplicaStore {
  /** Marks this replica alive until `until`; returns the number of live replicas, this one included. */
  heartbeat(id: string, now: number, until: number): Promise<number>;
  /** Removes the replicas whose heartbeat has expired, releases everything that they claimed, and returns their ids. */
  releaseDead(now: number): Promise<string[]>;
  /** Removes this replica, which is about to end. */
  deregister(id: string): Promise<void>;
}

/** One call each interval. After a pause, up to `burst` calls at once. */
export interface RateLimit {
  intervalMs: number;
  burst: number;
}

/** The rate limits of calls to Slack, which count the calls of all replicas together. */
export interface RateLimitStore {
  /** Takes a slot for one call and returns 0; if there is none, returns the milliseconds after which to try again. */
  acquireSlot(name: string, limit: RateLimit, now: number): Promise<number>;
  /** Records a Retry-After: no replica gets a slot until it has elapsed. An earlier end changes nothing. */
  blockUntil(name: string, until: number): Promise<void>;
  /** Returns the end of each rate limit's last block. Blocks that ended at `since` or before are left out. */
  blocked(since: number): Promise<Map<string, number>>;
}

/** The health of one target. */
export interface Poll {
  target: string;
  /** The last successful poll; null before the first. */
  polledAt: number | null;
  /** The error of the last poll; null if it succeeded. */
  error: string | null;
  /** The time between two polls: it is longer while events announce every change. */
  everyMs: number;
  /** The last change without an event, while the target is polled at the normal interval because of it; else null. */
  unannouncedAt: number | null;
}

export interface PollRow extends Poll {
  /** The replica that made the last poll still runs. */
  live: boolean;
}

export interface PollStore {
  all(): Promise<PollRow[]>;
  /** Returns the stored `unannouncedAt` of a target; null without one. */
  unannouncedAt(target: string): Promise<number | null>;
}
