import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";
import { parseEnvironment, VARIABLES, type Variables } from "../../src/config/environment.ts";
import { parseDatabaseUrl } from "../../src/config/variable-formats.ts";

const LEAST = { SLACK_BOT_TOKEN: "xoxb-1-abc", SLACK_APP_TOKEN: "xapp-1-abc" };

const problems = (variables: Variables) =>
  parseEnvironment(variables).problems.map(({ where, what }) => `${where}: ${what}`);
const environment = (variables: Variables) => {
  const parsed = parseEnvironment({ ...LEAST, ...variables });
  assert.deepEqual(parsed.problems, []);
  return parsed.environment;
};

test("the two tokens are enough, and all else has a default", () => {
  assert.deepEqual(environment({}), {
    slack: { botToken: "xoxb-1-abc", apiUrl: null, connection: { kind: "socket", appToken: "xapp-1-abc" } },
    configFile: "countersign.yml",
    database: { kind: "sqlite", path: "countersign.db" },
    pollIntervalMs: 15_000,
    eventBus: null,
    port: 8080,
    logLevel: "info",
    region: null,
  });
});

test("without an app token Slack comes over HTTP, which needs the signing secret", () => {
  const { slack } = parseEnvironment({
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_SIGNING_SECRET: "0123456789abcdef",
  }).environment;
  assert.deepEqual(slack.connection, { kind: "http", signingSecret: "0123456789abcdef" });
});

describe("what is taken", () => {
  const rows: [string, Variables, (read: ReturnType<typeof environment>) => unknown, unknown][] = [
    ["a fraction of a second", { POLL_INTERVAL_SECONDS: "0.25" }, (e) => e.pollIntervalMs, 250],
    ["a fraction without its zero", { POLL_INTERVAL_SECONDS: ".5" }, (e) => e.pollIntervalMs, 500],
    [
      "a base address without its last slash",
      { SLACK_API_URL: "http://localhost:3000/api" },
      (e) => e.slack.apiUrl,
      "http://localhost:3000/api/",
    ],
    [
      "Slack's own base address",
      { SLACK_API_URL: "https://slack.com/api/" },
      (e) => e.slack.apiUrl,
      "https://slack.com/api/",
    ],
    ["port 0", { PORT: "0" }, (e) => e.port, 0],
    ["the highest port", { PORT: "65535" }, (e) => e.port, 65_535],
    ["a level", { LOG_LEVEL: "debug" }, (e) => e.logLevel, "debug"],
    ["another file", { COUNTERSIGN_CONFIG: "/etc/countersign.yml" }, (e) => e.configFile, "/etc/countersign.yml"],
    ["a Region", { AWS_REGION: "us-gov-west-1" }, (e) => e.region, "us-gov-west-1"],
    ["the other variable's Region", { AWS_DEFAULT_REGION: "eu-west-1" }, (e) => e.region, "eu-west-1"],
    [
      "the first Region of the two",
      { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "eu-west-1" },
      (e) => e.region,
      "us-east-1",
    ],
    [
      "a bus by its name",
      { EVENT_BUS_NAME: "audit", AWS_REGION: "us-east-1" },
      (e) => e.eventBus,
      { name: "audit", region: "us-east-1" },
    ],
    [
      "a bus by its ARN, in the ARN's Region",
      { EVENT_BUS_NAME: "arn:aws:events:eu-west-1:111122223333:event-bus/audit", AWS_REGION: "us-east-1" },
      (e) => e.eventBus,
      { name: "arn:aws:events:eu-west-1:111122223333:event-bus/audit", region: "eu-west-1" },
    ],
  ];
  for (const [claim, variables, pick, expected] of rows)
    test(claim, () => assert.deepEqual(pick(environment(variables)), expected));
});

