import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { spawnBot } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { proxy } from "../support/proxy.ts";
import { BOT_ROLE, ONE_GATE, toText, world } from "../support/world.ts";

test("an invalid configuration ends the program with code 2 and reports all problems at once, each with its fix", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "countersign.yml");
  writeFileSync(path, "routes:\n  - name: a\n    channel: C0X\n    quorum: 0\n");
  const { ended, lines } = await spawnBot({
    COUNTERSIGN_CONFIG: path,
    SLACK_BOT_TOKEN: "xapp-1-secret",
    POLL_INTERVAL_SECONDS: "soon",
  });
  assert.equal(await ended, 2);
  const text = lines.join("\n");
  for (const name of [
    "SLACK_BOT_TOKEN",
    "POLL_INTERVAL_SECONDS",
    "SLACK_SIGNING_SECRET",
    "channel",
    "quorum",
    "approvers",
  ])
    assert.ok(text.includes(name), `${name} is named in:\n${text}`);
  assert.ok(!text.includes("xapp-1-secret"), "a token was printed");
});

test("serve logs a warning for each part of the configuration that may not mean what its author expects, with its place", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "countersign.yml");
  const start = async (more: string) => {
    const policy = "routes:\n  - { name: a, channels: [C0ABCDEFG], approvers: { users: [U0JANEDOE] } }\n";
    writeFileSync(path, `${policy}${more}`);
    const { ended, lines } = await spawnBot({
      COUNTERSIGN_CONFIG: path,
      SLACK_BOT_TOKEN: "xoxb-1",
      SLACK_APP_TOKEN: "xapp-1",
      LOG_LEVELS: "debug",
      AWS_REGION: "us-east-9",
      DATABASE_URL: `sqlite:${join(folder, "absent", "countersign.db")}`,
    });
    assert.equal(await ended, 1);
    return lines.filter(({ event }) => event?.startsWith("config."));
  };
  const events = (lines: Json[]) => lines.map(({ event, level }) => [event, level]);
  const unknown = ["config.variable-unknown", "config.region-unknown"].map((event) => [event, "warn"]);
  assert.deepEqual(events(await start("")), unknown);
  const lines = await start("mask: []\n");
  assert.deepEqual(events(lines), [...unknown, ["config.mask-empty", "warn"]]);
  assert.match(JSON.stringify(lines[0]), /LOG_LEVELS/);
  assert.deepEqual([lines[1]?.where, lines[2]?.where], ["AWS_REGION", `${path}:3`]);
  assert.match(lines[1]?.problem, /us-east-9/);
  assert.match(lines[2]?.problem, /hides no values/);
});

test("an absent configuration file is reported with its full path and how to create one", async () => {
  const { ended, lines } = await spawnBot({
    COUNTERSIGN_CONFIG: "/nonexistent/countersign.yml",
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_APP_TOKEN: "xapp-1",
    AWS_REGION: "us-east-1",
  });
  assert.equal(await ended, 2);
  assert.match(lines.join("\n"), /\/nonexistent\/countersign\.yml/);
  assert.match(lines.join("\n"), /countersign\.example\.yml/);
});

test("a token that Slack refuses ends the program with code 1, and the log names its variable", async (t) => {
  const w = await world(t, { start: false });
  for (const [variable, value] of [
    ["SLACK_BOT_TOKEN", "xoxb-wrong"],
    ["SLACK_APP_TOKEN", "xapp-wrong"],
  ] as const) {
    const { ended, lines } = await spawnBot({ ...w.environment, [variable]: value });
    assert.equal(await ended, 1);
    const text = JSON.stringify(lines);
    assert.match(text, new RegExp(`Slack refuses ${variable} \\(invalid_auth\\)`));
    assert.ok(!text.includes(value), "the token was printed");
  }
});

