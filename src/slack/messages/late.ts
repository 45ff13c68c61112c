import type { ContextBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { context } from "./blocks.ts";
import { askedAt } from "./facts.ts";
import { duration, moment } from "./time.ts";

/** Between the step's beginning to wait and its message, in milliseconds. Longer than any usual interval of polls. */
const LATE_MS = 5 * 60_000;

/** Marks a message that could not be posted when it should: its reader has less time than it seems. */
export function lateBlock({ request, postedAt }: RequestView): ContextBlock | null {
  const asked = askedAt(request);
  if (postedAt === undefined || postedAt - asked < LATE_MS) return null;
  return context(
    `*Late:* this waits since ${moment(asked)}, and could be posted only ${duration(postedAt - asked)} later.`,
    "late",
  );
}
