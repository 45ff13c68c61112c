import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Kysely } from "kysely";
import { type Bot, formatLastLines, isReady } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson } from "../support/http-json.ts";
import { writeNextVersion } from "../support/next-version.ts";
import { type Database, postgresDatabase } from "../support/stores.ts";
import { BOT_ROLE, ONE_GATE, toText, type WorldOptions, world } from "../support/world.ts";

const REGIONS = ["us-east-1", "eu-west-1"];
const POLICY = `
targets:
  - { name: default, regions: [${REGIONS.join(", ")}] }
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
admins: { users: [U0ADMIN] }
`;

/** Starts `count` bots on one PostgreSQL database and one Slack workspace. */
async function replicas(t: TestContext, count: number, options: WorldOptions = {}) {
  const database = await postgresDatabase();
  const w = await world(t, { ...options, start: false, env: { DATABASE_URL: database.url, ...options.env } });
  t.after(() => database.remove());
  const bots: Bot[] = [];
  for (let index = 0; index < count; index++) bots.push(await w.startBot());
  for (const bot of bots) await waitUntilReady(bot);
  return { w, bots, database };
}

const waitUntilReady = (bot: Bot) =>
  eventually(
    "the replica is ready",
    () => isReady(bot),
    () => formatLastLines(bot.lines),
  );

const listErrors = (bots: Bot[]) =>
  bots.flatMap(({ lines }) => lines.filter(({ level }) => ["error", "fatal"].includes(level)));

/** Lists the migrations that have run. */
async function listMigrations(database: Database): Promise<string[]> {
  const db = new Kysely<{ kysely_migration: { name: string } }>({ dialect: database.dialect() });
  const rows = await db.selectFrom("kysely_migration").select("name").orderBy("name").execute();
  await db.destroy();
  return rows.map(({ name }) => name);
}

/** Returns the leases that a replica owns according to its log. */
function listLeases(bot: Bot): string[] {
  const owned = new Set<string>();
  for (const { event, lease } of bot.lines) {
    if (event === "lease.acquired") owned.add(lease);
    if (event === "lease.released" || event === "lease.lost") owned.delete(lease);
  }
  return [...owned].sort();
}

const all = ["publisher", ...REGIONS.map((region) => `target:default/${region}`)].sort();

test("two replicas post each request once, and each click counts once on either replica, also next to the next version, which migrated the database", async (t) => {
  const { w, bots, database } = await replicas(t, 2, { limits: false });
  const ids: string[] = [];
  const start = async () => {
    const id = await w.run(ONE_GATE, { parameters: { Service: [`s${ids.length}`] } });
    ids.push(id);
    return id;
  };
  const approve = async (id: string) => void (await w.click("U0JANE", await w.message(id), "approve"));
  const haveEnded = () => Promise.all(ids.map((id) => w.message(id, /Success|succeeded/i)));
  for (let index = 0; index < 6; index++) await start();
  await Promise.all(ids.map(approve));
  await haveEnded();
  assert.deepEqual(
    (await w.channel()).messages.filter((each: { onlyFor?: string }) => each.onlyFor !== undefined),
    [],
  );

  // A request of this version waits while the next version migrates. Then both of them run.
  const before = await start();
  await w.message(before);
  assert.deepEqual(await listMigrations(database), ["0001-foundation", "0002-audit-due", "0003-clicks-of-person"]);
  const next = await w.startBot({}, { program: await writeNextVersion(join(w.folder, "next")) });
  assert.deepEqual(await listMigrations(database), [
    "0001-foundation",
    "0002-audit-due",
    "0003-clicks-of-person",
    "9001-next",
  ]);
  await waitUntilReady(next);
  for (const id of [before, await start()]) await approve(id);
  await haveEnded();

  // Without the next version, this one finishes a request that either may have opened, and opens another.
  const shared = await start();
  await w.message(shared);
  assert.equal(await next.stop(), 0);
  for (const id of [shared, await start()]) await approve(id);
  await haveEnded();
  assert.equal((await w.messages()).length, ids.length);
  assert.equal((await w.posts()).length, ids.length);
  for (const id of ids) assert.equal((await w.signals(id)).length, 1);
  assert.equal((await w.awsCalls("SendAutomationSignal")).length, ids.length);
  assert.deepEqual(listErrors([...bots, next]), []);
});

