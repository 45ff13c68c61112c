import { listNames } from "../../core/name-renderer.ts";
import type { Vote } from "../../core/request.ts";
import { mentionUser } from "./mentions.ts";

/** Returns the votes that decided by break-glass, usually one. */
export function breakGlassVotes(votes: readonly Vote[]): Vote[] {
  return votes.filter((vote) => vote.authority === "break-glass");
}

/** Names the admins who decided by break-glass; null if there are none. In mrkdwn. */
export function breakGlassText(votes: readonly Vote[]): string | null {
  const by = breakGlassVotes(votes).map((vote) => mentionUser(vote.userId));
  return by.length === 0
    ? null
    : `:rotating_light: *Break-glass* by ${listNames(by, "and", 3)}. The route's approval rules did not apply.`;
}
