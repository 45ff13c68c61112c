import type { WebClient } from "@slack/web-api";

/** What is read of people, groups and channels: these methods of the WebClient, which may be kept to a pace. */
export interface Lookups {
  users: Pick<WebClient["users"], "info" | "lookupByEmail">;
  usergroups: { users: Pick<WebClient["usergroups"]["users"], "list"> };
  conversations: Pick<WebClient["conversations"], "info" | "members">;
}
