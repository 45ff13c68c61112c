import { findRoute, isEscalationChannel, type Route } from "../../core/policy.ts";
import {
  type MessageStore,
  type NoticeStore,
  type RecipientLookupStore,
  THREAD_KINDS,
  type UnavailableChannel,
} from "../ports/delivery-store.ts";
import type { RequestStore } from "../ports/store.ts";

/**
 * Error codes for a channel in which the bot cannot post or update. An update in an archived channel is `is_inactive`. Source:
 * Slack API, errors of chat.postMessage and chat.update.
 */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  "is_archived",
  "is_inactive",
  "channel_not_found",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "no_permission",
  "ekm_access_denied",
]);

export interface UnavailableDeps {
  requests: Pick<RequestStore, "byId">;
  messages: Pick<MessageStore, "ofRequest" | "lastPosted">;
  notices: Pick<NoticeStore, "ofRequest">;
  recipientLookups: Pick<RecipientLookupStore, "add">;
  routes: readonly Route[];
}

/**
 * Tells the admins that Slack refuses an escalation of an open request: once for each channel and cause until the channel takes
 * a message again. Also tells them that Slack refuses the message of an open request, its updates or its replies in every channel
 * of the request: once for all requests of these channels until one of them takes a message again. The row of a call that Slack
 * refused has the error by then. Channels of escalations do not count: people on call are not the approvers.
 */
export async function reportUnavailable(
  { requests, messages, notices, recipientLookups, routes }: UnavailableDeps,
  requestId: string,
  channelId: string,
  code: string,
): Promise<void> {
  const request = UNAVAILABLE_CODES.has(code) ? await requests.byId(requestId) : null;
  if (request?.state !== "open") return;
  const route = findRoute(routes, request.route);
  if (isEscalationChannel(route, channelId)) {
    const subject = JSON.stringify({ channelId, code } satisfies UnavailableChannel);
    const once = JSON.stringify(["escalation-unavailable", channelId, code, await messages.lastPosted(channelId)]);
    return recipientLookups.add(requestId, "escalation-unavailable", once, subject);
  }
  const rows = await messages.ofRequest(requestId);
  const replies = (await notices.ofRequest(requestId)).filter(({ kind }) => THREAD_KINDS.includes(kind));
  const failing = new Set([...rows, ...replies].filter((row) => row.lastError !== null).map((row) => row.channelId));
  const inChannels = rows.filter((row) => !row.channelId.startsWith("D") && !isEscalationChannel(route, row.channelId));
  if (!inChannels.every((row) => row.channelId === channelId || failing.has(row.channelId))) return;
  // In their order: whichever channel fails last, replicas and retries find the same key.
  const channels = inChannels.map((row) => row.channelId).toSorted();
  const lastPosted = await Promise.all(channels.map(messages.lastPosted));
  const once = JSON.stringify(["channel-unavailable", channels, lastPosted]);
  const isPosted = inChannels.some(({ ts }) => ts !== null);
  await recipientLookups.add(requestId, "channel-unavailable", once, isPosted ? "posted" : "");
}
