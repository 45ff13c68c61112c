import assert from "node:assert/strict";
import { test } from "node:test";
import { makePending, readWaiting } from "../../src/app/admin/list-waiting.ts";
import { makeRefreshHome } from "../../src/app/admin/refresh-home.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { visibleText } from "../support/block-limits.ts";
import { aPerson } from "../support/samples.ts";
import { ASKED, type Inbound, inbound, PRESSED } from "./inbound-bot.ts";

const FORGED = "99999999-0000-4000-8000-00000000ffff";
/** Buttons with the id of a request; `open` is that of a digest. */
const REQUEST_BUTTONS = ["approve", "reject", "resume", "stop", "withdraw", "details", "open"];
const PEOPLE = ["U0ANNA", "U0GUEST", "U0EVIL"];
/** Everything that the two requests contain, and who decides them. */
const DATA = /Prod-DB|orders-primary|execution-(?:asked|pressed)|step-|111122223333|us-east-1|U0JANE|Deployer/;

/** A click in App Home, as Slack sends it. `team`: of the person, who may belong to another organization. */
const press = (user: string, action_id: string, value: string, team: string) => ({
  ...{ type: "block_actions", api_app_id: "A0APP", token: "verification", trigger_id: "1.2.3" },
  team: { id: team, domain: "home" },
  ...{ enterprise: null, is_enterprise_install: false },
  user: { id: user, username: user, name: user, team_id: team },
  container: { type: "view", view_id: "V0HOME" },
  view: { id: "V0HOME", type: "home", team_id: "T0HOME", app_id: "A0APP", bot_id: "B0BOT" },
  actions: [{ type: "button", action_id, block_id: "decide-0", value, action_ts: `${Math.random()}` }],
});

const setUp = async (t: Parameters<typeof inbound>[0]) => {
  const bot = await inbound(t);
  bot.directory.people.set("U0GUEST", aPerson("U0GUEST", { accountStatus: "guest" }));
  return bot;
};

/** Everything that the person gets after a click: views, private messages and replies. */
async function answers(bot: Inbound, user: string, action: string, value: string, team = "T0HOME"): Promise<string[]> {
  bot.calls.length = 0;
  const before = bot.chat.ephemerals.length;
  assert.equal(await bot.deliver(press(user, action, value, team)), "acknowledged");
  await bot.work();
  const views = bot.calls.map(
    ({ method, body }) => `${method} ${body.replaceAll(/private_metadata"?[=:][^&,]*/g, "")}`,
  );
  const replies: string[] = [];
  for (const row of await bot.store.clicks.unreplied(Number.MAX_SAFE_INTEGER, 100)) {
    replies.push(`reply ${row.reply}`);
    await bot.store.clicks.recordReplied(row);
  }
  const told = bot.chat.ephemerals.slice(before).map((each) => JSON.stringify(each));
  return [...views, ...told, ...replies].map((each) => each.replaceAll(value, "ID"));
}

test("in App Home, the id of another's request gets the answer of an id that does not exist, from every button", async (t) => {
  const bot = await setUp(t);
  for (const user of PEOPLE)
    for (const action of REQUEST_BUTTONS) {
      const expected = await answers(bot, user, action, FORGED);
      assert.ok(expected.length > 0, `${user} ${action}: an answer`);
      for (const { id } of [PRESSED, ASKED])
        assert.deepEqual(await answers(bot, user, action, id), expected, `${user} ${action}`);
      assert.doesNotMatch(expected.join(), DATA);
    }
  assert.deepEqual(await bot.votes(), []);
  assert.equal(bot.automation.calls.signal.length, 0);
});

test("in App Home, a person of another workspace learns nothing from any button", async (t) => {
  const bot = await setUp(t);
  for (const action of REQUEST_BUTTONS) {
    const expected = await answers(bot, "U0EVIL", action, FORGED, "T0ELSE");
    for (const { id } of [PRESSED, ASKED])
      assert.deepEqual(await answers(bot, "U0EVIL", action, id, "T0ELSE"), expected, action);
    assert.doesNotMatch(expected.join(), DATA);
  }
  assert.deepEqual(await bot.votes(), []);
});

test("the pages of App Home show a stranger, a guest or an external user no request, whatever their buttons contain", async (t) => {
  const bot = await setUp(t);
  const { store, clock, log, inspecting } = bot;
  const shown = new Map<string, string>();
  const refresh = makeRefreshHome({
    homes: store.homes,
    pending: makePending({ ...inspecting, clock }),
    waiting: () => readWaiting(inspecting),
    health: async () => assert.fail("health is for admins"),
    search: store.search,
    async publish(userId, content) {
      const view = homeView(content, { now: clock.now(), workspaceUrl: "https://acme.slack.com/" });
      shown.set(userId, visibleText(view.blocks));
      return { kind: "published", fingerprint: "f", slackHash: null };
    },
    ...{ clock, log },
  });
  const pages = [
    "mine 0",
    "all 0",
    "all 8",
    "all 999999",
    `all ${PRESSED.id}`,
    `all after:0:${PRESSED.id}`,
    "all -1",
    "everything 0",
    "",
  ];
  for (const user of PEOPLE)
    for (const action of ["home-scope", "home-previous", "home-next"])
      for (const page of pages) {
        await bot.deliver(press(user, action, page, "T0HOME"));
        for (const row of await store.homes.due(clock.now(), 0, 9)) await refresh(row);
        clock.advance(10_000);
      }
  assert.deepEqual([...shown.keys()].sort(), PEOPLE.toSorted());
  for (const [user, text] of shown) {
    assert.match(text, /You cannot read any waiting request/, user);
    assert.doesNotMatch(text, DATA, user);
  }
});

test("an approver reaches the request with the same buttons: what others are refused is there", async (t) => {
  const bot = await setUp(t);
  assert.match((await answers(bot, "U0JANE", "details", ASKED.id)).join(), /Prod-DB/);
  assert.match((await answers(bot, "U0JANE", "approve", ASKED.id)).join(), /views\.update.*Prod-DB/s);
  await answers(bot, "U0JANE", "approve", PRESSED.id);
  assert.equal((await bot.votes()).length, 1);
});
