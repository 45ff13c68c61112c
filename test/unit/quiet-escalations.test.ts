import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestView } from "../../src/app/ports/slack.ts";
import { isQuietEscalation } from "../../src/core/reminders.ts";
import type { RenderedMessage } from "../../src/slack/messages/blocks.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { findProblems } from "../support/block-limits.ts";
import { anEntry, aRequest, aRoute } from "../support/samples.ts";
import { setUp } from "./deliver-message-setup.ts";
import { ASKED, type Changes, closedBy, DECIDED, ROUTE, view, vote } from "./messages-examples.ts";

const ROSA = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com";
const ROUTE_AT_NIGHT = {
  ...ROUTE,
  quorum: 2,
  selfApproval: false,
  notify: { users: ["U0BOSS"], groups: ["S0SRE"] },
  escalate: { after: 15 * 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL", "U0DAN"] },
};
const OWNERS: Changes = {
  facts: { executedBy: ROSA },
  addressOwners: { "rosa@example.com": { kind: "person", userId: "U0ROSA" } },
};

const CLOSED = closedBy({}, { decision: "approve" });

/** An escalation of a request with a vote and an earlier gate. */
function escalation(changes: Changes, isQuiet: boolean): RequestView {
  const gate = view(CLOSED, [vote({ userId: "U0MIA", userName: "Mia Ng" })]);
  const earlier = { gates: [{ ...gate, messages: [] }], more: 0 };
  const own = view({ ...OWNERS, ...changes }, [vote()], ROUTE_AT_NIGHT);
  return { ...own, isEscalation: true, isQuiet, earlier };
}
const mentioned = (message: RenderedMessage) => [
  ...new Set(JSON.stringify(message).match(/<@\w+>|<!subteam\^\w+>/g) ?? []),
];

for (const [state, changes] of Object.entries({ open: {}, decided: DECIDED, closed: CLOSED }))
  test(`an escalation in quiet hours mentions only the people on call: ${state}`, () => {
    const byDay = requestMessage(escalation(changes, false));
    assert.ok(mentioned(byDay).includes("<@U0JANE>"));
    const message = requestMessage(escalation(changes, true));
    assert.deepEqual(mentioned(message), state === "closed" ? [] : ["<@U0DAN>", "<!subteam^S0ONCALL>"]);
    assert.match(JSON.stringify(message), /Jane/);
    assert.deepEqual(findProblems(message, "message", new Set(["U0DAN", "S0ONCALL"])), []);
  });

test("an escalation in quiet hours says who may decide by the name of the route, and names voters and the requester", () => {
  const text = JSON.stringify(requestMessage(escalation({}, true)));
  assert.match(text, /approvers of route `production databases`/);
  assert.match(text, /started by rosa \(`rosa@example.com`\)/);
  assert.match(text, /approved by `Mia Ng`/);
});

test("a digest with an escalation in quiet hours mentions nobody", () => {
  const digest = (isQuiet: boolean) =>
    digestMessage({ since: ASKED, waiting: [escalation({}, isQuiet), view(OWNERS)], count: 2 });
  assert.ok(mentioned(digest(false)).includes("<@U0ROSA>"));
  assert.deepEqual(mentioned(digest(true)), []);
});

const quiet = { from: 22 * 60, to: 7 * 60, zone: "Europe/Berlin" };
const escalate = { after: 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL"] };

test("only a channel of the escalation is quiet, and only in quiet hours", () => {
  const route = aRoute({ quiet, escalate });
  const [night, day] = [Date.UTC(2026, 0, 15, 22), Date.UTC(2026, 0, 15, 12)];
  assert.equal(isQuietEscalation(route, "C0ONCALL", night), true);
  assert.equal(isQuietEscalation(route, "C0ONCALL", day), false);
  assert.equal(isQuietEscalation(route, "C0DBA", night), false);
  assert.equal(isQuietEscalation({ ...route, quiet: undefined }, "C0ONCALL", night), false);
  assert.equal(isQuietEscalation(null, "C0ONCALL", night), false);
});

test("the message of an escalation is quiet as of its post, the message of the route is not", async (t) => {
  const { clock, store, chat, round } = await setUp(t, aRoute({ quiet, escalate }));
  clock.advance(Date.UTC(2030, 0, 15, 22) - clock.now());
  const request = aRequest({ id: "night", stepExecutionId: "night", openedAt: clock.now() });
  await store.requests.open({ request, channels: ["C0DBA", "C0ONCALL"], audit: anEntry() });
  await round();
  const shown = chat.contents.map(({ channelId, content }) => [
    channelId,
    content.kind === "request" && content.view.request.id === "night" && content.view.isQuiet === true,
  ]);
  assert.ok(shown.some(([channelId, isQuiet]) => channelId === "C0ONCALL" && isQuiet));
  assert.ok(!shown.some(([channelId, isQuiet]) => channelId === "C0DBA" && isQuiet));
});
