import type { Registry } from "prom-client";
import type { CountLost } from "../../app/deliver/delivery-context.ts";
import type { Chat } from "../../app/ports/slack.ts";
import { counter, startAtZero } from "./register.ts";

const FAILURES = ["limited", "refused", "unavailable", "ambiguous", "too-late"];

/** Counts the messages that were posted or updated, and the calls that failed. */
export function countMessages(registry: Registry) {
  const posted = counter(registry, "messages_posted_total", "Messages posted.");
  const updated = counter(registry, "messages_updated_total", "Updates of messages.");
  const help = "Posts and updates that failed, by reason.";
  const failed = counter(registry, "messages_failed_total", help, ["call", "reason"]);
  startAtZero(failed, "reason", [...FAILURES, "no-thread"], { call: "post" });
  startAtZero(failed, "reason", [...FAILURES, "deleted", "not-editable"], { call: "update" });
  const replies = counter(registry, "replies_total", "Messages to one person, such as why a click did not count.", [
    "result",
  ]);
  startAtZero(replies, "result", ["ephemeral", "direct-message", "refused", "limited", "unavailable", "ambiguous"]);
  return (own: Chat): Chat => ({
    ...own,
    async postEphemeral(...call) {
      const result = await own.postEphemeral(...call);
      if (result.kind === "too-late") return result;
      replies.inc({ result: result.kind === "delivered" ? (result.by ?? "ephemeral") : result.kind });
      return result;
    },
    async post(...call) {
      const result = await own.post(...call);
      if (result.kind === "posted") posted.inc();
      else failed.inc({ call: "post", reason: result.kind });
      return result;
    },
    async update(...call) {
      const result = await own.update(...call);
      if (result.kind === "updated") updated.inc();
      else failed.inc({ call: "update", reason: result.kind });
      return result;
    },
  });
}

/** Counts the messages that were deleted or cannot be edited. */
export function countLost(registry: Registry): CountLost {
  const help = "Messages that were deleted or cannot be edited, by reason.";
  const lost = counter(registry, "messages_lost_total", help, ["reason"]);
  startAtZero(lost, "reason", ["deleted", "not-editable"]);
  return (reason) => lost.inc({ reason });
}
