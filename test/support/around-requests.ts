import type { RequestStore, Store } from "../../src/app/ports/store.ts";

type Writes = Pick<RequestStore, "open" | "advance">;

/** Replacements for the writes of requests, given the original ones. */
export type RequestHook = (own: Writes) => Partial<Writes>;

/** The store with these writes replaced, both those that need no lease and those under one. */
export function aroundRequests(store: Store, hook: RequestHook): Store {
  return {
    ...store,
    requests: { ...store.requests, ...hook(store.requests) },
    guardedBy(lease) {
      const guarded = store.guardedBy(lease);
      return { ...guarded, requests: { ...guarded.requests, ...hook(guarded.requests) } };
    },
  };
}
