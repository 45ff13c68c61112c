import assert from "node:assert/strict";
import { test } from "node:test";
import { startBot } from "../../src/bot/start.ts";
import { NO_TEST_HOOKS, type TestHooks } from "../../src/bot/test-hooks.ts";
import { readTextFile } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { eventually } from "../support/eventually.ts";
import { testLog } from "../support/fakes.ts";
import { ONE_GATE, world } from "../support/world.ts";

test("a stop closes the connection to Slack, then ends the signal in progress, the leases, the update in progress and the store", async (t) => {
  const w = await world(t, { start: false });
  Object.assign(process.env, w.environment); // the SDK reads its own variables
  const loaded = loadConfig(w.environment, readTextFile);
  assert(loaded.kind === "config");
  const log = testLog();
  const ended: string[] = [];
  const signaling = Promise.withResolvers<void>();
  const slackClosed = Promise.withResolvers<void>();
  const leasesReleased = Promise.withResolvers<void>();
  const hooks: TestHooks = {
    ...NO_TEST_HOOKS,
    store: (own) => ({
      ...own,
      replicas: {
        ...own.replicas,
        async deregister(id) {
          await own.replicas.deregister(id);
          ended.push("leases");
          leasesReleased.resolve();
        },
      },
      async close() {
        ended.push("store");
        await own.close();
      },
    }),
    chat: (own) => ({
      ...own,
      async update(...call) {
        await leasesReleased.promise;
        const result = await own.update(...call);
        ended.push("update");
        return result;
      },
    }),
    automation: (own) => ({
      ...own,
      async signal(...call) {
        signaling.resolve();
        await slackClosed.promise;
        const result = await own.signal(...call);
        ended.push("signal");
        return result;
      },
    }),
    bus: (own) => own,
  };
  const bot = await startBot(loaded.config, { clock: systemClock, log, hooks });
  t.after(() => bot.stop());
  const id = await w.run(ONE_GATE);
  const message = await eventually("the message is posted", async () => (await w.messages())[0]);
  await eventually("Slack is connected", () => log.lines.some(({ fields }) => fields.event === "socket.connected"));
  await w.click("U0JANE", message, "approve");
  await signaling.promise;
  await eventually("the update is in progress", () =>
    log.lines.some(({ fields, message: text }) => fields.event === "message.claimed" && /update/.test(text)),
  );
  const stopped = bot.stop();
  await eventually("Slack is closed", () => log.lines.some(({ fields }) => fields.event === "socket.closed"));
  assert.equal(ended.length, 0);
  ended.push("slack");
  slackClosed.resolve();
  await stopped;
  assert.deepEqual(ended, ["slack", "signal", "leases", "update", "store"]);
  assert.equal((await w.signals(id)).length, 1);
});
