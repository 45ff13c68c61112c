import type { Automation } from "../../src/app/ports/aws.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { NO_TEST_HOOKS, type TestHooks } from "../../src/bot/test-hooks.ts";
import { aroundRequests } from "../support/around-requests.ts";

/** Safeguards of the bot, each taken away. A torture run that finds nothing with one of them proves nothing. */
const MUTANTS: Record<string, () => TestHooks> = {
  /** The signal goes out on what was read when the execution was last looked at. */
  "no-fresh-read": () => {
    const signalling = new Set<string>();
    const isSignalling = (executionId: string) => [...signalling].some((name) => name.includes(executionId));
    return {
      ...NO_TEST_HOOKS,
      store: (own) => ({ ...own, leases: trackLeases(own.leases, signalling) }),
      automation: (own) => ({ ...own, read: staleReadWhile(isSignalling, own) }),
    };
  },
  /** A post without a clear answer is simply made again. */
  "no-metadata-search": () => ({
    ...NO_TEST_HOOKS,
    chat: (own) => ({ ...own, find: async () => ({ kind: "absent" }) }),
  }),
  /** A change is written over whatever somebody else wrote meanwhile. */
  "unguarded-update": () => ({
    ...NO_TEST_HOOKS,
    store: (own) =>
      aroundRequests(own, ({ advance }) => ({
        async advance(change) {
          const now = await own.requests.byId(change.requestId);
          return advance({ ...change, expectedVersion: now?.version ?? change.expectedVersion });
        },
      })),
  }),
};

export const MUTANT_NAMES = Object.keys(MUTANTS);

export function findMutantHooks(name: string | null): TestHooks {
  if (name === null) return NO_TEST_HOOKS;
  const make = MUTANTS[name];
  if (make === undefined) throw new Error(`There is no mutant ${name}: ${MUTANT_NAMES.join(", ")}.`);
  return make();
}

/** Only the signal takes a lease of an execution: while it is held, a reading is the one before the signal. */
function trackLeases(leases: Store["leases"], held: Set<string>): Store["leases"] {
  return {
    ...leases,
    async acquire(name, ...rest) {
      const acquired = await leases.acquire(name, ...rest);
      if (acquired) held.add(name);
      return acquired;
    },
    async release(name, ...rest) {
      held.delete(name);
      return leases.release(name, ...rest);
    },
  };
}

function staleReadWhile(isSignalling: (executionId: string) => boolean, own: Automation): Automation["read"] {
  const seen = new Map<string, Awaited<ReturnType<Automation["read"]>>>();
  return async (executionId, abort) => {
    const known = seen.get(executionId);
    if (known !== undefined && isSignalling(executionId)) return known;
    const reading = await own.read(executionId, abort);
    seen.set(executionId, reading);
    return reading;
  };
}
