import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSlack, type SlackProbes } from "../../src/app/admin/doctor-slack.ts";
import { findTokenApp } from "../../src/slack/connection/socket-probe.ts";

const probes = (
  appId: string | null,
  scopes: string[] | null = ["commands", "usergroups:read"],
  findings: Awaited<ReturnType<SlackProbes["findings"]>> = [],
): SlackProbes => ({
  botToken: async () => ({ kind: "token", workspace: "Home", appId: "A0ONE", scopes, missingScopes: null }),
  socket: { appId, open: async () => ({ kind: "open" }) },
  findings: async () => findings,
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

test("tokens are not called good while Slack does not name the app of the bot token", async () => {
  const unnamed = probes("A0TWO");
  const checks = await checkSlack(
    { ...unnamed, botToken: async () => ({ ...(await unnamed.botToken()), appId: null }) as never },
    { routes: [] },
  );
  assert.deepEqual(
    checks.filter(({ subject }) => subject === "SLACK_APP_TOKEN").map(({ status, text }) => [status, text]),
    [
      [
        "skipped",
        "Slack accepts the token, but did not name the app of the other one. Run doctor again to check that both tokens are of the same app.",
      ],
    ],
  );
});

test("scopes that Slack does not name are not called complete", async () => {
  assert.match((await lines("A0ONE", null))[1] ?? "", /^skipped Slack scopes: Slack did not name them\. Compare/);
});

test("a missing scope is reported once, and what needs it is not checked", async () => {
  const found = await lines("A0ONE", ["chat:write"]);
  assert.deepEqual(found.slice(3, 4).concat(found.slice(6, 8)), [
    "skipped slash command /approvals: not checked, because the token lacks the scope commands.",
    "skipped groups (0 routes): not checked, because the token lacks the scope usergroups:read.",
    "skipped quorum (0 routes): not checked, because the token lacks the scope usergroups:read.",
  ]);
});

test("a quorum is not called complete while an approver of a route is not known", async () => {
  const finding = { level: "problem", path: ["routes", 0, "approvers", "users", 0], id: "U0X", route: "a" } as const;
  const found = await lines("A0ONE", undefined, [{ ...finding, text: "There is no such person.", place: "users U0X" }]);
  assert.match(found[7] ?? "", /^skipped quorum \(0 routes\): not checked where an approver is not known/);
  assert.match((await lines("A0ONE"))[7] ?? "", /^ok quorum/);
});

for (const [token, app] of [
  ["xapp-1-A0123ABCD-1234567890-0123456789abcdef", "A0123ABCD"],
  ["xapp-sandbox", null],
] as const)
  test(`the app of ${token} is ${app}`, () => assert.equal(findTokenApp(token), app));
