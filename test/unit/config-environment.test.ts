import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEnvironment, parseProxy, type Variables } from "../../src/config/environment.ts";
import { environment, MINIMAL, problems } from "./environment-samples.ts";

test("the two tokens are enough: every other variable has a default", () => {
  assert.deepEqual(environment({}), {
    slack: { botToken: "xoxb-1-abc", apiUrl: null, connection: { kind: "socket", appToken: "xapp-1-abc" } },
    configFile: "countersign.yml",
    database: { kind: "sqlite", path: "countersign.db" },
    pollIntervalMs: 15_000,
    eventBus: null,
    waitingQueue: null,
    port: 8080,
    opsPort: null,
    logLevel: "info",
    region: null,
  });
});

test("without an app token, Slack connects over HTTP with the signing secret", () => {
  const { slack } = parseEnvironment({
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_SIGNING_SECRET: "0123456789abcdef",
  }).environment;
  assert.deepEqual(slack.connection, { kind: "http", signingSecret: "0123456789abcdef" });
});

describe("the environment accepts", () => {
  const rows: [string, Variables, (read: ReturnType<typeof environment>) => unknown, unknown][] = [
    ["a fraction of a second", { POLL_INTERVAL_SECONDS: "0.25" }, (e) => e.pollIntervalMs, 250],
    ["a fraction without its zero", { POLL_INTERVAL_SECONDS: ".5" }, (e) => e.pollIntervalMs, 500],
    [
      "a base URL without its last slash",
      { SLACK_API_URL: "http://localhost:3000/api" },
      (e) => e.slack.apiUrl,
      "http://localhost:3000/api/",
    ],
    [
      "Slack's own base URL",
      { SLACK_API_URL: "https://slack.com/api/" },
      (e) => e.slack.apiUrl,
      "https://slack.com/api/",
    ],
    ["port 0", { PORT: "0" }, (e) => e.port, 0],
    ["the highest port", { PORT: "65535" }, (e) => e.port, 65_535],
    ["a log level", { LOG_LEVEL: "debug" }, (e) => e.logLevel, "debug"],
    [
      "another configuration file",
      { COUNTERSIGN_CONFIG: "/etc/countersign.yml" },
      (e) => e.configFile,
      "/etc/countersign.yml",
    ],
    ["a Region in AWS_REGION", { AWS_REGION: "us-gov-west-1" }, (e) => e.region, "us-gov-west-1"],
    ["a Region in AWS_DEFAULT_REGION", { AWS_DEFAULT_REGION: "eu-west-1" }, (e) => e.region, "eu-west-1"],
    [
      "both Regions, and AWS_REGION takes precedence",
      { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "eu-west-1" },
      (e) => e.region,
      "us-east-1",
    ],
    [
      "the name of a bus",
      { EVENT_BUS_NAME: "audit", AWS_REGION: "us-east-1" },
      (e) => e.eventBus,
      { name: "audit", region: "us-east-1" },
    ],
    [
      "the ARN of a bus, with the ARN's Region",
      { EVENT_BUS_NAME: "arn:aws:events:eu-west-1:111122223333:event-bus/audit", AWS_REGION: "us-east-1" },
      (e) => e.eventBus,
      { name: "arn:aws:events:eu-west-1:111122223333:event-bus/audit", region: "eu-west-1" },
    ],
    ...(
      [
        ["a queue, with the Region in its URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/q", "eu-west-1"],
        ["a queue at a VPC endpoint", "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/111122223333/q", "eu-west-1"],
        ["a queue at a FIPS endpoint", "https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/q", "us-gov-west-1"],
        ["a queue with an old URL", "https://eu-west-1.queue.amazonaws.com/111122223333/q", "eu-west-1"],
        ["a queue in China", "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q.fifo", "cn-north-1"],
        ["a queue of a stand-in, in the Region of AWS_REGION", "http://localhost:4566/111122223333/q", "us-east-1"],
      ] as const
    ).map(([claim, url, region]): (typeof rows)[number] => [
      claim,
      { WAITING_QUEUE_URL: url, AWS_REGION: "us-east-1" },
      (e) => e.waitingQueue,
      { url, region },
    ]),
  ];
  for (const [claim, variables, pick, expected] of rows)
    test(claim, () => assert.deepEqual(pick(environment(variables)), expected));
});

