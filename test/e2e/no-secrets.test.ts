import assert from "node:assert/strict";
import { test } from "node:test";
import { startBot } from "../support/bot.ts";
import { runCli } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { BOT_ROLE, ONE_GATE, world } from "../support/world.ts";

const APPROVER = "arn:aws:iam::111122223333:role/CountersignApprover";
const READER = "arn:aws:iam::111122223333:role/CountersignReader";
const POLICY = `
targets: [{ name: production, regions: [us-east-1], readRole: "${READER}", approverRole: "${APPROVER}" }]
routes: [{ name: all, channels: [C0APPROVALS], approvers: { users: [U0JANE] } }]
admins: { users: [U0ADMIN] }
`;
const AWS_SECRET = "aws-secret-of-the-bot-0123456789";
const DATABASE_PASSWORD = "password-of-the-database";
const PROXY_PASSWORD = "password-of-the-proxy";

test("no token, secret or password appears in what the bot and its commands print, at any log level", async (t) => {
  const w = await world(t, { start: false, policy: POLICY });
  const { identities } = w.aws;
  const key = identities.findKey("AKIACOUNTERSIGNBOT00") ?? assert.fail();
  identities.addKey({ ...key, accessKeyId: "AKIANOSECRETS0000000", secretAccessKey: AWS_SECRET });
  const known = new Set(identities.listKeys().map(({ accessKeyId }) => accessKeyId));
  await w.control.aws("roles", { arn: READER, allows: ["ssm:*"], trusts: [BOT_ROLE] });
  const environment = {
    ...w.environment,
    AWS_ACCESS_KEY_ID: "AKIANOSECRETS0000000",
    AWS_SECRET_ACCESS_KEY: AWS_SECRET,
    LOG_LEVEL: "trace",
  };
  const printed: string[] = [];
  const cli = async (differences: Record<string, string | undefined>, ...args: string[]) =>
    printed.push((await runCli({ ...environment, ...differences }, ...args)).text);

  // A decision with failures of Slack and AWS on its way, a command, and the end of the connection.
  const bot = await w.startBot(environment);
  await w.ready();
  await w.control.slack("faults", { operation: "chat.postMessage", kind: "error", status: 500, times: 1 });
  await w.control.slack("faults", { operation: "chat.update", kind: "drop-reply", times: 1 });
  await w.control.aws("faults", { operation: "AssumeRole", kind: "error", status: 500, times: 1 });
  await w.control.aws("faults", { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 });
  const id = await w.run(ONE_GATE.replace(/Approvers: .*/, `Approvers: ["${APPROVER}"]`));
  await w.click("U0JANE", await w.message(id), "approve");
  await w.control.slack("command", { user: "U0ADMIN", channel: "C0APPROVALS", text: "/approvals health" });
  await eventually("the execution ends", async () => (await w.execution(id)).AutomationExecutionStatus === "Success");
  await cli({}, "doctor", "--json");
  await w.control.slack("token", { token: "app", state: "token_revoked" });
  await w.control.slack("disconnect", { reason: "none" });
  assert.equal(await bot.ended, 1);
  await w.control.slack("token", { token: "bot", state: "token_revoked" });
  const commands = [["doctor"], ["policy", "check"], ["policy", "explain", id], ["serve"]];
  for (const args of FULL_MATRIX ? commands : []) {
    await cli({}, ...args);
    await cli({ AWS_ACCESS_KEY_ID: "AKIANOSUCHKEY0000000" }, ...args);
  }
  printed.push(...bot.lines.map((line) => JSON.stringify(line)));

  // A database and a proxy that cannot be reached, and secrets in the wrong places.
  const unreachable = {
    DATABASE_URL: `postgres://bot:${DATABASE_PASSWORD}@127.0.0.1:9/countersign`,
    HTTPS_PROXY: `http://bot:${PROXY_PASSWORD}@127.0.0.1:9`,
    SLACK_API_URL: "https://slack.test/api/",
    AWS_ENDPOINT_URL: "https://aws.test",
  };
  const waiting = await startBot({ ...environment, ...unreachable });
  t.after(() => waiting.kill());
  await eventually("the database is missed", () => waiting.lines.some(({ event }) => event === "database.unreachable"));
  await waiting.kill();
  printed.push(...waiting.lines.map((line) => JSON.stringify(line)));
  await cli(unreachable, "doctor");
  await cli({ SLACK_BOT_TOKEN: "xapp-sandbox", SLACK_APP_TOKEN: '"xoxb-sandbox"' }, "serve");

  // HTTP mode, with a request that is signed with another secret.
  await w.control.slack("reset", {});
  const signingSecret = "sandbox-signing-secret";
  const http = await startBot({ ...environment, SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: signingSecret });
  t.after(() => http.kill());
  const headers = { "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)), "x-slack-signature": "v0=bad" };
  await eventually("the request is refused", async () => {
    const request = { method: "POST", headers, body: "payload=%7B%7D" };
    return (await fetch(`http://127.0.0.1:${http.port}/slack/events`, request)).status === 401;
  });
  assert.equal(await http.stop(), 0);
  printed.push(...http.lines.map((line) => JSON.stringify(line)));

  const sessions = identities.listKeys().filter(({ accessKeyId }) => !known.has(accessKeyId));
  assert.ok(sessions.length >= 2, "both roles were assumed");
  const secrets = [
    ...["xoxb-sandbox", "xapp-sandbox", signingSecret, AWS_SECRET, DATABASE_PASSWORD, PROXY_PASSWORD],
    ...sessions.flatMap(({ secretAccessKey, sessionToken = "" }) => [secretAccessKey, sessionToken]),
    "/link/?ticket=",
  ];
  const all = printed.join("\n");
  assert.match(all, /"level":"debug"/);
  assert.match(all, /failed {3}SLACK_BOT_TOKEN/);
  assert.deepEqual(
    secrets.filter((secret) => all.includes(secret)),
    [],
  );
});
