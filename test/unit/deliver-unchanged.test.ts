import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MessageContent } from "../../src/app/ports/slack.ts";
import { setUp } from "./deliver-message-setup.ts";

/** A message that shows only the status of the execution, and its posted text. */
async function setUpShown(t: TestContext) {
  const base = await setUp(t);
  const { chat } = base;
  const { post, update } = chat;
  const print = (content: MessageContent) =>
    content.kind === "request" ? content.view.request.executionStatus : assert.fail("no request");
  chat.fingerprint = async (_, content) => print(content);
  chat.post = async (channelId, content, ...rest) => {
    const result = await post(channelId, content, ...rest);
    return result.kind === "posted" ? { ...result, content: print(content) } : result;
  };
  chat.update = async (channelId, ts, content, notAfter) => {
    const result = await update(channelId, ts, content, notAfter);
    return result.kind === "updated" ? { ...result, content: print(content) } : result;
  };
  await base.round();
  chat.slots.length = 0;
  const show = async (executionStatus?: string) => {
    await base.move(executionStatus === undefined ? {} : { executionStatus });
    await base.round();
  };
  const updates = () => chat.slots.filter((slot) => slot.startsWith("update")).length;
  const shown = () => [...chat.messages.values()].map(({ view }) => view.request.executionStatus);
  return { ...base, show, updates, shown };
}

test("a change that people do not see costs no call and no slot, and then nothing is due", async (t) => {
  const { show, updates, due, row } = await setUpShown(t);
  await show();
  await show();
  assert.deepEqual([updates(), await due(), (await row()).shownVersion], [0, [], 3]);
  await show("Success");
  await show();
  assert.deepEqual([updates(), await due(), (await row()).shownVersion], [1, [], 5]);
});

const FAILURES = [
  { kind: "unavailable", error: "ECONNREFUSED" },
  { kind: "ambiguous", error: "no reply" },
  { kind: "limited", retryAfterMs: 1_000 },
  { kind: "refused", code: "x", error: "x", advice: "" },
  { kind: "too-late" },
] as const;

for (const failure of FAILURES)
  test(`after an update that is ${failure.kind}, the earlier content is sent again, because Slack may have carried it out`, async (t) => {
    const { chat, clock, show, updates, shown, round, due } = await setUpShown(t);
    chat.nextUpdate.push(failure);
    await show("Success");
    clock.advance(10 * 60_000);
    await show("Waiting");
    await round();
    assert.deepEqual([updates(), shown(), await due()], [2, ["Waiting"], []]);
  });

test("after a process died during an update, the earlier content is sent again", async (t) => {
  const { store, clock, move, round, updates, row } = await setUpShown(t);
  await move({ executionStatus: "Success" });
  await store.messages.claimUpdate((await row()).id, "dead:1", clock.now(), clock.now() + 60_000);
  await move({ executionStatus: "Waiting" });
  clock.advance(60_000);
  await round();
  assert.equal(updates(), 1);
});

test("an update of another replica that begins after the rows were read is not overlooked", async (t) => {
  const { store, clock, deliver, due, move, row } = await setUpShown(t);
  await move();
  const [old] = await due();
  await store.messages.claimUpdate((await row()).id, "other:1", clock.now(), clock.now() + 60_000);
  await deliver(old ?? assert.fail("nothing is due"), new AbortController().signal);
  assert.deepEqual([(await row()).shownVersion, (await row()).claimId], [0, "other:1"]);
});

test("a message that was found after an unfinished post is updated, whatever it shows", async (t) => {
  const { chat, clock, round, row, move, store } = await setUpShown(t);
  const { ts } = await row();
  await store.messages.recordDeleted("C0DBA", ts ?? "");
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "x" }, posts: true });
  await round();
  clock.advance(60_000);
  await round();
  assert.equal((await row()).shownContent, null);
  chat.slots.length = 0;
  await move();
  await round();
  assert.deepEqual(chat.slots, ["update C0DBA"]);
});

test("where the content is not known now, for example because Slack limits lookups, the update is attempted", async (t) => {
  const { chat, show, updates } = await setUpShown(t);
  chat.fingerprint = async () => null;
  await show();
  assert.equal(updates(), 1);
});
