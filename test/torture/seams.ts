import type { Seams } from "../../src/main.ts";

export const NO_SEAMS: Seams = { store: (own) => own, chat: (own) => own, automation: (own) => own, bus: (own) => own };

/** Each stands around the one before it. */
export function chained(...all: readonly Seams[]): Seams {
  return all.reduce((inner, outer) => ({
    store: (own) => outer.store(inner.store(own)),
    chat: (own) => outer.chat(inner.chat(own)),
    automation: (own) => outer.automation(inner.automation(own)),
    bus: (own) => outer.bus(inner.bus(own)),
  }));
}
