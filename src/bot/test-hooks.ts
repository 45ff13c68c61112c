import type { Automation, EventBus } from "../app/ports/aws.ts";
import type { Chat } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";

/** Where a test stands between the use cases and the outside. What ships passes none. */
export interface TestHooks {
  store: (store: Store) => Store;
  chat: (chat: Chat) => Chat;
  automation: (automation: Automation) => Automation;
  bus: (bus: EventBus) => EventBus;
}

export const NO_TEST_HOOKS: TestHooks = {
  store: (own) => own,
  chat: (own) => own,
  automation: (own) => own,
  bus: (own) => own,
};
