import { makeChat } from "../slack/chat.ts";
import { makeDirectory } from "../slack/people/directory.ts";
import { limitedChat } from "../slack/rate-limits/limited-chat.ts";
import { limitedLookups } from "../slack/rate-limits/limited-lookups.ts";
import { makeRateLimiter } from "../slack/rate-limits/limiter.ts";
import { makeAcquireSlot } from "../slack/rate-limits/limits.ts";
import type { Wiring } from "./wiring-options.ts";

export type Slack = ReturnType<typeof wireSlack>;

/** Connects the ports to Slack's Web API, within its rate limits. */
export function wireSlack({ web, workspace, store, metrics, hooks, clock }: Wiring) {
  const acquireSlot = makeAcquireSlot(store.rateLimits, clock);
  const limiter = makeRateLimiter(acquireSlot, store.rateLimits, clock);
  const lookups = limitedLookups(web, limiter);
  return {
    chat: metrics.chat(hooks.chat(limitedChat(makeChat(web, acquireSlot, clock, lookups), limiter))),
    directory: makeDirectory(lookups, workspace, clock),
  };
}
