import { makeChat } from "../slack/chat.ts";
import { withDirectReplies } from "../slack/direct-reply.ts";
import { makeDirectory } from "../slack/people/directory.ts";
import { makeSharedChannels } from "../slack/people/shared-channels.ts";
import { makePublishHome } from "../slack/publish-home.ts";
import { type LimitDeps, limitedCall } from "../slack/rate-limits/limited-call.ts";
import { makeReservedSlots } from "../slack/rate-limits/reserved-slots.ts";
import { makeAcquireMethodSlot, makeAcquireSlot } from "../slack/rate-limits/slots.ts";
import { makeSlackCall } from "../slack/slack-call.ts";
import type { Wiring } from "./wiring-options.ts";

export type Slack = ReturnType<typeof wireSlack>;

/** Connects the ports to Slack's Web API, within its rate limits. */
export function wireSlack({ web, workspace, store, metrics, hooks, nextEvent, clock, log }: Wiring) {
  const { rateLimits } = store;
  const acquireMethodSlot = makeAcquireMethodSlot(rateLimits, clock, log, metrics.slackCalls);
  const reserved = makeReservedSlots(rateLimits, clock);
  const limits: Required<LimitDeps> = { acquireSlot: acquireMethodSlot, reserved, rateLimits, clock };
  const call = limitedCall(makeSlackCall(web), { ...limits, log });
  const { forClicks, ...forAll } = makeDirectory(call, workspace, clock, nextEvent);
  const directory = hooks.directory(forAll);
  return {
    chat: metrics.chat(hooks.chat(withDirectReplies(makeChat(call, workspace, clock), directory, call))),
    acquireSlot: makeAcquireSlot(acquireMethodSlot),
    directory,
    /** Uses the reserved slots: only for the evaluation of clicks. */
    clickDirectory: hooks.directory(forClicks),
    refillSlots: reserved.refill,
    publishHome: makePublishHome(call, workspace, clock),
    isSharedChannel: makeSharedChannels(call, clock),
  };
}