fullMatrixTest(
  "a missing, archived or inaccessible channel does not delay other channels, and the log names the fix",
  async (t) => {
    const w = await world(t, {
      policy: `
routes:
  - name: all
    channels: [C0NOSUCH, C0RANDOM, C0OLD, C0APPROVALS]
    approvers: { users: [U0JANE] }
`,
    });
    const id = await w.run(ONE_GATE);
    await w.click("U0JANE", await w.message(id), "approve");
    await w.message(id, /Success|succeeded/i);
    for (const [channelId, error] of [
      ["C0NOSUCH", "channel_not_found"],
      ["C0RANDOM", "not_in_channel"],
      ["C0OLD", "is_archived"],
    ]) {
      const line = await eventually(`a line about ${channelId}`, () =>
        w.bot().lines.find((each: Json) => each.channelId === channelId && each.error?.includes(error)),
      );
      assert.equal(line.level, "error");
      assert.match(line.error, /invite|Check|unarchive/i);
    }
  },
);

test("hostile text and 200 large parameters are cut visibly to fit, and the request can still be approved", async (t) => {
  const w = await world(t);
  const nasty =
    "<!channel> <@U0JANE> <https://evil.example|click> *bold* _it_ `code` ~s~ & \u202Ereversed\u202C \u200Bzero 🎉👩‍👩‍👧 ";
  const names = Array.from({ length: 200 }, (_, index) => `Parameter${index}`);
  const hostile = await w.run(
    {
      schemaVersion: "0.3",
      parameters: Object.fromEntries(names.map((name) => [name, { type: "String" }])),
      mainSteps: [
        {
          name: "approve",
          action: "aws:approve",
          isEnd: true,
          inputs: { Message: nasty.repeat(60).slice(0, 4096), Approvers: [BOT_ROLE] },
        },
      ],
    },
    {
      parameters: Object.fromEntries(
        names.map((name, index) => [name, [nasty.repeat(200).slice(index, index + 10_000)]]),
      ),
    },
  );
  const message = await w.message(hostile);
  const text = toText(message);
  assert.match(text, /of 200 parameters/);
  assert.ok(!text.includes("<!channel>"), "a broadcast got through");
  assert.doesNotMatch(text, /[\u202A-\u202E\u2066-\u2069\u200B]/);
  await w.click("U0JANE", message, "details");
  const details = toText(await w.modal("U0JANE", "Parameter"));
  assert.match(details, /"details-next"/, "the other parameters are on further pages");
  assert.ok(!details.includes("<!channel>"), "a broadcast got through");
  await w.click("U0JANE", message, "approve");
  await w.message(hostile, /Success|succeeded/i);
});

fullMatrixTest("an execution that disappears between list and read is skipped, and others are posted", async (t) => {
  const w = await world(t, { start: false });
  const gone = await w.run(ONE_GATE);
  const other = await w.run(ONE_GATE);
  const awsUrl = await proxy(t, w.aws.url, ({ operation, body }) =>
    operation === "GetAutomationExecution" && body.includes(gone)
      ? { status: 400, body: JSON.stringify({ __type: "AutomationExecutionNotFoundException", Message: "not-found" }) }
      : undefined,
  );
  await w.startBot({ AWS_ENDPOINT_URL: awsUrl });
  await w.ready();
  await w.click("U0JANE", await w.message(other), "approve");
  await w.message(other, /Success|succeeded/i);
  assert.equal((await w.messages()).length, 1);
});

