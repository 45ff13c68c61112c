import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import type { Outcome } from "../../src/core/request.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aRequest, aRoute, aStep, aVote, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const EXECUTION = "4f2a91c7-1b2c-4d3e-8f90-0123456789ab";
const CLOSED = "5e5e5e5e-1b2c-4d3e-8f90-0123456789ab";

/** Every text that people wrote or chose for the executions. */
const CHOSEN = /chosen/;
const FACTS = aFacts({
  message: "Is the chosen database ready?",
  parameters: [{ name: "Environment", values: ["chosen-environment"], masked: false, isDefault: false }],
  loops: [{ name: "Each", iteration: 1, value: "chosen-item" }],
  notReplaced: ["chosen.Reference"],
  evidence: [{ name: "plan.Summary", text: "chosen output", length: 13 }],
});

/** One waiting and one closed request of a route whose conditions name parameters and tags. */
async function setUp(t: TestContext, isShared: boolean) {
  const store = await aStore(t);
  const clock = testClock();
  const open = async (id: string) => {
    const request = aRequest({ id, executionId: id, stepExecutionId: id, facts: FACTS });
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: id }) });
  };
  await open(EXECUTION);
  await open(CLOSED);
  const outcome: Outcome = { kind: "approved", where: "slack", by: [], detail: "chosen detail", comment: "chosen" };
  const patch = { state: "closed", decision: "approve", closedAt: NOW, outcome } as const;
  const vote = aVote("U0JANE", { requestId: CLOSED, reason: "chosen reason" });
  await store.requests.advance({ requestId: CLOSED, expectedVersion: 1, patch, vote, audit: [] });
  const automation = fakeAutomation();
  automation.shows(
    anExecution({ executionId: EXECUTION, steps: [aStep({ inputs: { Message: "chosen", Approvers: [] } })] }),
  );
  const match = { parameters: { Environment: ["chosen-*"] }, tags: { Team: ["chosen-team"] }, startedBy: "*chosen*" };
  const reply = commandReplies(store, {
    ...{ directory: fakeDirectory(), clock, mask: [], routes: [aRoute({ match })], identities: {} },
    admins: { users: ["U0ADMIN"], groups: [] },
    automation: () => automation,
    readMasked: makeReadMasked({ mask: [], clock }),
    isOwnMessage: async () => false,
    targets: () => [{ key: TARGET.key, automation }],
  });
  const app = commandApp({ reply, clock, isSharedChannel: async () => ({ kind: "known", isShared }) });
  /** Shares the answer; returns what the channel sees. */
  return async (text: string) => {
    await app.command(`${text} share`, { user: "U0ADMIN" });
    const answer = app.messages().at(-1) ?? {};
    assert.equal(answer.response_type, "in_channel", text);
    return JSON.stringify(answer);
  };
}

const ANSWERS = ["pending", `show ${EXECUTION}`, `show ${CLOSED}`, "history"];

test("a shared answer shows people of other organizations nothing that people wrote or chose, and no condition of the route", async (t) => {
  const share = await setUp(t, true);
  for (const text of ANSWERS) {
    const answer = await share(text);
    assert.doesNotMatch(answer, CHOSEN, text);
    assert.match(answer, /Not shown, because people of other organizations can read this channel: /, text);
  }
  assert.doesNotMatch(await share("pending document:Other"), /Not shown/, "an empty answer leaves out nothing");
});

test("an answer that is shared in a channel of the workspace is complete", async (t) => {
  const share = await setUp(t, false);
  for (const text of ANSWERS) {
    const answer = await share(text);
    assert.match(answer, CHOSEN, text);
    assert.doesNotMatch(answer, /Not shown/, text);
  }
});
