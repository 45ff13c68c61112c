import assert from "node:assert/strict";
import { test } from "node:test";
import { makeResponseHostCheck } from "../../src/slack/connection/response-hosts.ts";

for (const [apiUrl, responseUrl, accepted] of [
  [null, "https://hooks.slack.com/commands/T0/1/x", true],
  [null, "http://hooks.slack.com/commands/T0/1/x", false],
  [null, "https://hooks.slack.com.example.com/x", false],
  [null, "https://hooks.slack-gov.com/commands/T0/1/x", false],
  [null, "https://slack.com/commands/T0/1/x", false],
  [null, "no URL", false],
  [null, "", false],
  ["https://slack.com/api/", "https://hooks.slack.com/commands/T0/1/x", true],
  ["https://www.slack.com/api/", "https://hooks.slack.com/commands/T0/1/x", true],
  ["https://slack-gov.com/api/", "https://hooks.slack-gov.com/commands/T0/1/x", true],
  ["https://slack-gov.com/api/", "https://hooks.slack.com/commands/T0/1/x", false],
  ["https://notslack.com/api/", "https://hooks.slack.com/commands/T0/1/x", false],
  ["http://localhost:3000/api/", "http://127.0.0.1:3000/response/1", true],
  ["http://127.0.0.1:3000/api/", "http://localhost:3000/response/1", true],
  ["http://[::1]:3000/api/", "http://localhost:3000/response/1", true],
  ["http://localhost:3000/api/", "http://localhost:3001/response/1", false],
  ["http://localhost:3000/api/", "http://localhost.example.com:3000/response/1", false],
  ["http://localhost:3000/api/", "http://127.0.0.1.example.com:3000/response/1", false],
  ["http://slack.internal:3000/api/", "http://slack.internal:3000/response/1", true],
  ["http://slack.internal:3000/api/", "http://other.internal:3000/response/1", false],
] as const)
  test(`a reply for the API at ${apiUrl ?? "Slack"} ${accepted ? "may" : "may not"} go to ${responseUrl || "an empty URL"}`, () => {
    assert.equal(makeResponseHostCheck(apiUrl)(responseUrl), accepted);
  });
