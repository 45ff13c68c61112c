import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { context } from "./blocks.ts";
import { mentionPeople } from "./mentions.ts";

/** Names the people who are notified and may not decide because of that; null if there are none. */
export function notifiedBlock({ route }: Pick<RequestView, "route">): KnownBlock | null {
  if (route === null || route.notify.users.length + route.notify.groups.length === 0) return null;
  return context(`For information: ${mentionPeople(route.notify)}`, "notify");
}