test("variables of other programs are no misspellings", () => {
  environment({ PATH: "/bin", POST: "1", APP_PORT: "1", DB_PORT: "2", LOG_FILE: "x", AWS_PROFILE: "p", NO_COLOR: "1" });
  environment({ DATABASE_URL: "sqlite:x", DATABASE_URI: "for another program" });
});

test("a variable with a similar name may belong to another program: it is a warning that names the variable", () => {
  const others = { LOGLEVEL: "debug", DATABASE_URI: "postgres://other", LOG_LEVELS: "x", AWS_REGIONS: "y" };
  const parsed = parseEnvironment({ ...MINIMAL, ...others });
  assert.deepEqual(parsed.problems, []);
  assert.equal(parsed.environment.logLevel, "info");
  assert.deepEqual(
    parsed.warnings.map(({ where, fix }) => [where, fix]),
    [
      ["LOGLEVEL", "If it is for Countersign, write LOG_LEVEL."],
      ["DATABASE_URI", "If it is for Countersign, write DATABASE_URL."],
      ["LOG_LEVELS", "If it is for Countersign, write LOG_LEVEL."],
      ["AWS_REGIONS", "If it is for Countersign, write AWS_REGION."],
    ],
  );
  assert.deepEqual(parseEnvironment({ ...MINIMAL, ...others, LOG_LEVEL: "warn" }).warnings.length, 2);
});

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
        "SLACK_BOT_TOKN: Countersign reads no variable of this name.",
        "SLACK_APP_TOKENS: Countersign reads no variable of this name.",
        "COUNTERSIGN_CONFIGS: Countersign reads no variable of this name.",
      ],
    ],
    [
      "a variable that can only be meant for Countersign",
      { ...MINIMAL, COUNTERSIGN_MODE: "x" },
      ["COUNTERSIGN_MODE: Countersign reads no variable of this name."],
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

test("the variables that Kubernetes sets for a Service named countersign are no spelling mistakes", () => {
  const links = {
    COUNTERSIGN_SERVICE_HOST: "10.0.0.7",
    COUNTERSIGN_SERVICE_PORT: "8080",
    COUNTERSIGN_SERVICE_PORT_HTTP: "8080",
    COUNTERSIGN_PORT: "tcp://10.0.0.7:8080",
    COUNTERSIGN_PORT_8080_TCP: "tcp://10.0.0.7:8080",
    COUNTERSIGN_PORT_8080_TCP_ADDR: "10.0.0.7",
  };
  assert.deepEqual(problems({ ...MINIMAL, ...links }), []);
});

describe("the proxy", () => {
  const url = "http://user:a-password@proxy.example.com:3128";

  test("is read with its exceptions, and an empty text means none", () => {
    assert.deepEqual(parseProxy({ HTTPS_PROXY: url, NO_PROXY: ".local" }), { url, exceptions: ".local" });
    assert.deepEqual(parseProxy({ HTTPS_PROXY: url, NO_PROXY: "" }), { url, exceptions: null });
    assert.equal(parseProxy({ HTTPS_PROXY: "", NO_PROXY: ".local" }), null);
    assert.deepEqual(problems({ ...MINIMAL, HTTPS_PROXY: "", NO_PROXY: "" }), []);
  });

  test("needs a scheme, and the problem does not quote its password", () => {
    const [problem = "", ...more] = problems({ ...MINIMAL, HTTPS_PROXY: "user:a-password@proxy.example.com:3128" });
    assert.match(problem, /^HTTPS_PROXY: It is not an http or https URL\.$/);
    assert.deepEqual(more, []);
  });

  test("a name in lower case is a warning, unless the right one is set too", () => {
    const { warnings } = parseEnvironment({ ...MINIMAL, https_proxy: url });
    assert.deepEqual(
      warnings.map(({ where, fix }) => [where, fix]),
      [["https_proxy", "Set HTTPS_PROXY to the same value."]],
    );
    assert.deepEqual(parseEnvironment({ ...MINIMAL, https_proxy: url, HTTPS_PROXY: url }).warnings, []);
  });
});
