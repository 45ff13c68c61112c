import assert from "node:assert/strict";
import { parseEnvironment, type Variables } from "../../src/config/environment.ts";

/** The least that starts the bot. */
export const MINIMAL = { SLACK_BOT_TOKEN: "xoxb-1-abc", SLACK_APP_TOKEN: "xapp-1-abc" };

export const problems = (variables: Variables): string[] =>
  parseEnvironment(variables).problems.map(({ where, what }) => `${where}: ${what}`);

/** Parses variables that must be valid together with the least. */
export const environment = (variables: Variables) => {
  const parsed = parseEnvironment({ ...MINIMAL, ...variables });
  assert.deepEqual(parsed.problems, []);
  return parsed.environment;
};
