import assert from "node:assert/strict";
import { test } from "node:test";
import { pacedChat } from "../../src/run/paced-chat.ts";
import { makeTurn } from "../../src/run/turns.ts";
import { eventually } from "../support/eventually.ts";
import { fakeChat, testClock } from "../support/fakes.ts";
import { aStore } from "../support/stores.ts";

const BURST = 20;

test("whispers keep to the pace of their method together, and none waits so long that its reader gives up", async (t) => {
  const clock = testClock();
  const { lanes } = await aStore(t, { now: clock.now });
  const [one, other] = [fakeChat(), fakeChat()];
  const replicas = [one, other].map((chat) => pacedChat(chat, makeTurn(lanes, clock), lanes, clock));
  const said = () => one.whispers.length + other.whispers.length;
  const all = Array.from({ length: BURST + 2 }, (_, index) => replicas[index % 2]?.whisper("C0DBA", "U0JANE", "no"));
  await eventually("the burst is out", () => said() === BURST && clock.sleeping().length === 4);
  clock.advance(600);
  await eventually("one more is out", () => said() === BURST + 1);
  clock.advance(2_000);
  await Promise.all(all);
  assert.equal(said(), BURST + 2);
});

test("what Slack asks to wait for is kept by every replica; a database that is away holds up nobody", async (t) => {
  const clock = testClock();
  const { lanes } = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const paced = pacedChat(chat, makeTurn(lanes, clock), lanes, clock);
  chat.nextFind.push({ kind: "limited", retryAfterMs: 5_000 });
  await paced.find("C0DBA", "id", 0);
  assert.deepEqual([...(await lanes.held(clock.now()))], [["history", clock.now() + 5_000]]);

  const away = async () => {
    throw new Error("the database is away");
  };
  const lost = { take: away, hold: away, held: away };
  chat.nextWhisper.push({ kind: "limited", retryAfterMs: 5_000 });
  const result = await pacedChat(chat, makeTurn(lost, clock), lost, clock).whisper("C0DBA", "U0JANE", "no");
  assert.equal(result.kind, "limited");
  assert.deepEqual(await paced.whisper("C0DBA", "U0JANE", "yes"), { kind: "told" });
});
