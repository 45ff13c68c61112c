import type { NoticeView } from "../../app/ports/slack.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { type RenderedMessage, section } from "./blocks.ts";
import { summary } from "./summary.ts";

/** Adds the request to a reply whose thread was deleted or takes no replies: in the channel, nothing above it says what it is about. */
export function withSubject(view: NoticeView, { text, blocks }: RenderedMessage): RenderedMessage {
  const { request, route, isThreadLost = false } = view;
  const purpose = findObstacle(request.facts, route) === null ? "see it and to decide" : "see it";
  const advice =
    isThreadLost && request.state === "open"
      ? ` Its message was deleted: write \`/approvals show ${request.id}\` to ${purpose}.`
      : "";
  // The reply to an open request shows the deadline itself, in the time zone of the reader.
  return { text, blocks: [section(`${summary(view, { deadline: false })}${advice}`, "subject"), ...blocks] };
}
