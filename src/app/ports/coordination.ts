/** Stored state that the replicas share: who is alive, who owns what, how fast Slack may be called, how targets are. */

/**
 * The right to act on something until it ends, or longer if nobody else takes it. The token grows with each change of
 * owner: a write that names its lease has no effect once another owner has had it.
 */
export interface Lease {
  name: string;
  owner: string;
  token: number;
  until: number;
}

export interface LeaseStore {
  /** Takes or renews the lease; null while another owner holds it. */
  acquire(name: string, owner: string, now: number, until: number): Promise<Lease | null>;
  /** Extends every lease of the owner that nobody else has taken, and returns them. */
  renew(owner: string, until: number): Promise<Lease[]>;
  release(name: string, owner: string): Promise<void>;
  /** Those of the names that nobody holds. */
  findFree(names: readonly string[], now: number): Promise<string[]>;
}

/** The processes that share the database. */
export interface ReplicaStore {
  /** This one lives until then, at least; returns how many live, this one among them. */
  heartbeat(id: string, now: number, until: number): Promise<number>;
  /** This one ends. */
  deregister(id: string): Promise<void>;
}

/** How often a call may be made: one each interval, and `burst` of them at once after a rest. */
export interface RateLimit {
  intervalMs: number;
  burst: number;
}

/** The pace of calls to Slack, kept for all processes together. */
export interface RateLimitStore {
  /** Takes the next turn and returns 0, or returns after how many milliseconds to ask again. */
  acquireSlot(name: string, pace: RateLimit, now: number): Promise<number>;
  /** Nobody's turn comes before then. */
  blockUntil(name: string, until: number): Promise<void>;
  /** Until when each lane is held; lanes that are not held are left out. */
  blocked(now: number): Promise<Map<string, number>>;
}

export interface Poll {
  target: string;
  /** The last good poll; null when there was none. */
  polledAt: number | null;
  /** What the last poll failed with; null when it was good. */
  error: string | null;
}

export interface PollStore {
  all(): Promise<Poll[]>;
}
