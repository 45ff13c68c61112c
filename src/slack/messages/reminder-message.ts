import type { NoticeView } from "../../app/ports/slack.ts";
import { findTerms } from "../../core/action-terms.ts";
import { listNames } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { toPeople } from "../../core/policy.ts";
import { parseReminderDetail } from "../../core/reminders.ts";
import { context, type RenderedMessage, section } from "./blocks.ts";
import { deadlineText } from "./fact-lines.ts";
import { mentionAll, mentionChannel, mentionPeople } from "./mentions.ts";
import { OBSTACLE_WORDS } from "./obstacle-text.ts";
import { byVerdict } from "./state-text.ts";
import { summary } from "./summary.ts";
import { duration } from "./time.ts";

/** The characters of all mentions: a section holds 3,000. */
const MENTIONS_BUDGET = 2_500;

/**
 * Renders a reminder of an open request: a reply that mentions the people who can still decide. An escalation in quiet hours
 * mentions none of them.
 */
export function reminderMessage(view: NoticeView): RenderedMessage {
  const { request, votes, route, detail, isQuiet = false } = view;
  const deciders = parseReminderDetail(detail ?? null);
  const given = byVerdict(votes, "approve").map((vote) => vote.userId);
  const others = { ...deciders, users: deciders.users.filter((userId) => !given.includes(userId)) };
  const mentioned = isQuiet ? "" : mentionAll(others, MENTIONS_BUDGET);
  const obstacle = findObstacle(request.facts, route);
  const status = [
    `decide by ${deadlineText(request)}`,
    obstacle !== null
      ? OBSTACLE_WORDS[obstacle]
      : route && `${given.length} of ${route.quorum} ${findTerms(request.facts).approvals}`,
  ];
  const lines = [`*${title(view)}* · ${status.filter((part) => part !== null).join(" · ")}`, mentioned];
  return {
    text: `${title(view)}: ${summary(view)}`,
    blocks: [section(lines.filter(Boolean).join("\n"), "reminder"), ...escalation(view)],
  };
}

function title({ kind }: NoticeView): string {
  if (kind === "last-call") return "Last call before the step times out";
  return kind === "escalated" ? "Escalated" : "Still waiting for a decision";
}

/** Mentions the people on call where no message in another channel does. */
function escalation({ kind, route }: NoticeView) {
  if (kind !== "escalated" || route?.escalate === undefined) return [];
  const { after, channels, mention } = route.escalate;
  const to =
    channels.length === 0 || channels.some((channel) => route.channels.includes(channel))
      ? mention.length === 0
        ? "."
        : `: ${mentionPeople(toPeople(mention))}`
      : `. Also posted in ${listNames(channels.map(mentionChannel), "and")}.`;
  return [context(`No decision after ${duration(after)}${to}`, "escalation")];
}
