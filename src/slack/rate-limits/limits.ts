import type { RateLimit } from "../../app/ports/coordination.ts";
import type { Purpose, SlackMethod } from "../slack-call.ts";

/** Tiers of methods, in calls for the whole app: 20, 50 and 100 a minute. Source: Slack API, rate limits. */
const TIER_2_MS = 3_000;
const TIER_3_MS = 1_200;
const TIER_4_MS = 600;

/**
 * The rate limit of each method. People who click wait for the methods that read people, groups and channels: of those,
 * the calls of half a minute may be made at once. Source: Slack API, rate limits.
 */
export const RATE_LIMITS: Record<SlackMethod, RateLimit> = {
  /** 95 % of one message a second in each channel: calls that arrive late must not fill a second. Source: Slack API, rate limits of chat.postMessage. */
  "chat.postMessage": { intervalMs: 1_050, burst: 2 },
  "chat.update": { intervalMs: TIER_3_MS, burst: 5 },
  "chat.postEphemeral": { intervalMs: TIER_4_MS, burst: 20 },
  "conversations.history": { intervalMs: TIER_3_MS, burst: 10 },
  "conversations.open": { intervalMs: TIER_3_MS, burst: 10 },
  "conversations.replies": { intervalMs: TIER_3_MS, burst: 10 },
  "conversations.info": { intervalMs: TIER_3_MS, burst: 25 },
  "conversations.members": { intervalMs: TIER_4_MS, burst: 50 },
  "auth.teams.list": { intervalMs: TIER_2_MS, burst: 10 },
  "usergroups.users.list": { intervalMs: TIER_2_MS, burst: 10 },
  /** Part of Slack's rate, so that clicks of people who may not decide never use up the lookups of approvers. */
  "users.info": { intervalMs: 1_000, burst: 10 },
  "users.lookupByEmail": { intervalMs: TIER_3_MS, burst: 25 },
  "views.publish": { intervalMs: TIER_4_MS, burst: 20 },
};

/** How long approvers keep a pace after Slack has limited their lookups, in milliseconds. */
export const PACED_MS = 15 * 60_000;

/**
 * The pace of the lookups for the clicks of approvers after Slack has limited them: at most 100 a minute. It leaves them slots
 * that no other caller can use, because both count in the same rate limit. Before, these lookups wait for no slot.
 */
const PACE_OF_APPROVERS: Partial<Record<SlackMethod, RateLimit>> = { "users.info": { intervalMs: 750, burst: 20 } };

/** Tells whether the calls of a method for approvers have a pace of their own. */
export const hasApproverPace = (method: SlackMethod, purpose: Purpose) =>
  purpose === "approver" && method in PACE_OF_APPROVERS;

/** Returns the rate limit of a call. */
export const findLimit = (method: SlackMethod, purpose: Purpose): RateLimit =>
  (purpose === "approver" ? PACE_OF_APPROVERS[method] : undefined) ?? RATE_LIMITS[method];

/** Methods whose callers acquire the slot themselves, before they prepare the call: a delivery claims its message first. */
export type DeliveryMethod = "chat.postMessage" | "chat.update";

/** How long a call waits for a slot, in milliseconds. A person waits for most of them, and nobody for the first two. */
export const SLOT_TIMEOUT_MS: Record<Exclude<SlackMethod, DeliveryMethod>, number> = {
  "conversations.history": 10_000,
  "conversations.open": 10_000,
  "conversations.replies": 10_000,
  "chat.postEphemeral": 2_000,
  "conversations.info": 2_000,
  "conversations.members": 2_000,
  "auth.teams.list": 2_000,
  "usergroups.users.list": 2_000,
  "users.info": 2_000,
  "users.lookupByEmail": 2_000,
  "views.publish": 10_000,
};

/** Names the stored rate limit of a method: posts have one for each channel, all other methods one for the whole app. */
export const bucketKey = (method: SlackMethod, channelId: string) =>
  method === "chat.postMessage" ? `${method}:${channelId}` : method;

/** Names the stored rate limit of a delivery. */
export const deliveryBucketKey = (call: "post" | "update", channelId: string) =>
  bucketKey(toDeliveryMethod(call), channelId);

export const toDeliveryMethod = (call: "post" | "update"): DeliveryMethod =>
  call === "post" ? "chat.postMessage" : "chat.update";