fullMatrixTest(
  "replicas with the old and the new name of a target open each request once and send each decision once",
  async (t) => {
    const { w, bots } = await replicas(t, 1, { limits: false });
    const start = (index: number) => w.run(ONE_GATE, { parameters: { Service: [`s${index}`] } });
    const ids = [await start(0)];
    await w.message(ids[0] ?? "");
    const renamed = join(w.folder, "renamed.yml");
    writeFileSync(renamed, POLICY.replace("name: default", "name: production"));
    const next = await w.startBot({ COUNTERSIGN_CONFIG: renamed });
    await waitUntilReady(next);
    for (let index = 1; index < 6; index++) ids.push(await start(index));
    const messages = await Promise.all(ids.map((id) => w.message(id)));
    // Either replica may get the click, and the request may have the old or the new name of the target.
    await Promise.all(messages.map((message) => w.click("U0JANE", message, "approve")));
    await Promise.all(ids.map((id) => w.message(id, /Success|succeeded/i)));

    // A request that either replica may have opened remains for a replica with the new name.
    const last = await start(6);
    const message = await w.message(last);
    await bots[0]?.stop();
    await next.stop();
    const again = await w.startBot({ COUNTERSIGN_CONFIG: renamed });
    await waitUntilReady(again);
    await w.click("U0JANE", message, "approve");
    await w.message(last, /Success|succeeded/i);
    assert.equal((await w.posts()).length, ids.length + 1);
    assert.equal((await w.awsCalls("SendAutomationSignal")).length, ids.length + 1);
    assert.deepEqual(listErrors([...bots, next, again]), []);
  },
);

fullMatrixTest(
  "over HTTP any replica accepts any request: votes add up, and one replica accepts a form that another opened",
  async (t) => {
    const policy = POLICY.replace("users: [U0JANE]", "users: [U0JANE, U0DAN]");
    const { w, bots } = await replicas(t, 2, {
      connection: "http",
      policy: policy.replace("approvers:", "quorum: 2\n    approvers:"),
    });
    const next = (index: number) =>
      w.control.slack("settings", { requestUrl: `http://127.0.0.1:${bots[index]?.port}/slack/events` });
    const approved = await w.run(ONE_GATE, { parameters: { Service: ["one"] } });
    const message = await w.message(approved);
    await next(0);
    await w.click("U0JANE", message, "approve");
    await w.message(approved, "1 of 2");
    await next(1);
    await w.click("U0DAN", message, "approve");
    await w.message(approved, /Success|succeeded/i);
    assert.equal((await w.signals(approved)).length, 1);

    const rejected = await w.run(ONE_GATE, { parameters: { Service: ["two"] } });
    const other = await w.message(rejected);
    await next(0);
    await w.click("U0JANE", other, "reject");
    await w.modal("U0JANE", "input");
    await next(1);
    await w.control.slack("submit", { user: "U0JANE", values: { reason: { reason: "Not today." } } });
    const ended = await w.message(rejected, /has failed/);
    assert.match(toText(ended), /Not today\./);
    const [signal, ...more] = await w.signals(rejected);
    assert.deepEqual(more, []);
    assert.equal(signal.type, "Reject");
  },
);

