import { findRoute, isEscalationChannel, type Route } from "../../core/policy.ts";
import {
  type MessageStore,
  type NoticeStore,
  type RecipientLookupStore,
  THREAD_KINDS,
  type UnavailableChannel,
} from "../ports/delivery-store.ts";
import type { RequestStore } from "../ports/store.ts";

/** Error codes for a channel in which the bot cannot post. Source: Slack API, errors of chat.postMessage. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  "is_archived",
  "channel_not_found",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
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
 * a message again. Also tells them that Slack refuses the message of an open request, its updates or its replies in every channel of the request:
 * once for all requests until the channel takes a message again. The row of a call that Slack refused has the error by then.
 */
export async function reportUnavailable(
  { requests, messages, notices, recipientLookups, routes }: UnavailableDeps,
  requestId: string,
  channelId: string,
  code: string,
): Promise<void> {
  const request = UNAVAILABLE_CODES.has(code) ? await requests.byId(requestId) : null;
  if (request?.state !== "open") return;
  const lastPosted = await messages.lastPosted(channelId);
  if (isEscalationChannel(findRoute(routes, request.route), channelId)) {
    const subject = JSON.stringify({ channelId, code } satisfies UnavailableChannel);
    const once = JSON.stringify(["escalation-unavailable", channelId, code, lastPosted]);
    await recipientLookups.add(requestId, "escalation-unavailable", once, subject);
  }
  const rows = await messages.ofRequest(requestId);
  const replies = (await notices.ofRequest(requestId)).filter(({ kind }) => THREAD_KINDS.includes(kind));
  const failing = new Set([...rows, ...replies].filter((row) => row.lastError !== null).map((row) => row.channelId));
  const inChannels = rows.filter((row) => !row.channelId.startsWith("D"));
  if (!inChannels.every((row) => row.channelId === channelId || failing.has(row.channelId))) return;
  const once = JSON.stringify(["channel-unavailable", channelId, lastPosted]);
  await recipientLookups.add(requestId, "channel-unavailable", once);
}
