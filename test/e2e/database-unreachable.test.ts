import assert from "node:assert/strict";
import { formatLastLines, spawnBot } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson } from "../support/http-json.ts";
import { postgresServer } from "../support/postgres.ts";
import { postgresDatabase } from "../support/stores.ts";
import { ONE_GATE, world } from "../support/world.ts";

fullMatrixTest(
  "a click while the database is unreachable is refused with a reason and sends no signal; later clicks count",
  async (t) => {
    const server = await postgresServer();
    const database = await postgresDatabase(server);
    const w = await world(t, { env: { DATABASE_URL: database.url } });
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    const metrics = async () => (await fetch(`http://127.0.0.1:${w.bot().port}/metrics`)).text();
    // Otherwise the bot would first have to find out whether its post succeeded.
    await eventually("the post is recorded", async () => /effects_due\{kind="post"\} 0/.test(await metrics()));

    await server.stop();
    const click = await w.click("U0JANE", message, "approve");
    assert.notEqual(click.delivery?.acked, true);
    await w.ephemeral("U0JANE", /may not have recorded your decision.*try again/i);
    assert.equal((await fetch(`http://127.0.0.1:${w.bot().port}/readyz`)).status, 503);
    assert.match(await metrics(), /countersign_store_up 0/);
    assert.deepEqual(await w.signals(id), []);

    await server.start();
    await w.ready();
    assert.deepEqual(await w.signals(id), []);
    await w.click("U0JANE", message, "approve");
    await w.message(id, /Success|succeeded/i);
    assert.equal((await w.signals(id)).length, 1);
    assert.equal((await w.messages()).length, 1);
  },
);

fullMatrixTest(
  "the bot waits at its start for an unreachable database; wrong credentials end it with the next step",
  async (t) => {
    const server = await postgresServer();
    const database = await postgresDatabase(server);
    const w = await world(t, { start: false, env: { DATABASE_URL: database.url } });
    await server.stop();
    const bot = await w.startBot();
    const ready = await fetch(`http://127.0.0.1:${bot.port}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal((await ready.json()).store, "unreachable");
    assert.equal((await getJson(`http://127.0.0.1:${bot.port}/healthz`)).status, "ok");
    await eventually("the log says that the database is unreachable", () =>
      bot.lines.some((line) => line.event === "database.unreachable" && /Check that the server runs/.test(line.error)),
    );
    await server.start();
    await w.ready();
    await w.message(await w.run(ONE_GATE));

    const wrong = database.url.replace("correct-horse", "battery-staple");
    const { lines, ended } = await spawnBot({ ...w.environment, DATABASE_URL: wrong });
    assert.equal(await ended, 1);
    assert.match(formatLastLines(lines), /Check user and password in DATABASE_URL/);
    assert.doesNotMatch(formatLastLines(lines), /battery-staple/);
  },
);
