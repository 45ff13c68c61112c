import { newSecret } from "../workspace/ids.ts";

/** The lifetime of a trigger_id, in milliseconds. https://docs.slack.dev/interactivity/handling-user-interaction */
export const TRIGGER_TTL_MS = 3000;

interface Trigger {
  appId: string;
  user: string;
  issuedAt: number;
  used: boolean;
  /** The modal in which the person acted; views.push adds a modal on top of it. */
  viewId?: string | undefined;
}

/** One-time permissions for an app to open a modal, each issued for a person's action. */
export interface Triggers {
  issue(trigger: { appId: string; user: string; viewId?: string | undefined }): string;
  /** Returns the trigger if it is valid, or an error code. Does not use it up. */
  check(id: string, appId: string): Trigger | "invalid_trigger_id" | "exchanged_trigger_id" | "expired_trigger_id";
  clear(): void;
}

export function makeTriggers(clock: { now(): number }): Triggers {
  const triggers = new Map<string, Trigger>();
  return {
    issue(trigger) {
      const id = `${clock.now()}.${Math.floor(clock.now() / 1000)}.${newSecret()}`;
      triggers.set(id, { ...trigger, issuedAt: clock.now(), used: false });
      return id;
    },
    check(id, appId) {
      const trigger = triggers.get(id);
      if (trigger === undefined || trigger.appId !== appId) return "invalid_trigger_id";
      if (trigger.used) return "exchanged_trigger_id";
      if (clock.now() - trigger.issuedAt > TRIGGER_TTL_MS) return "expired_trigger_id";
      return trigger;
    },
    clear: () => triggers.clear(),
  };
}
