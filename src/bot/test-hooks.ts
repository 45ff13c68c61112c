import type { Automation, EventBus } from "../app/ports/aws.ts";
import type { Chat, Directory } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";

/** Lets a test wrap the ports between the use cases and the outside. The shipped program passes none. */
export interface TestHooks {
  store: (store: Store) => Store;
  chat: (chat: Chat) => Chat;
  directory: (directory: Directory) => Directory;
  automation: (automation: Automation) => Automation;
  bus: (bus: EventBus) => EventBus;
}

export const NO_TEST_HOOKS: TestHooks = {
  store: (own) => own,
  chat: (own) => own,
  directory: (own) => own,
  automation: (own) => own,
  bus: (own) => own,
};
