import assert from "node:assert/strict";
import { test } from "node:test";
import { runCli } from "../support/cli.ts";
import { world } from "../support/world.ts";

test("doctor runs next to the bot, and its exit code and JSON tell a script what is wrong", async (t) => {
  const w = await world(t);
  const good = await runCli(w.environment, "doctor");
  assert.equal(good.code, 0, good.text);
  assert.match(good.text, /^ok {7}SLACK_BOT_TOKEN: a bot token of the workspace Sandbox\.$/m);

  await w.control.slack("token", { token: "app", state: "token_revoked" });
  const bad = await runCli(w.environment, "doctor", "--json");
  assert.equal(bad.code, 1);
  const { ok, checks } = JSON.parse(bad.text);
  assert.equal(ok, false);
  assert.deepEqual(
    checks.filter(({ status }: { status: string }) => status === "failed").map(({ check }: { check: string }) => check),
    ["slack-socket-mode"],
  );

  const wrong = await runCli({ ...w.environment, SLACK_BOT_TOKEN: "xapp-1-swapped-token" }, "doctor", "--json");
  assert.equal(wrong.code, 2);
  assert.deepEqual(JSON.parse(wrong.text).checks, [
    {
      check: "configuration",
      status: "failed",
      subject: "SLACK_BOT_TOKEN",
      text: "It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN. Copy the Bot User OAuth Token (it begins with xoxb-) from your Slack app's page, under OAuth & Permissions.",
    },
  ]);
});
