import type { ChatFailure } from "./ports-slack.ts";

/** Why a call to Slack led to nothing, for the record and the log. */
export function failureWords(failure: ChatFailure): string {
  switch (failure.kind) {
    case "limited":
      return `Slack asks to wait ${Math.ceil(failure.retryAfterMs / 1000)} s`;
    case "refused":
      return `Slack refused: ${failure.error}. ${failure.advice}`;
    case "unavailable":
      return `Slack could not be reached: ${failure.error}`;
    case "ambiguous":
      return `No clear answer from Slack: ${failure.error}`;
    default:
      throw new Error(`no words for ${failure satisfies never}`);
  }
}
