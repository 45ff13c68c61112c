import type { ContextBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { askedAt } from "../../core/request.ts";
import { context } from "./blocks.ts";
import { duration, moment } from "./time.ts";

/** The delay after which a message counts as late. Longer than usual poll intervals. */
const LATE_MS = 5 * 60_000;

/** Marks a message that was posted late: its readers have less time than it seems. */
export function lateBlock({ request, postedAt }: RequestView): ContextBlock | null {
  const asked = askedAt(request);
  if (postedAt === undefined || postedAt - asked < LATE_MS) return null;
  return context(`*Posted ${duration(postedAt - asked)} late:* waiting since ${moment(asked)}.`, "late");
}
