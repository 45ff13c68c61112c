import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSlack, type SlackProbes } from "../../src/app/admin/doctor-slack.ts";
import { findTokenApp } from "../../src/slack/connection/socket-probe.ts";

const probes = (appId: string | null, scopes: string[] | null = ["commands"]): SlackProbes => ({
  botToken: async () => ({ kind: "token", workspace: "Home", appId: "A0ONE", scopes, missingScopes: null }),
  socket: { appId, open: async () => ({ kind: "open" }) },
  findings: async () => [],
});

const lines = async (...given: Parameters<typeof probes>) =>
  (await checkSlack(probes(...given), { routes: [] })).map(
    ({ status, subject, text }) => `${status} ${subject}: ${text}`,
  );

test("tokens of two apps are a failure; an app-level token that names no app is not", async () => {
  const [, , line] = await lines("A0TWO");
  assert.equal(
    line,
    "failed SLACK_APP_TOKEN: this token is of the app A0TWO, and SLACK_BOT_TOKEN is of the app A0ONE. Copy both tokens from the page of the same app.",
  );
  for (const appId of ["A0ONE", null]) assert.match((await lines(appId))[2] ?? "", /^ok SLACK_APP_TOKEN: /);
});

test("scopes that Slack does not name are not called complete", async () => {
  assert.match((await lines("A0ONE", null))[1] ?? "", /^skipped Slack scopes: Slack did not name them\. Compare/);
});

for (const [token, app] of [
  ["xapp-1-A0123ABCD-1234567890-0123456789abcdef", "A0123ABCD"],
  ["xapp-sandbox", null],
] as const)
  test(`the app of ${token} is ${app}`, () => assert.equal(findTokenApp(token), app));
