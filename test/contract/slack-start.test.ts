import assert from "node:assert/strict";
import { test } from "node:test";
import { findWorkspace } from "../../src/bot/connect-slack.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeWebClient } from "../../src/slack/connection/client.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { silentServer } from "../support/raw-server.ts";

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
