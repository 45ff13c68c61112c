import type { Automation, Chat, EventBus, Store } from "../app/ports.ts";

/** Where a test stands between the use cases and the outside. What ships passes none. */
export interface Seams {
  store: (store: Store) => Store;
  chat: (chat: Chat) => Chat;
  automation: (automation: Automation) => Automation;
  bus: (bus: EventBus) => EventBus;
}

export const NO_SEAMS: Seams = { store: (own) => own, chat: (own) => own, automation: (own) => own, bus: (own) => own };