fullMatrixTest(
  "another replica takes over the targets of a killed replica within 30 s and of a stopped replica within 10 s, and a new replica gets its share",
  async (t) => {
    const { w, bots, database } = await replicas(t, 2, { policy: POLICY });
    const [first, second] = bots as [Bot, Bot];
    await eventually("both replicas have a share", () => listLeases(first).length > 0 && listLeases(second).length > 0);
    assert.deepEqual([...listLeases(first), ...listLeases(second)].sort(), all);

    const killedAt = Date.now();
    await first.kill();
    await eventually(
      "the other replica has every lease",
      () => listLeases(second).length === all.length,
      () => formatLastLines(second.lines),
    );
    const took = Date.now() - killedAt;
    t.diagnostic(`takeover after SIGKILL: ${(took / 1000).toFixed(1)} s`);
    assert.ok(took < 30_000);
    const id = await w.run(ONE_GATE);
    await w.message(id);

    const third = await w.startBot({ DATABASE_URL: database.url });
    await waitUntilReady(third);
    await eventually(
      "the new replica has a share",
      () => listLeases(third).length > 0,
      () => formatLastLines(third.lines),
    );
    assert.ok(listLeases(second).length < all.length);
    const stoppedAt = Date.now();
    assert.equal(await second.stop(), 0);
    await eventually(
      "the new replica has every lease",
      () => listLeases(third).length === all.length,
      () => formatLastLines(third.lines),
    );
    t.diagnostic(`takeover after SIGTERM: ${((Date.now() - stoppedAt) / 1000).toFixed(1)} s`);
    assert.ok(Date.now() - stoppedAt < 10_000);
    assert.equal((await w.messages()).length, 1);
  },
);

fullMatrixTest(
  "a replica that was paused longer than its leases changes nothing and then gets a new share",
  async (t) => {
    const { w, bots } = await replicas(t, 2, { policy: POLICY });
    const [first, second] = bots as [Bot, Bot];
    await eventually("both replicas have a share", () => listLeases(first).length > 0 && listLeases(second).length > 0);
    // A reply to a read is in transit to the replica when it is paused.
    await w.control.aws("faults", { operation: "GetAutomationExecution", kind: "delay", delayMs: 1_000, times: 1 });
    const id = await w.run(ONE_GATE.replace(`["${BOT_ROLE}"]`, `["${BOT_ROLE}", "admin"]`));
    await eventually(
      "a replica reads the execution",
      async () => (await w.awsCalls("GetAutomationExecution")).length > 0,
    );
    first.signal("SIGSTOP");
    t.after(() => first.signal("SIGCONT"));
    await eventually(
      "the other replica has every lease",
      () => listLeases(second).length === all.length,
      () => formatLastLines(second.lines),
    );
    const message = await w.message(id);
    await w.signal(id, "Approve");
    await w.message(id, /approved/i);

    first.signal("SIGCONT");
    await eventually(
      "the paused replica has a share again",
      () => listLeases(second).length < all.length,
      () => formatLastLines(first.lines),
    );
    await waitUntilReady(first);
    assert.deepEqual(
      (await w.messages()).map(({ ts }) => ts),
      [message.ts],
    );
    assert.match(JSON.stringify((await w.messages())[0]), /approved/i);
    assert.deepEqual((await w.awsCalls("SendAutomationSignal")).length, 1, "only the signal of the console");
  },
);

fullMatrixTest("metrics and readiness of each replica include the targets that another replica polls", async (t) => {
  const { w, bots } = await replicas(t, 2, { policy: POLICY });
  await w.run(ONE_GATE);
  for (const bot of bots) {
    const { targets } = await getJson(`http://127.0.0.1:${bot.port}/readyz`);
    assert.deepEqual(
      targets.map((each: { target: string; ok: boolean }) => [each.target, each.ok]),
      REGIONS.map((region) => [`default/${region}`, true]),
    );
    const text = await (await fetch(`http://127.0.0.1:${bot.port}/metrics`)).text();
    for (const region of REGIONS)
      assert.match(text, new RegExp(`countersign_last_poll_age_seconds\\{target="default/${region}"\\} \\d`));
    assert.match(text, /countersign_store_up 1/);
  }
});
