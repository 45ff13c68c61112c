import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { toWaitingRequest } from "../../src/core/waiting-request.ts";
import type { ReplyContext } from "../../src/slack/listeners/command-replies.ts";
import { LOOKING } from "../../src/slack/messages/command-texts.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aPerson, aRequest, aRoute } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const done = { text: "Done.", blocks: [] };

test("a slow command is acknowledged first, then a line says so, and the answer asks Slack to replace that line", async () => {
  const { promise, resolve: finish } = Promise.withResolvers<typeof done>();
  const app = commandApp({ reply: () => promise });
  const running = app.command("pending");
  while (app.clock.sleeping().length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(app.events, ["ack"]);
  app.clock.advance(2_000);
  while (app.events.length < 2) await new Promise((resolve) => setImmediate(resolve));
  app.clock.advance(8_000);
  finish(done);
  await running;
  const [looking, answer] = app.messages();
  assert.match(looking?.text ?? "", /Looking/);
  assert.deepEqual(answer, { ...done, response_type: "ephemeral", replace_original: true });
});

test("a slow command is answered although Slack refuses the line about it", async () => {
  const { promise, resolve: finish } = Promise.withResolvers<typeof done>();
  let isRefused = false;
  const accepts = ({ text }: { text?: string }) => {
    isRefused ||= text === LOOKING;
    return text !== LOOKING;
  };
  const app = commandApp({ reply: () => promise, accepts });
  const running = app.command("pending");
  while (app.clock.sleeping().length === 0) await new Promise((resolve) => setImmediate(resolve));
  app.clock.advance(2_000);
  while (!isRefused) await new Promise((resolve) => setImmediate(resolve));
  finish(done);
  await running;
  assert.deepEqual(
    app.messages().map(({ text }) => text),
    ["Done."],
  );
  assert.deepEqual(
    app.log.lines.map(({ level, fields }) => [level, fields.event, fields.userId]),
    [["warn", "command.line-failed", "U0JANE"]],
  );
});

test("a quick command has one private answer", async () => {
  const app = commandApp({ reply: async () => done });
  await app.command("pending");
  assert.deepEqual(app.events, ["ack", { ...done, response_type: "ephemeral", replace_original: false }]);
});

test("dates are those of the person's time zone, and a wrong argument is explained to them alone", async () => {
  const directory = fakeDirectory();
  directory.people.set("U0JANE", aPerson("U0JANE", { zone: "Asia/Tokyo" }));
  const asked: unknown[] = [];
  const reply = async (command: { filters: object }) => {
    asked.push(command.filters);
    return done;
  };
  const app = commandApp({ reply, directory });
  await app.command("history since:2026-01-15");
  assert.deepEqual(asked, [{ since: Date.UTC(2026, 0, 14, 15) }]);
  await app.command("pendign share");
  assert.match(
    app.messages().at(-1)?.text ?? "",
    /^`pendign` is not a command\. Did you mean `pending`\? For example: /,
  );
  assert.equal(app.messages().at(-1)?.response_type, "ephemeral");
});

test("an answer is shared only on request, without what people of other organizations may not read", async () => {
  const contexts: ReplyContext["audience"][] = [];
  const answers = { isPrivate: false, isInternal: false };
  const reply = async (_: unknown, { audience }: ReplyContext) => {
    contexts.push(audience);
    return { ...done, ...answers };
  };
  let sharing: { kind: "known"; isShared: boolean } | { kind: "unavailable"; error: string };
  const app = commandApp({ reply, isSharedChannel: async () => sharing });
  const last = async (text: string) => {
    await app.command(text);
    const { response_type, text: said } = app.messages().at(-1) ?? {};
    return [response_type, said];
  };
  sharing = { kind: "known", isShared: false };
  assert.deepEqual(await last("stats share"), ["in_channel", "Done."]);
  assert.deepEqual(await last("stats"), ["ephemeral", "Done."]);
  sharing = { kind: "known", isShared: true };
  assert.deepEqual(await last("pending share"), ["in_channel", "Done."]);
  sharing = { kind: "unavailable", error: "timeout" };
  assert.deepEqual(await last("pending share"), ["in_channel", "Done."]);
  assert.deepEqual(contexts, [
    { isShared: true, withhold: false },
    { isShared: false, withhold: false },
    { isShared: true, withhold: true },
    { isShared: true, withhold: true },
  ]);
  answers.isInternal = true;
  const [type, said] = await last("stats share");
  assert.equal(type, "ephemeral");
  assert.match(
    String(said),
    /^Not shared: Countersign cannot confirm that only your .* Invite Countersign to the channel, or/,
  );
  sharing = { kind: "known", isShared: true };
  const [, known] = await last("stats share");
  assert.match(
    String(known),
    /^Not shared: people of other organizations are in this channel\. Repeat the command without/,
  );
  answers.isPrivate = true;
  sharing = { kind: "known", isShared: false };
  assert.deepEqual(await last("stats share"), ["ephemeral", "Done."]);
});

test("a command that fails, or comes with a foreign response_url, leaks nothing", async () => {
  const app = commandApp({ reply: () => Promise.reject(new Error("secret")) });
  await app.command("pending share");
  assert.equal(app.messages().at(-1)?.response_type, "ephemeral");
  assert.doesNotMatch(JSON.stringify(app.messages()), /secret/);
  assert.match(
    app.messages().at(-1)?.text ?? "",
    /^Countersign could not answer\. Nothing was changed\..*ask an admin to look for `command\.failed` in the log\.$/,
  );
  const before = app.messages().length;
  await app.command("pending", { responseUrl: "https://evil.example/1" });
  await app.press("10 pending", { response_url: "https://evil.example/1" });
  await app.press("10 pending", { team: { id: "T0EVIL" } });
  await app.press("10 pending", { container: { channel_id: "C0OPS", is_ephemeral: false } });
  await app.press("nonsense");
  assert.equal(app.messages().length, before);
  assert.ok(app.log.lines.some(({ fields }) => fields.event === "command.rejected"));
  assert.match(
    app.log.lines.map(({ message }) => message).join("\n"),
    /^the command gets no answer: its response_url is not on the host that belongs to SLACK_API_URL\. .*\nthe button gets no answer: /m,
  );
  assert.doesNotMatch(JSON.stringify(app.log.lines), /evil\.example/);
});

const MANY = FULL_MATRIX ? 520 : 64;

/** Requests in two routes, half of which Jane may decide. They are in memory: the walk is about pages, not about SQL. */
async function manyWaiting(t: TestContext) {
  const store = await aStore(t);
  const clock = testClock();
  const directory = fakeDirectory();
  const waiting = Array.from({ length: MANY }, (_, index) =>
    aRequest({ id: `r${String(index).padStart(3, "0")}`, route: index % 2 === 0 ? "databases" : "web" }),
  );
  const inMemory = {
    ...store,
    requests: {
      ...store.requests,
      byId: async (id: string) => waiting.find((request) => request.id === id) ?? null,
      votes: async () => [],
      signals: async () => [],
    },
    messages: { ...store.messages, ofRequest: async () => [] },
    search: { ...store.search, waiting: async () => waiting.map(toWaitingRequest), votesOn: async () => [] },
  };
  const reply = commandReplies(inMemory, {
    directory,
    clock,
    mask: [],
    routes: [aRoute(), aRoute({ name: "web", approvers: { users: ["U0WEB"], groups: [] } })],
    admins: { users: ["U0ADMIN"], groups: [] },
    identities: {},
    automation: () => undefined,
    readMasked: async () => ({ kind: "not-found" }),
    isOwnMessage: async () => false,
    targets: () => [],
  });
  return { app: commandApp({ reply }), waiting };
}

test("buttons turn the pages of many requests in both directions: each request once, only those that the person may read", async (t) => {
  const { app } = await manyWaiting(t);
  const button = (name: string) =>
    new RegExp(`"page-${name}".*?"value":"((?:[^"\\\\]|\\\\.)*)"`).exec(JSON.stringify(app.messages().at(-1)))?.[1];
  /** Presses a button until the last page in its direction; returns the ids of each page. */
  const walk = async (user: string, name: "next" | "previous") => {
    const pages: string[][] = [];
    for (;;) {
      const { blocks = [] } = app.messages().at(-1) ?? {};
      assert.ok(blocks.length <= 50);
      pages.push([...JSON.stringify(blocks).matchAll(/Request `(r\d+)`/g)].map(([, id]) => id ?? ""));
      const value = button(name);
      if (value === undefined) return pages;
      await app.press(JSON.parse(`"${value}"`), { user: { id: user } });
    }
  };
  const all = Array.from({ length: MANY }, (_, index) => `r${String(index).padStart(3, "0")}`);
  for (const [user, expected] of [
    ["U0ADMIN", all],
    ["U0JANE", all.filter((_, index) => index % 2 === 0)],
  ] as const) {
    await app.command("pending", { user });
    const forward = await walk(user, "next");
    assert.deepEqual(forward.flat(), expected, user);
    assert.equal(app.messages().at(-1)?.replace_original, true);
    assert.deepEqual((await walk(user, "previous")).reverse(), forward, user);
  }
  const pressed = app.messages().length;
  // A button is no permission: the page that Jane's button shows to someone else has nothing in it.
  await app.press("after:1:r010 pending", { user: { id: "U0ANNA" } });
  assert.match(app.messages()[pressed]?.text ?? "", /You cannot read any waiting request/);
  await app.press("after:999999999999999:zzz pending");
  assert.match(
    JSON.stringify(app.messages().at(-1)),
    new RegExp(`${MANY / 2} requests are waiting.* to ${MANY / 2} of ${MANY / 2}`),
    "the last page",
  );
  await app.press("99999 pending");
  assert.match(
    JSON.stringify(app.messages().at(-1)),
    new RegExp(`${MANY / 2} requests are waiting.*1 to 10 of ${MANY / 2}`),
    "no page: the first",
  );
});

test("a request that is closed between two presses makes no page skip another one", async (t) => {
  const { app, waiting } = await manyWaiting(t);
  const answer = () => JSON.stringify(app.messages().at(-1));
  const ids = () => [...answer().matchAll(/Request `(r\d+)`/g)].map(([, id]) => id);
  const press = async (name: string) => {
    const [, value = assert.fail(`no button ${name}`)] =
      new RegExp(`"page-${name}".*?"value":"(.*?)"`).exec(answer()) ?? [];
    await app.press(value);
    return ids();
  };
  const all = waiting.filter(({ route }) => route === "databases").map(({ id }) => id);
  await app.command("pending");
  assert.deepEqual(ids(), all.slice(0, 10));
  // The fifth request and the last one of the page, which names the next page.
  for (const index of [4, 9])
    waiting.splice(
      waiting.findIndex(({ id }) => id === all[index]),
      1,
    );
  assert.deepEqual(await press("next"), all.slice(10, 20));
  assert.match(answer(), new RegExp(`9 to 18 of ${MANY / 2 - 2}`));
  assert.deepEqual(await press("next"), all.slice(20, 30));
  assert.deepEqual(await press("previous"), all.slice(10, 20));
  // Fewer than a page are before it: the first page has them.
  assert.deepEqual(await press("previous"), [...all.slice(0, 4), ...all.slice(5, 9), ...all.slice(10, 12)]);
  assert.deepEqual(await press("next"), all.slice(12, 22));
  waiting.splice(24);
  const left = waiting.filter(({ route }) => route === "databases").map(({ id }) => id);
  assert.deepEqual(await press("next"), left.slice(-10), "the last page, not an empty one");
});
