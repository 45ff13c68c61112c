import type { ContextBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { askedAt } from "../../core/request.ts";
import { context } from "./blocks.ts";
import { duration, moment } from "./time.ts";

/** The delay after which a message counts as late. Longer than usual poll intervals. */
const LATE_MS = 5 * 60_000;

/**
 * Marks a message that was posted late: its readers have less time than it seems. An escalation, and a message that replaces
 * a deleted one, say themselves why they are late.
 */
export function lateBlock({ request, postedAt, isEscalation, isReplacement }: RequestView): ContextBlock | null {
  if (postedAt === undefined || isEscalation || isReplacement) return null;
  const asked = askedAt(request);
  if (postedAt - asked < LATE_MS) return null;
  return context(`*Posted ${duration(postedAt - asked)} after the step began to wait* (${moment(asked)}).`, "late");
}
