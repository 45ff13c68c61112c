import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeDetails } from "../../src/app/admin/inspect.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { ClickOrigin } from "../../src/app/ports/click-store.ts";
import { denialSentence } from "../../src/core/denial.ts";
import { mentions } from "../../src/slack/messages/mentions.ts";
import { aClick, aFacts, anEntry, aRequest } from "../support/samples.ts";
import { setUp as setUpClicks } from "./evaluate-click-setup.ts";

const ID = "damaged";
const TS = "7.7";
const ON_MESSAGE: ClickOrigin = { kind: "message", channelId: "C0DBA", ts: TS };
const ON_HOME: ClickOrigin = { kind: "command", channelId: "U000" };
const LINK = /https:\/\/us-east-1\.console\.aws\.amazon\.com\/systems-manager\/automation\/execution\//;

/** A request with a message, whose facts have another shape. */
async function setUp(t: TestContext, state: "open" | "closed" = "open", posted = true) {
  const set = await setUpClicks(t, { approvers: { users: ["U000"], groups: [] } });
  const { store } = set;
  const facts = { ...aFacts(), parameters: {} as never };
  const request = aRequest({ id: ID, stepExecutionId: ID, facts, state });
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: ID }) });
  const [message] = await store.messages.ofRequest(ID);
  if (posted) await store.messages.recordPosted(message?.id ?? "", TS, 1);
  else await store.messages.claim(message?.id ?? "", "post", set.clock.now(), set.clock.now() + 60_000);
  return set;
}

for (const [place, origin] of [
  ["the message", ON_MESSAGE],
  ["App Home or the answer to a command", ON_HOME],
] as const)
  test(`each click on a damaged request in ${place} gets a reply with the next step, and a record`, async (t) => {
    const { store, deps, press, replies, kinds } = await setUp(t);
    Object.assign(deps, {
      sentence: (denial: Parameters<typeof denialSentence>[0]) => denialSentence(denial, mentions()),
    });
    Object.assign(deps.admins, { users: ["U000"] });
    const clicks = [
      { verdict: "approve" },
      { verdict: "reject" },
      { verdict: "withdraw" },
      { id: "glass", verdict: "approve", authority: "break-glass", reason: "now", typed: "x" },
    ] as const;
    for (const click of clicks) {
      const outcome = await press("U000", { requestId: ID, origin, ...click });
      assert.equal(outcome.kind === "denied" && outcome.denial.kind, "damaged", JSON.stringify(click));
    }
    const told = await replies();
    assert.equal(told.length, clicks.length);
    for (const [, text] of told) {
      assert.match(
        text ?? "",
        /^Countersign's record of this request is damaged and cannot be read\. Nothing was decided\./,
      );
      assert.match(
        text ?? "",
        /Tell an admin, who can restore the record from a backup\. Decide the step of execution/,
      );
      assert.match(text ?? "", LINK);
    }
    const records = (await store.requests.history(ID)).filter(({ kind }) => kind === "denied");
    assert.deepEqual(
      records.map(({ detail }) => "denial" in detail && detail.denial),
      clicks.map(() => "damaged"),
    );
    assert.deepEqual(await kinds(), ["requested countersign"], "the other request has no record of it");
  });

test("the form of a damaged request, also for break-glass, says that its record is damaged", async (t) => {
  const { deps } = await setUp(t);
  const preview = makePreviewVerdict({ ...deps, consoleUrl: "https://sso.example/{execution}" });
  for (const authority of ["approver", "break-glass"] as const) {
    const found = await preview(aClick("U000", { requestId: ID, origin: ON_MESSAGE }), "approve", authority);
    assert.ok(found.kind === "denied" && found.denial.kind === "damaged");
    assert.match(found.denial.url ?? "", /^https:\/\/sso\.example\//, "the configured page of the execution");
  }
});

test("Details of a damaged request say so to people who may read it", async (t) => {
  const { store, deps, log } = await setUp(t);
  const { requests, search, effects, messages } = store;
  const details = makeDetails({
    ...{ ...deps, requests, search, effects, messages, log, automation: () => undefined },
    readMasked: async () => ({ kind: "not-found" }) as const,
    isOwnMessage: async ({ origin }) => origin.kind === "message",
  });
  for (const [userId, origin, kind] of [
    ["U000", ON_MESSAGE, "damaged"],
    ["U000", ON_HOME, "damaged"],
    ["U001", ON_MESSAGE, "damaged"],
    ["U001", ON_HOME, "absent"],
  ] as const)
    assert.equal((await details(userId, { requestId: ID, origin })).kind, kind, userId);
});

test("a click without a message tells only people who may read the damaged request that it exists", async (t) => {
  const { press } = await setUp(t);
  const outcome = await press("U001", { requestId: ID, origin: ON_HOME });
  assert.equal(outcome.kind === "denied" && outcome.denial.kind, "no-request");
});

test("a click on a damaged request that was closed does not send people to AWS", async (t) => {
  const { press } = await setUp(t, "closed");
  const outcome = await press("U000", { requestId: ID, origin: ON_MESSAGE });
  assert.ok(outcome.kind === "denied");
  assert.match(denialSentence(outcome.denial, mentions()), /its step is no longer waiting\.$/);
});

test("a later click ends an approval of a damaged request whose post is unresolved, instead of being evaluated without end", async (t) => {
  const { clock, store, press, vote } = await setUp(t, "open", false);
  const click = { requestId: ID, origin: ON_MESSAGE };
  assert.equal((await press("U000", click)).kind, "later");
  const rejection = { ...click, id: "reject", key: "reject", verdict: "reject", receivedAt: clock.now() + 1 } as const;
  await store.clicks.record(aClick("U000", rejection));
  const [due] = await store.clicks.unevaluated(clock.now() + 1, 10);
  assert.equal(due?.replacedBy, "reject");
  const outcome = await vote(due ?? assert.fail());
  assert.equal(outcome.kind === "denied" && outcome.denial.kind, "damaged");
});