fullMatrixTest("malformed responses of AWS are logged, delay no other request, and never crash the bot", async (t) => {
  const w = await world(t, { start: false });
  const broken = await w.run(ONE_GATE);
  const other = await w.run(ONE_GATE);
  const replies = [
    "<html>502</html>",
    "",
    "null",
    "[]",
    '{"AutomationExecution":{"AutomationExecutionId":5,"StepExecutions":"no"}}',
    "{}",
  ];
  let count = 0;
  const awsUrl = await proxy(t, w.aws.url, ({ operation, body }) => {
    if (operation === "GetAutomationExecution" && body.includes(broken))
      return { body: replies[count++ % replies.length] ?? "" };
    if (operation === "DescribeAutomationExecutions" && count % 5 === 4)
      return { body: '{"AutomationExecutionMetadataList":[{},null,{"AutomationExecutionId":7}]}' };
    return undefined;
  });
  await w.startBot({ AWS_ENDPOINT_URL: awsUrl });
  await w.ready();
  await w.click("U0JANE", await w.message(other), "approve");
  await w.message(other, /Success|succeeded/i);
  await eventually("several malformed responses", () => count >= 3);
  assert.ok(w.bot().lines.some((line: Json) => line.event === "execution.read-failed" && line.executionId === broken));
  assert.equal((await fetch(`http://127.0.0.1:${w.bot().port}/healthz`)).status, 200);
});

test("health reports the process; readiness reports Slack, the database and each target", async (t) => {
  const w = await world(t);
  const base = `http://127.0.0.1:${w.bot().port}`;
  assert.equal((await fetch(`${base}/healthz`)).status, 200);
  const ready = (await (await fetch(`${base}/readyz`)).json()) as Json;
  assert.equal(ready.status, "ready");
  assert.equal(ready.targets[0].target, "default/us-east-1");
  await w.control.slack("faults", { operation: "link", kind: "refuse" });
  await w.control.slack("disconnect", { reason: "none" });
  await eventually("not ready", async () => (await fetch(`${base}/readyz`)).status === 503);
  await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
  await w.ready();

  const file = join(w.folder, "countersign.db");
  renameSync(file, `${file}.away`);
  const lost = await fetch(`${base}/readyz`);
  assert.deepEqual([lost.status, ((await lost.json()) as Json).store], [503, "the file was removed"]);
  await eventually("the log names the lost file", () =>
    w.bot().lines.some(({ event }) => event === "database.file-lost"),
  );
  renameSync(`${file}.away`, file);
  await w.ready();
});

test("in HTTP mode, the public port has neither targets nor errors; OPS_PORT has them, and then the public port has no readiness", async (t) => {
  const policy = `
targets:
  - { name: closed, regions: [eu-west-1], readRole: "arn:aws:iam::111122223333:role/NoSuchRole" }
routes: [{ name: all, channels: [C0APPROVALS], approvers: { users: [U0JANE] } }]`;
  const w = await world(t, { connection: "http", policy, start: false });
  const bot = await w.startBot();
  const get = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  await eventually("the target fails", () => bot.lines.some((line) => /AccessDenied/.test(JSON.stringify(line))));
  assert.deepEqual(await get(bot.port, "/readyz"), { status: 503, text: '{"status":"not ready"}\n' });
  assert.equal((await get(bot.port, "/metrics")).status, 404);
  assert.equal((await get(bot.port, "/slack/events")).status, 405);
  await bot.stop();

  const other = await w.startBot({ OPS_PORT: "0" });
  await eventually("the target fails", async () => /AccessDenied/.test((await get(other.opsPort, "/readyz")).text));
  const statuses = async (port: number) =>
    Promise.all(
      ["/healthz", "/readyz", "/metrics", "/slack/events"].map(async (path) => (await get(port, path)).status),
    );
  assert.deepEqual(await statuses(other.port), [200, 404, 404, 405]);
  assert.deepEqual(await statuses(other.opsPort), [200, 503, 200, 404]);
});

test("in HTTP mode, readiness fails while Slack refuses the bot's token", async (t) => {
  const w = await world(t, { connection: "http" });
  await w.ready();
  const slack = async () => {
    const response = await fetch(`http://127.0.0.1:${w.bot().port}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  await w.control.slack("faults", { operation: "chat.postMessage", kind: "error", code: "token_revoked" });
  const id = await w.run(ONE_GATE);
  await eventually("not ready", async () => (await slack()).status === 503);
  await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
  await w.message(id);
  await eventually("ready", async () => (await slack()).status === 200);
});
