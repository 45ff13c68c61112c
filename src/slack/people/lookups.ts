import type { WebClient } from "@slack/web-api";

/** The methods of the WebClient that read people, groups and channels. A rate limiter can wrap them. */
export interface Lookups {
  users: Pick<WebClient["users"], "info" | "lookupByEmail">;
  usergroups: { users: Pick<WebClient["usergroups"]["users"], "list"> };
  conversations: Pick<WebClient["conversations"], "info" | "members">;
}
