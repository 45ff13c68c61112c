import type { RequestStore, Store } from "../../src/app/ports/store.ts";

type Writes = Pick<RequestStore, "open" | "advance">;

/** Returns replacements for the write functions of requests, given the original ones. */
export type RequestHook = (own: Writes) => Partial<Writes>;

/** Returns the store with these write functions replaced, both without a lease and under one. */
export function wrapRequestWrites(store: Store, hook: RequestHook): Store {
  return {
    ...store,
    requests: { ...store.requests, ...hook(store.requests) },
    guardedBy(lease) {
      const guarded = store.guardedBy(lease);
      return { ...guarded, requests: { ...guarded.requests, ...hook(guarded.requests) } };
    },
  };
}
