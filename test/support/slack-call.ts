import { WebAPIPlatformError, type WebClient } from "@slack/web-api";
import type { Clock } from "../../src/app/ports/aws.ts";
import type { RateLimitStore } from "../../src/app/ports/coordination.ts";
import { limitedCall } from "../../src/slack/rate-limits/limited-call.ts";
import { makeAcquireMethodSlot } from "../../src/slack/rate-limits/slots.ts";
import { makeSlackCall, type SlackCall, type SlackMethod } from "../../src/slack/slack-call.ts";
import { testLog } from "./fakes.ts";

/** Replies of a test to methods of the Web API. A reply that throws fails like a call of the WebClient. */
export type Replies = { [M in SlackMethod]?: (args: Record<string, unknown>) => Promise<object> | object };

/** Makes a fake of Slack calls with these replies. A call of a method without a reply throws. */
export function fakeSlackCall(replies: Replies): SlackCall {
  const apiCall = async (method: string, args: Record<string, unknown> = {}) => {
    const reply = replies[method as SlackMethod];
    if (reply === undefined) throw new Error(`unexpected call of ${method}`);
    return { ok: true, ...(await reply(args)) };
  };
  return makeSlackCall({ apiCall } as Pick<WebClient, "apiCall">);
}

/** Returns the error of the WebClient for a call that Slack refuses. `retryAfter` in seconds. */
export const refusedBySlack = (error: string, retryAfter?: number) =>
  new WebAPIPlatformError({
    ok: false,
    error,
    ...(retryAfter === undefined ? {} : { response_metadata: { retryAfter } }),
  });

/** Applies the rate limits to calls, like one replica. */
export function limited(call: SlackCall, rateLimits: RateLimitStore, clock: Clock, log = testLog()): SlackCall {
  return limitedCall(call, { acquireSlot: makeAcquireMethodSlot(rateLimits, clock, log), rateLimits, clock, log });
}
