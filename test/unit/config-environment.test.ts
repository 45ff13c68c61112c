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
    regionVariable: "AWS_DEFAULT_REGION",
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
