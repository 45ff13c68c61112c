import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Lookups } from "../people/lookups.ts";
import { chatFailure } from "../slack-failures.ts";
import type { RateLimiter } from "./limiter.ts";
import type { LookupKind } from "./limits.ts";

/** How long is waited for a turn: somebody who clicked waits for the answer. */
const TIMEOUT_MS = 2_000;

/**
 * Keeps what is read of people, groups and channels to the pace of each method, and to what Slack asks to wait for: then
 * it fails as if Slack had asked again, without a call.
 */
export function limitedLookups(own: Lookups, admission: RateLimiter): Lookups {
  const paced = async <R>(method: LookupKind, call: () => Promise<R>): Promise<R> => {
    const rest = await admission.acquire(method, TIMEOUT_MS);
    if (rest > 0) throw new WebAPIRateLimitedError(Math.ceil(rest / 1000));
    try {
      return await call();
    } catch (error) {
      const failure = chatFailure(error);
      if (failure.kind === "limited") await admission.blockUntil(method, failure.retryAfterMs);
      throw error;
    }
  };
  const { users, usergroups, conversations } = own;
  return {
    users: {
      info: (...call) => paced("users.info", () => users.info(...call)),
      lookupByEmail: (...call) => paced("users.lookupByEmail", () => users.lookupByEmail(...call)),
    },
    usergroups: {
      users: { list: (...call) => paced("usergroups.users.list", () => usergroups.users.list(...call)) },
    },
    conversations: {
      info: (...call) => paced("conversations.info", () => conversations.info(...call)),
      members: (...call) => paced("conversations.members", () => conversations.members(...call)),
    },
  };
}
