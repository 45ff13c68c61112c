import type { Obstacle } from "../../core/obstacle.ts";

/** Says in a few words why no click can decide a request, in the place of the count of approvals. In mrkdwn. */
export const OBSTACLE_WORDS: Record<Obstacle, string> = {
  "no-route": "*no route applies*",
  elsewhere: "*for information only*",
  unlisted: "*cannot be decided in Slack*",
};

/** Says the same as a sentence of plain text. */
export const OBSTACLE_SENTENCES: Record<Obstacle, string> = {
  "no-route": "No route applies, so the step cannot be decided in Slack.",
  elsewhere: "For information only. Decide the step in AWS.",
  unlisted: "AWS would refuse the decision, so the step cannot be decided in Slack.",
};
