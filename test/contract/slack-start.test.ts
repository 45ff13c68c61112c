import assert from "node:assert/strict";
import { test } from "node:test";
import { findWorkspace } from "../../src/bot/connect-slack.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeWebClient } from "../../src/slack/connection/client.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { rawServer, silentServer } from "../support/raw-server.ts";

test("a bot that is told to stop while Slack keeps it waiting does not wait for the answer", async (t) => {
  const server = await silentServer(t);
  const log = testLog();
  const web = makeWebClient("xoxb-1", `http://127.0.0.1:${server.port}/api/`, makeBoltLogger(log));
  const stopping = new AbortController();
  const finding = findWorkspace(web, testClock(), log, stopping.signal);
  await eventually("Slack is asked", () => server.sockets.size > 0);
  stopping.abort();
  assert.equal(await finding, null);
  assert.deepEqual(log.lines, [], "Slack has not answered, nor was it given up");
});

test("while Slack limits auth.test, the start waits as Slack asks, and says so at debug; an outage is a warning", async (t) => {
  const server = await rawServer(t, (_, response) => {
    if (server.requests.length === 1) response.writeHead(429, { "retry-after": "7" }).end();
    else response.writeHead(503).end();
  });
  const [log, clock, stopping] = [testLog(), testClock(), new AbortController()];
  const web = makeWebClient("xoxb-1", `${server.url}/api/`, makeBoltLogger(testLog()));
  const finding = findWorkspace(web, clock, log, stopping.signal);
  assert.equal(await eventually("the start waits", () => clock.sleeping()[0]), 7_000);
  clock.advance(7_000);
  await eventually("Slack is asked again", () => log.lines.length === 2);
  stopping.abort();
  assert.equal(await finding, null);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.event]),
    [
      ["debug", "slack.unreachable"],
      ["warn", "slack.unreachable"],
    ],
  );
});
