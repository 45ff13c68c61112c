import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebClient } from "@slack/web-api";
import { findWorkspace } from "../../src/bot/connect-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";

/** Starts the search for the workspace with a token that has these scopes; null: Slack does not say. */
async function start(scopes: string[] | null) {
  const reply = {
    ok: true,
    team_id: "T0HOME",
    bot_id: "B0",
    ...(scopes === null ? {} : { response_metadata: { scopes } }),
  };
  const web = { auth: { test: async () => reply }, bots: { info: async () => ({ bot: { app_id: "A0" } }) } };
  const log = testLog();
  const found = await findWorkspace(web as unknown as WebClient, testClock(), log, new AbortController().signal);
  assert.equal(found?.kind, "workspace");
  return log.lines.map(({ level, fields }) => [level, fields.event, String(fields.missing).slice(0, 60)]);
}

test("a token without scopes that the bot needs is an error in the log at startup", async () => {
  const [line, ...more] = await start(["commands", "users:read"]);
  assert.deepEqual(line, [
    "error",
    "slack.scopes-missing",
    "The token lacks the scopes chat:write, users:read.email, use",
  ]);
  assert.deepEqual(more, []);
  assert.deepEqual(await start(null), []);
});
