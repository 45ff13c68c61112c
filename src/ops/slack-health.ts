import type { Clock } from "../app/ports/aws.ts";
import type { SlackCallResult } from "../app/ports/slack.ts";

/** How long calls to Slack may fail, without one that Slack answers, before that is a fault. */
const MAX_FAILING_MS = 60_000;
/** This call has a token of its own, and its failures show in the state of the socket. */
const SOCKET_METHOD = "apps.connections.open";

export interface SlackHealth {
  /** Records the result of a call to the Web API. `refusesToken`: Slack refused the bot's token. */
  called(method: string, result: SlackCallResult, refusesToken?: boolean): void;
  /** Returns why the Web API does not work; null if it does, as far as the bot's own calls show. */
  fault(): string | null;
}

/**
 * Watches whether Slack's Web API works, by the results of the bot's own calls:
 * - works: at first, and after each call that Slack answers, also with a refusal of another kind or a rate limit.
 * - failing: every call has failed since a time. A fault after MAX_FAILING_MS. Ends with the next answer.
 * - refused: Slack refuses the bot's token. A fault at once. Ends with the next answer.
 */
export function makeSlackHealth(clock: Pick<Clock, "elapsed">): SlackHealth {
  let failingSince: number | null = null;
  let isRefused = false;
  return {
    called(method, result, refusesToken = false) {
      if (method === SOCKET_METHOD) return;
      isRefused = refusesToken;
      if (result === "failed" || result === "unreachable") failingSince ??= clock.elapsed();
      else failingSince = null;
    },
    fault() {
      if (isRefused) return "Slack refuses SLACK_BOT_TOKEN";
      if (failingSince === null) return null;
      const failingMs = clock.elapsed() - failingSince;
      return failingMs < MAX_FAILING_MS ? null : `calls have failed for ${Math.round(failingMs / 1000)} s`;
    },
  };
}
