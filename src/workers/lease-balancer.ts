import type { Clock, Log } from "../app/ports/aws.ts";
import type { AliveUntil, Lease, LeaseStore, ReplicaStore } from "../app/ports/coordination.ts";
import { startLoop } from "./loop.ts";
import type { WakeUps } from "./wake-ups.ts";

/**
 * How long a replica counts as alive, and owns its leases, without a heartbeat. With a heartbeat every third of it,
 * another replica owns a dead replica's leases after 20 s at most: 15 s until they end, and 5 s until its own next
 * heartbeat.
 */
export const TARGET_LEASE_MS = 15_000;
export const HEARTBEAT_MS = TARGET_LEASE_MS / 3;

/** The leases that one commit acquires. */
const MAX_BATCH = 100;

export interface LeaseBalancer {
  /** Returns the lease while this replica owns it. */
  lease(name: string): Lease | null;
  aliveUntil: AliveUntil;
  /** Releases every lease, so that others need not wait until it expires. */
  stop(): Promise<void>;
}

interface LeaseBalancerOptions {
  /** This replica. */
  id: string;
  /** The leases that all replicas share out among themselves. */
  names: readonly string[];
  leases: LeaseStore;
  replicas: ReplicaStore;
  wakeUps: WakeUps;
  clock: Clock;
  random: () => number;
  log: Log;
}

/**
 * Shares out, among the live replicas, the work that only one replica at a time may do. Each heartbeat marks this replica
 * alive, renews its leases, releases the claims of replicas whose heartbeat has expired, releases leases beyond an even
 * share, and acquires free ones up to it.
 *
 * States of this replica:
 * - alive: from a heartbeat until TARGET_LEASE_MS after it. Ends when no heartbeat succeeds in that time.
 * - expired: it was paused, or cannot reach the database. It must not post or signal, because another replica may have taken
 *   over what it had claimed. Ends with the next heartbeat; claims from before that stay lost.
 *
 * States of a lease, as one replica sees it:
 * - free: no live replica owns it. Ends when a replica acquires it.
 * - owned: until `until`, which each heartbeat extends. Ends when the replica releases it, or misses its heartbeats.
 * - expired: the owner did not renew it in time, for instance while it was paused. `lease` no longer returns it, and
 *   another replica may acquire it, which raises its token.
 */
export function startLeaseBalancer(options: LeaseBalancerOptions): LeaseBalancer {
  const { id, names, leases, replicas, wakeUps, clock, log } = options;
  const owned = new Map<string, Lease>();
  const life: Life = { since: 0, until: 0, elapsedUntil: 0 };
  /** The heartbeat expires when either clock says so: after the one has been set back, the other one is right. */
  const aliveUntil = () => Math.min(life.until, clock.now() + life.elapsedUntil - clock.elapsed());

  const loop = startLoop({
    name: "leases",
    topics: [],
    wakeUps,
    everyMs: HEARTBEAT_MS,
    clock,
    log,
    async round(abort) {
      const live = await renew(options, owned, life);
      await releaseDead(options);
      const share = Math.ceil(names.length / Math.max(1, live));
      await releaseBeyond(share, live, options, owned);
      await acquireUpTo(share, live, options, owned, abort);
      return undefined;
    },
  });

  return {
    lease(name) {
      const lease = owned.get(name);
      return lease !== undefined && clock.now() < Math.min(lease.until, aliveUntil()) ? lease : null;
    },
    aliveUntil: (since) => (since >= life.since ? aliveUntil() : 0),
    async stop() {
      await loop.stop();
      const released = [...owned.keys()];
      owned.clear();
      try {
        await replicas.deregister(id);
        for (const name of released) await leases.release(name, id);
      } catch (error) {
        log.warn({ event: "lease.release-failed", err: error }, "cannot release the leases; they expire");
      }
    },
  };
}

type OwnedLeases = Map<string, Lease>;

/** The time without a gap in which this replica's heartbeat has not expired. */
interface Life {
  /** On the clock that is never set. */
  since: number;
  /** The end, on the clock of the machine and on the one that is never set. */
  until: number;
  elapsedUntil: number;
}

/** Marks this replica alive and extends its leases. Returns how many replicas are alive. */
async function renew(options: LeaseBalancerOptions, owned: OwnedLeases, life: Life): Promise<number> {
  const { id, names, leases, replicas, wakeUps, clock, log } = options;
  const now = clock.now();
  const until = now + TARGET_LEASE_MS;
  const elapsedUntil = clock.elapsed() + TARGET_LEASE_MS;
  const live = await replicas.heartbeat(id, now, until);
  const lapsed = clock.now() > life.until || clock.elapsed() > life.elapsedUntil;
  Object.assign(life, { until, elapsedUntil }, lapsed ? { since: clock.elapsed() } : {});
  // The woken loops find the renewed leases.
  const wake = () => lapsed && wakeUps.wake("alive");
  const all = await leases.renew(id, until).catch((error: unknown) => {
    wake();
    throw error;
  });
  const renewed = all.filter(({ name }) => names.includes(name));
  const kept = new Set(renewed.map(({ name }) => name));
  for (const lease of owned.keys())
    if (!kept.has(lease)) log.info({ event: "lease.lost", lease }, "lease lost to another replica");
  owned.clear();
  for (const lease of renewed) owned.set(lease.name, lease);
  wake();
  return live;
}

/** Releases what replicas own whose heartbeat has expired. */
async function releaseDead({ replicas, clock, log }: LeaseBalancerOptions): Promise<void> {
  for (const replica of await replicas.releaseDead(clock.now()))
    log.warn({ event: "replica.expired", replica }, "a replica's heartbeat has expired; its claims are released");
}

/** Releases what this replica owns beyond its share; it stops acting on a lease before it releases it. */
async function releaseBeyond(
  share: number,
  live: number,
  { id, leases, log }: LeaseBalancerOptions,
  owned: OwnedLeases,
) {
  for (const name of [...owned.keys()].slice(share)) {
    owned.delete(name);
    await leases.release(name, id);
    log.info({ event: "lease.released", lease: name, replicas: live }, "lease released");
  }
}

async function acquireUpTo(
  share: number,
  live: number,
  { id, names, leases, wakeUps, clock, random, log }: LeaseBalancerOptions,
  owned: OwnedLeases,
  abort: AbortSignal,
): Promise<void> {
  if (owned.size >= share) return;
  const free = shuffled(await leases.findFree(names, clock.now()), random);
  while (owned.size < share && free.length > 0 && !abort.aborted) {
    const batch = free.splice(0, Math.min(MAX_BATCH, share - owned.size));
    for (const lease of await leases.acquireAll(batch, id, clock.now(), clock.now() + TARGET_LEASE_MS)) {
      owned.set(lease.name, lease);
      log.info({ event: "lease.acquired", lease: lease.name, replicas: live }, "lease acquired");
      wakeUps.wake(`lease ${lease.name}`);
    }
  }
}

/** Returns the items in random order, so that replicas that look at the same moment do not all want the same one. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
