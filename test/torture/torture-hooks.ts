import type { TestHooks } from "../../src/bot/test-hooks.ts";

/** Combines hooks: each one wraps the ports that the previous one returned. */
export function chainHooks(...all: readonly TestHooks[]): TestHooks {
  return all.reduce((inner, outer) => ({
    store: (own) => outer.store(inner.store(own)),
    chat: (own) => outer.chat(inner.chat(own)),
    directory: (own) => outer.directory(inner.directory(own)),
    automation: (own) => outer.automation(inner.automation(own)),
    bus: (own) => outer.bus(inner.bus(own)),
  }));
}