describe("what is refused, each with its own sentence", () => {
  const missing = "SLACK_BOT_TOKEN: It is not set.";
  const noWay =
    "SLACK_APP_TOKEN: Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.";
  const rows: [string, Variables, string[]][] = [
    ["nothing set", {}, [missing, noWay]],
    ["an empty token", { ...LEAST, SLACK_BOT_TOKEN: "" }, ["SLACK_BOT_TOKEN: It is set, but empty."]],
    [
      "an empty app token does not switch to HTTP",
      { ...LEAST, SLACK_APP_TOKEN: " " },
      ["SLACK_APP_TOKEN: It is set, but empty."],
    ],
    [
      "the tokens changed places",
      { SLACK_BOT_TOKEN: "xapp-1-abc", SLACK_APP_TOKEN: "xoxb-1-abc" },
      [
        "SLACK_BOT_TOKEN: It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN.",
        "SLACK_APP_TOKEN: It contains a bot token (xoxb-), which belongs in SLACK_BOT_TOKEN.",
      ],
    ],
    [
      "a user's token",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxp-1" },
      ["SLACK_BOT_TOKEN: It contains a user token (xoxp-): the bot acts as itself, never as a person."],
    ],
    [
      "a token that rotates",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxe.xoxb-1-abc" },
      ["SLACK_BOT_TOKEN: It is an expiring token: this version does not support token rotation."],
    ],
    [
      "the example's placeholder",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxb-..." },
      ["SLACK_BOT_TOKEN: It still contains a placeholder."],
    ],
    [
      "Bearer",
      { ...LEAST, SLACK_BOT_TOKEN: "Bearer xoxb-1-abc" },
      ['SLACK_BOT_TOKEN: It begins with "Bearer", which belongs in an HTTP header, not in the token.'],
    ],
    [
      "quotation marks",
      { ...LEAST, SLACK_BOT_TOKEN: '"xoxb-1-abc"' },
      ["SLACK_BOT_TOKEN: There are quotation marks around its value, which count as part of it."],
    ],
    [
      "one quotation mark",
      { ...LEAST, SLACK_BOT_TOKEN: "'xoxb-1-abc" },
      ["SLACK_BOT_TOKEN: There are quotation marks around its value, which count as part of it."],
    ],
    [
      "white space",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxb-1-abc " },
      ["SLACK_BOT_TOKEN: There is white space around its value."],
    ],
    [
      "a file from Windows",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxb-1-abc\r" },
      ["SLACK_BOT_TOKEN: It ends in a carriage return."],
    ],
    [
      "two tokens in one",
      { ...LEAST, SLACK_BOT_TOKEN: "xoxb-1 xapp-1" },
      ["SLACK_BOT_TOKEN: There is white space within its value."],
    ],
    [
      "something else",
      { ...LEAST, SLACK_BOT_TOKEN: "hello" },
      ["SLACK_BOT_TOKEN: It does not have the format that Slack uses."],
    ],
    [
      "a token as signing secret",
      { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "xapp-1-abc" },
      ["SLACK_SIGNING_SECRET: It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN."],
    ],
    ["no address", { ...LEAST, SLACK_API_URL: "localhost:3000" }, ["SLACK_API_URL: It is not an http or https URL."]],
    [
      "an address with a password",
      { ...LEAST, SLACK_API_URL: "http://a:b@host/api/" },
      ["SLACK_API_URL: It has a user, a query or a fragment, which a base URL cannot have."],
    ],
    [
      "Slack's pages",
      { ...LEAST, SLACK_API_URL: "https://acme.slack.com/" },
      ["SLACK_API_URL: It points to slack.com, but not to its Web API."],
    ],
    [
      "a unit",
      { ...LEAST, POLL_INTERVAL_SECONDS: "15s" },
      ['POLL_INTERVAL_SECONDS: "15s" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "no pause at all",
      { ...LEAST, POLL_INTERVAL_SECONDS: "0" },
      ['POLL_INTERVAL_SECONDS: "0" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "a comma",
      { ...LEAST, POLL_INTERVAL_SECONDS: "0,5" },
      ['POLL_INTERVAL_SECONDS: "0,5" is not a number of seconds above 0 and at most 3600.'],
    ],
    [
      "a bus without a Region",
      { ...LEAST, EVENT_BUS_NAME: "audit" },
      ["EVENT_BUS_NAME: The Region of this bus is unknown."],
    ],
    [
      "an impossible bus",
      { ...LEAST, EVENT_BUS_NAME: "my bus" },
      ['EVENT_BUS_NAME: "my bus" is not the name or the ARN of an event bus.'],
    ],
    ["an empty bus", { ...LEAST, EVENT_BUS_NAME: "" }, ["EVENT_BUS_NAME: It is set, but empty."]],
    [
      "a queue",
      { ...LEAST, WAITING_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/1/q" },
      ["WAITING_QUEUE_URL: This version does not support a queue of waiting steps."],
    ],
    ["a port too high", { ...LEAST, PORT: "65536" }, ['PORT: "65536" is not a port number.']],
    ["a port's name", { ...LEAST, PORT: "http" }, ['PORT: "http" is not a port number.']],
    ["a level that is none", { ...LEAST, LOG_LEVEL: "loud" }, ['LOG_LEVEL: "loud" is not a log level.']],
    ["a zone for a Region", { ...LEAST, AWS_REGION: "us-east-1a" }, ['AWS_REGION: "us-east-1a" is not an AWS Region.']],
    [
      "PostgreSQL without a database",
      { ...LEAST, DATABASE_URL: "postgres://u:p@h" },
      ["DATABASE_URL: There is no database name after the host."],
    ],
    [
      "a bare path",
      { ...LEAST, DATABASE_URL: "countersign.db" },
      ["DATABASE_URL: It begins with neither sqlite: nor postgres://."],
    ],
  ];
  for (const [claim, variables, expected] of rows) test(claim, () => assert.deepEqual(problems(variables), expected));
});

test("a level that is nearly right is suggested", () => {
  const [problem] = parseEnvironment({ ...LEAST, LOG_LEVEL: "INFO" }).problems;
  assert.match(problem?.fix ?? "", /^Write info,/);
});

describe("databases", () => {
  const rows: [string, object | string][] = [
    ["sqlite:countersign.db", { kind: "sqlite", path: "countersign.db" }],
    ["sqlite:./data/a b.db", { kind: "sqlite", path: "./data/a b.db" }],
    ["sqlite:/var/lib/c.db", { kind: "sqlite", path: "/var/lib/c.db" }],
    ["sqlite:///var/lib/c.db", { kind: "sqlite", path: "/var/lib/c.db" }],
    ["postgres://u:p@h:5432/d", { kind: "postgres", url: "postgres://u:p@h:5432/d" }],
    ["postgresql://h/d", { kind: "postgres", url: "postgresql://h/d" }],
    ["sqlite:", "There is no path after sqlite:."],
    ["sqlite://c.db", "A host follows sqlite://, but SQLite has no hosts."],
    ["sqlite::memory:", "A database in memory loses every vote and message when the bot restarts."],
    ["mysql://h/d", "It begins with neither sqlite: nor postgres://."],
  ];
  for (const [text, expected] of rows)
    test(text, () => {
      const parsed = parseDatabaseUrl(text);
      assert.deepEqual("value" in parsed ? parsed.value : parsed.what, expected);
    });
});

describe(".env.example", () => {
  const text = readFileSync(".env.example", "utf8");
  const lines = [...text.matchAll(/^(?:# )?([A-Z][A-Z_]*)=(.*)$/gm)].map(([, name = "", value = ""]) => ({
    name,
    value,
  }));

  test("has every variable that is read, once, and no other", () => {
    assert.deepEqual(lines.map(({ name }) => name).sort(), [...VARIABLES].sort());
  });

  test("as it is, only the two tokens are wrong", () => {
    assert.deepEqual(problems(parseEnv(text) as Variables), [
      "SLACK_BOT_TOKEN: It still contains a placeholder.",
      "SLACK_APP_TOKEN: It still contains a placeholder.",
    ]);
  });

  test("every value in it is taken, or is said not to be supported", () => {
    for (const { name, value } of lines.filter(({ value }) => !value.endsWith("...")))
      assert.deepEqual(
        problems({ ...LEAST, AWS_REGION: "us-east-1", [name]: value }),
        name === "WAITING_QUEUE_URL"
          ? ["WAITING_QUEUE_URL: This version does not support a queue of waiting steps."]
          : [],
        name,
      );
  });

  test("the values in lines that are commented out as defaults are the defaults", () => {
    const given = Object.fromEntries(lines.map(({ name, value }) => [name, value]));
    const { POLL_INTERVAL_SECONDS, COUNTERSIGN_CONFIG, DATABASE_URL, PORT, LOG_LEVEL } = given;
    const defaults = { POLL_INTERVAL_SECONDS, COUNTERSIGN_CONFIG, DATABASE_URL, PORT, LOG_LEVEL };
    assert.deepEqual(environment(defaults), environment({}));
  });
});
