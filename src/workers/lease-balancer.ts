import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease, LeaseStore, ReplicaStore } from "../app/ports/coordination.ts";
import { startLoop } from "./loop.ts";

/**
 * How long a replica counts as alive, and keeps what it holds, without a sign of life. With a beat every third of it,
 * what a dead replica held is another's after 20 s at most: 15 until its leases end, 5 until the next beat of the others.
 */
export const TARGET_LEASE_MS = 15_000;
const HEARTBEAT_MS = TARGET_LEASE_MS / 3;

export interface LeaseBalancer {
  /** The lease, while it is this replica's. */
  lease(name: string): Lease | null;
  /** Gives everything back, so that others need not wait until it lapses. */
  stop(): Promise<void>;
}

/**
 * Shares out what is to be done by one replica at a time: each beat says "alive", renews what is held, gives back what is
 * more than an even share, and takes what is free up to it. `onGain` tells of what was taken.
 */
export function startLeaseBalancer(options: {
  id: string;
  names: readonly string[];
  leases: LeaseStore;
  replicas: ReplicaStore;
  clock: Clock;
  random: () => number;
  log: Log;
  onGain: (name: string) => void;
}): LeaseBalancer {
  const { id, names, leases, replicas, clock, random, log, onGain } = options;
  let held = new Map<string, Lease>();

  const beat = async (abort: AbortSignal) => {
    const now = clock.now();
    const until = now + TARGET_LEASE_MS;
    const alive = await replicas.heartbeat(id, now, until);
    const renewed = await leases.renew(id, until);
    held = new Map(renewed.filter(({ name }) => names.includes(name)).map((lease) => [lease.name, lease]));
    const share = Math.ceil(names.length / Math.max(1, alive));
    for (const name of [...held.keys()].slice(share)) {
      held.delete(name);
      await leases.release(name, id);
      log.info({ event: "lease.released", lease: name, replicas: alive }, "lease released");
    }
    if (held.size >= share) return;
    for (const name of shuffled(await leases.free(names, clock.now()), random)) {
      if (held.size >= share || abort.aborted) return;
      const lease = await leases.acquire(name, id, clock.now(), clock.now() + TARGET_LEASE_MS);
      if (lease === null) continue;
      held.set(name, lease);
      log.info({ event: "lease.acquired", lease: name, replicas: alive }, "lease acquired");
      onGain(name);
    }
  };

  const loop = startLoop({
    name: "tenancy",
    everyMs: HEARTBEAT_MS,
    clock,
    log,
    round: async (abort) => {
      await beat(abort);
      return undefined;
    },
  });

  return {
    lease(name) {
      const lease = held.get(name);
      return lease !== undefined && clock.now() < lease.until ? lease : null;
    },
    async stop() {
      await loop.stop();
      const mine = [...held.keys()];
      held = new Map();
      try {
        await replicas.deregister(id);
        for (const name of mine) await leases.release(name, id);
      } catch (error) {
        log.warn({ event: "lease.release-failed", err: error }, "cannot release the leases; they expire");
      }
    },
  };
}

/** In any order, so that replicas that look at the same moment do not all want the same. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
