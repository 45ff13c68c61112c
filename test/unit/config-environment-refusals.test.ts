import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEnvironment, type Variables } from "../../src/config/environment.ts";
import { loadPolicy } from "../../src/config/load.ts";
import { loadDatabase } from "../../src/config/load-database.ts";
import { MINIMAL, problems } from "./environment-samples.ts";

type Loaded = ReturnType<typeof loadDatabase> | ReturnType<typeof loadPolicy>;

describe("the environment is refused for", () => {
  const missing = "SLACK_BOT_TOKEN: It is not set.";
  const noWay =
    "SLACK_APP_TOKEN: Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.";
  const rows: [string, Variables, string[]][] = [
    ["no variable at all", {}, [missing, noWay]],
    [
      "a misspelled variable, without a second problem about the missing one",
      { SLACK_BOT_TOKN: "xoxb-1-abc", SLACK_APP_TOKENS: "xapp-1-abc", COUNTERSIGN_CONFIGS: "x" },
      [
        "SLACK_BOT_TOKN: Countersign ignores this variable.",
        "SLACK_APP_TOKENS: Countersign ignores this variable.",
        "COUNTERSIGN_CONFIGS: Countersign ignores this variable.",
      ],
    ],
    [
      "a variable that can only be meant for Countersign",
      { ...MINIMAL, COUNTERSIGN_MODE: "x" },
      ["COUNTERSIGN_MODE: Countersign ignores this variable."],
    ],
    [
      "one port for both purposes",
      { ...MINIMAL, PORT: "8080", OPS_PORT: "8080" },
      ["OPS_PORT: It is the same port as PORT."],
    ],
    ["an empty token", { ...MINIMAL, SLACK_BOT_TOKEN: "" }, ["SLACK_BOT_TOKEN: It is set, but empty."]],
    [
      "an empty app token, which does not switch to HTTP",
      { ...MINIMAL, SLACK_APP_TOKEN: " " },
      ["SLACK_APP_TOKEN: It is set, but empty."],
    ],
    [
      "two swapped tokens",
      { SLACK_BOT_TOKEN: "xapp-1-abc", SLACK_APP_TOKEN: "xoxb-1-abc" },
      [
        "SLACK_BOT_TOKEN: It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN.",
        "SLACK_APP_TOKEN: It contains a bot token (xoxb-), which belongs in SLACK_BOT_TOKEN.",
      ],
    ],
    [
      "a user token",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxp-1" },
      ["SLACK_BOT_TOKEN: It contains a user token (xoxp-): the bot acts as itself, never as a person."],
    ],
    [
      "an expiring token",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxe.xoxb-1-abc" },
      ["SLACK_BOT_TOKEN: It is an expiring token: this version does not support token rotation."],
    ],
    [
      "the placeholder of the example",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxb-..." },
      ["SLACK_BOT_TOKEN: It still contains a placeholder."],
    ],
    [
      "a Bearer prefix",
      { ...MINIMAL, SLACK_BOT_TOKEN: "Bearer xoxb-1-abc" },
      ['SLACK_BOT_TOKEN: It begins with "Bearer", which belongs in an HTTP header, not in the token.'],
    ],
    [
      "quotation marks around a value",
      { ...MINIMAL, SLACK_BOT_TOKEN: '"xoxb-1-abc"' },
      ["SLACK_BOT_TOKEN: There are quotation marks around its value, which count as part of it."],
    ],
    [
      "one quotation mark",
      { ...MINIMAL, SLACK_BOT_TOKEN: "'xoxb-1-abc" },
      ["SLACK_BOT_TOKEN: There are quotation marks around its value, which count as part of it."],
    ],
    [
      "white space after a value",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxb-1-abc " },
      ["SLACK_BOT_TOKEN: There is white space around its value."],
    ],
    [
      "a Windows line ending",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxb-1-abc\r" },
      ["SLACK_BOT_TOKEN: It ends in a carriage return."],
    ],
    [
      "two tokens in one variable",
      { ...MINIMAL, SLACK_BOT_TOKEN: "xoxb-1 xapp-1" },
      ["SLACK_BOT_TOKEN: There is white space within its value."],
    ],
    [
      "a text that is no token",
      { ...MINIMAL, SLACK_BOT_TOKEN: "hello" },
      ["SLACK_BOT_TOKEN: It does not have the format that Slack uses."],
    ],
    [
      "a token as the signing secret",
      { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "xapp-1-abc" },
      ["SLACK_SIGNING_SECRET: It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN."],
    ],
    [
      "a URL without a scheme",
      { ...MINIMAL, SLACK_API_URL: "localhost:3000" },
      ["SLACK_API_URL: It is not an http or https URL."],
    ],
    [
      "a URL with a password",
      { ...MINIMAL, SLACK_API_URL: "http://a:b@host/api/" },
      ["SLACK_API_URL: It has a user, a query or a fragment, which a base URL cannot have."],
    ],
    [
      "the URL of a workspace",
      { ...MINIMAL, SLACK_API_URL: "https://acme.slack.com/" },
      ["SLACK_API_URL: It points to slack.com, but not to its Web API."],
    ],
    [
      "a poll interval with a unit",
      { ...MINIMAL, POLL_INTERVAL_SECONDS: "15s" },
      ['POLL_INTERVAL_SECONDS: "15s" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "a poll interval of 0",
      { ...MINIMAL, POLL_INTERVAL_SECONDS: "0" },
      ['POLL_INTERVAL_SECONDS: "0" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "a decimal comma",
      { ...MINIMAL, POLL_INTERVAL_SECONDS: "0,5" },
      ['POLL_INTERVAL_SECONDS: "0,5" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "a bus without a Region",
      { ...MINIMAL, EVENT_BUS_NAME: "audit" },
      ["EVENT_BUS_NAME: The Region of this bus is unknown."],
    ],
    [
      "an invalid bus",
      { ...MINIMAL, EVENT_BUS_NAME: "my bus" },
      ['EVENT_BUS_NAME: "my bus" is not the name or the ARN of an event bus.'],
    ],
    ["an empty bus", { ...MINIMAL, EVENT_BUS_NAME: "" }, ["EVENT_BUS_NAME: It is set, but empty."]],
    [
      "the ARN of a queue",
      { ...MINIMAL, WAITING_QUEUE_URL: "arn:aws:sqs:us-east-1:111122223333:q" },
      ['WAITING_QUEUE_URL: "arn:aws:sqs:us-east-1:111122223333:q" is not the URL of an SQS queue.'],
    ],
    [
      "a queue of no account",
      { ...MINIMAL, WAITING_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/q" },
      ['WAITING_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/q" is not the URL of an SQS queue.'],
    ],
    [
      "a queue without a Region",
      { ...MINIMAL, WAITING_QUEUE_URL: "https://queue.example.com/111122223333/q" },
      ["WAITING_QUEUE_URL: The Region of this queue is unknown."],
    ],
    ["a port above 65535", { ...MINIMAL, PORT: "65536" }, ['PORT: "65536" is not a port number.']],
    ["a port name", { ...MINIMAL, PORT: "http" }, ['PORT: "http" is not a port number.']],
    ["an unknown log level", { ...MINIMAL, LOG_LEVEL: "loud" }, ['LOG_LEVEL: "loud" is not a log level.']],
    [
      "an Availability Zone instead of a Region",
      { ...MINIMAL, AWS_REGION: "us-east-1a" },
      ['AWS_REGION: "us-east-1a" is not an AWS Region.'],
    ],
    [
      "PostgreSQL without a database",
      { ...MINIMAL, DATABASE_URL: "postgres://u:p@h" },
      ["DATABASE_URL: There is no database name after the host."],
    ],
    [
      "a database path without sqlite:",
      { ...MINIMAL, DATABASE_URL: "countersign.db" },
      ["DATABASE_URL: It begins with neither sqlite: nor postgres://."],
    ],
  ];
  for (const [claim, variables, expected] of rows) test(claim, () => assert.deepEqual(problems(variables), expected));
});

test("a misspelt log level is corrected by a suggestion", () => {
  const [problem] = parseEnvironment({ ...MINIMAL, LOG_LEVEL: "INFO" }).problems;
  assert.match(problem?.fix ?? "", /^Write info,/);
});

describe("a command that uses only some variables reports the problems of these", () => {
  const routes = "routes:\n  - name: all\n    channels: [C0AAA]\n    approvers: { groups: [S0AAA] }\n";
  const policy = (variables: Variables) =>
    loadPolicy({ AWS_REGION: "us-east-1", ...variables }, (path) => ({ kind: "text", path, text: routes }));
  const rows: [string, (variables: Variables) => Loaded, Variables, string[], string[]][] = [
    ["a misspelled COUNTERSIGN_CONFIG", policy, { COUNTERSIGN_CONFG: "x.yml" }, ["COUNTERSIGN_CONFG"], []],
    ["an empty COUNTERSIGN_CONFIG", policy, { COUNTERSIGN_CONFIG: "" }, ["COUNTERSIGN_CONFIG"], []],
    ["an invalid Region", policy, { AWS_REGION: "nowhere" }, ["AWS_REGION"], []],
    ["a misspelled Region", policy, { AWS_REGION: undefined, AWS_REGIN: "us-east-1" }, [], ["AWS_REGIN"]],
    ["not a token or a database", policy, { SLACK_BOT_TOKN: "x", PORT: "x", DATABASE_ULR: "x" }, [], []],
    ["a misspelled DATABASE_URL", loadDatabase, { DATABASE_ULR: "sqlite:a.db" }, [], ["DATABASE_ULR"]],
    ["an invalid DATABASE_URL", loadDatabase, { DATABASE_URL: "mysql:a" }, ["DATABASE_URL"], []],
    ["an unknown variable of Countersign", loadDatabase, { COUNTERSIGN_DATABASE: "x" }, ["COUNTERSIGN_DATABASE"], []],
    ["not a Region or a token", loadDatabase, { AWS_REGION: "nowhere", SLACK_BOT_TOKN: "x" }, [], []],
  ];
  for (const [claim, load, variables, problems, warnings] of rows)
    test(claim, () => {
      const loaded = load(variables);
      assert.deepEqual(loaded.kind === "problems" ? loaded.problems.map(({ where }) => where) : [], problems);
      assert.deepEqual(loaded.kind === "problems" ? [] : loaded.warnings.map(({ where }) => where), warnings);
    });
});
