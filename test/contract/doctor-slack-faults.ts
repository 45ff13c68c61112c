import { OTHER_APP_TOKEN } from "../../sandbox/slack/seed.ts";
import type { Fault } from "./doctor-fault.ts";

const approvers = (channels: string, who: string, more = "") => ({
  policy: `routes: [{ name: all, channels: [${channels}], approvers: { ${who} }, whenRequesterUnknown: deny${more} }]`,
});

export const SLACK_FAULTS: readonly Fault[] = [
  {
    part: "slack-bot-token",
    name: "a bot token that was revoked: what depends on it is not checked",
    breaks: (w) => w.slack("token", { token: "bot", state: "token_revoked" }),
    expected: [
      /^failed SLACK_BOT_TOKEN: Slack refused: token_revoked\. The token is no longer valid: install the app again and set SLACK_BOT_TOKEN\.$/m,
      /^skipped Slack scopes: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^skipped channels: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^ok SLACK_APP_TOKEN: /m,
    ],
  },
  {
    part: "slack-bot-token",
    name: "a bot token of no app",
    run: { env: { SLACK_BOT_TOKEN: "xoxb-nobody" } },
    expected: [/^failed SLACK_BOT_TOKEN: Slack refused: invalid_auth\. /m],
  },
  {
    part: "slack-bot-token",
    name: "no Slack at this address",
    run: { env: { SLACK_API_URL: "http://127.0.0.1:9/api/" } },
    expected: [
      /^failed SLACK_BOT_TOKEN: .*Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
      /^failed SLACK_APP_TOKEN: .*Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
    ],
  },
  {
    part: "slack-scopes",
    name: "scopes that the token lacks",
    breaks: (w) => w.slack("scopes", { revoke: ["users:read.email", "groups:read"] }),
    expected: [
      /^failed Slack scopes: The token lacks the scopes users:read\.email, groups:read\. Add them under OAuth/m,
    ],
  },
  {
    part: "slack-socket-mode",
    name: "an app-level token that was revoked",
    breaks: (w) => w.slack("token", { token: "app", state: "token_revoked" }),
    expected: [/^failed SLACK_APP_TOKEN: Slack refused: token_revoked\. The token is no longer valid: generate/m],
  },
  {
    part: "slack-socket-mode",
    name: "Socket Mode is off",
    breaks: (w) => w.slack("settings", { requestUrl: "http://127.0.0.1:9/slack/events" }),
    expected: [/^failed SLACK_APP_TOKEN: Slack refused: socket_mode_disabled\. Turn on Socket Mode/m],
  },
  {
    part: "slack-socket-mode",
    name: "an app-level token of another app",
    run: { env: { SLACK_APP_TOKEN: OTHER_APP_TOKEN } },
    expected: [
      /^failed SLACK_APP_TOKEN: this token is of the app A0OTHERBOT0, and SLACK_BOT_TOKEN is of the app A0\w+\. Copy both/m,
    ],
  },
  {
    part: "slack-socket-mode",
    name: "HTTP mode, which a bot cannot check",
    run: { env: { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: "sandbox-signing-secret" } },
    expected: [/^skipped Slack HTTP mode: Slack does not let a bot check .* Check by hand: type \/approvals help/m],
  },
  {
    part: "slack-command",
    name: "no scope for the slash command",
    breaks: (w) => w.slack("scopes", { revoke: ["commands"] }),
    expected: [
      /^failed Slack scopes: The token lacks the scope commands\. Add it under OAuth/m,
      /^skipped slash command \/approvals: not checked, because the token lacks the scope commands\.$/m,
    ],
  },
  {
    part: "channels",
    name: "a channel without the bot",
    breaks: (w) => w.slack("channel", { channel: "C0PRODDBA", kick: ["U0COUNTERSN"] }),
    expected: [
      /^failed countersign\.yml:\d+ route "databases" routes\[0\]\.channels C0PRODDBA: There is no such channel, or it is private and the bot was not invited: \/invite @Countersign\.$/m,
    ],
  },
  {
    part: "channels",
    name: "channels that do not exist, are archived, or are shared",
    run: approvers("C0NOSUCH, C0OLD, C0SHARED", "users: [U0JANE]"),
    expected: [
      /^failed .* C0NOSUCH: There is no such channel/m,
      /^failed .* C0OLD: .* is archived/m,
      /^warning .* C0SHARED: .* is shared with another organization/m,
    ],
  },
  {
    part: "people",
    name: "an approver who left",
    run: approvers("C0APPROVALS", "users: [U0JANE, U0GONE]"),
    expected: [
      /^failed .* routes\[0\]\.approvers\.users U0GONE: Gita Gone is a deactivated account .*: remove the ID\.$/m,
    ],
  },
  {
    part: "groups",
    name: "a group that is disabled",
    breaks: (w) => w.slack("group", { group: "S0DBA", disabled: true }),
    expected: [/^failed .* routes\[0\]\.approvers\.groups S0DBA: The user group @dba is disabled: enable it/m],
  },
  {
    part: "groups",
    name: "a group without members",
    breaks: (w) => w.slack("group", { group: "S0DBA", users: [] }),
    expected: [/^failed .* S0DBA: The user group @dba has no members: add some/m],
  },
  {
    part: "quorum",
    name: "a quorum above the number of approvers",
    run: approvers("C0APPROVALS", "groups: [S0DBA]", ", quorum: 2"),
    expected: [/^failed .* routes\[0\]\.quorum: The quorum is 2, but there is only 1 approver: add approvers/m],
  },
];
