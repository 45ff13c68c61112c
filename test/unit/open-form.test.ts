import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ModalView, WebClient } from "@slack/web-api";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { Person } from "../../src/core/person.ts";
import type { Verdict } from "../../src/core/request.ts";
import { openForm } from "../../src/slack/listeners/open-form.ts";
import { makeSignedFormState } from "../../src/slack/listeners/signed-form-state.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { aClick, aFacts, anEntry, aPerson, aRequest, WORKSPACE } from "../support/samples.ts";
import { fromMessage, setUp } from "./evaluate-click-setup.ts";

const QUESTION = "May orders-primary be restarted?";
/** A request with every kind of value that people choose. */
const REQUEST = aRequest({
  id: "chosen",
  stepExecutionId: "chosen",
  facts: aFacts({
    message: QUESTION,
    parameters: [{ name: "DatabaseId", values: ["chosen-parameter"], masked: false, isDefault: false }],
    loops: [{ name: "Each", iteration: 1, value: "chosen-item" }],
  }),
});
const CHOSEN = /May orders-primary|chosen-parameter|chosen-item/;

/** A route that asks for a reason and reads groups, and people who press its buttons. */
async function forms(t: TestContext) {
  const base = await setUp(t, { approvers: { users: ["U0LISTED"], groups: ["S0DBA"] }, reason: "always" });
  const { store, directory, deps, clock, log } = base;
  await store.requests.open({ request: REQUEST, channels: ["C0DBA"], audit: anEntry() });
  directory.groups.set("S0DBA", new Set(["U0MEMBER"]));
  const [message] = await store.messages.ofRequest(REQUEST.id);
  let views: ModalView[] = [];
  const keep = async ({ view }: { view: ModalView }) => {
    views.push(view);
    return { view: { id: "V0" } };
  };
  const client = { views: { open: keep, push: keep, update: keep } } as unknown as WebClient;
  const listening = {
    ...{ clicks: store.clicks, requests: store.requests, routes: deps.routes, sentence: deps.sentence },
    ...{ preview: makePreviewVerdict(deps), chat: fakeChat(), workspace: WORKSPACE, clock, log },
    ...{ formState: makeSignedFormState("xoxb-secret"), newId: () => "id", wake: () => undefined },
  };
  /** Presses a button; returns everything that Slack was given to show. */
  const press = async (userId: string, verdict: Verdict = "reject") => {
    views = [];
    const click = aClick(userId, { requestId: REQUEST.id, ...fromMessage("7.7"), receivedAt: clock.now() });
    const wanted = { verdict, authority: "approver" } as const;
    await openForm(listening, client, { triggerId: "T0", how: "open" }, click, wanted);
    return JSON.stringify(views);
  };
  return { ...base, press, message };
}

const STRANGERS: [description: string, person: Partial<Person>][] = [
  ["a person who is not an approver", {}],
  ["a guest", { accountStatus: "guest" }],
  ["an external person", { accountStatus: "external", teamId: "T0ELSE" }],
];

for (const [stranger, person] of STRANGERS) {
  test(`${stranger} sees none of the values of a request in a form, even after as many presses as open a form unchecked`, async (t) => {
    const { store, directory, press, message } = await forms(t);
    await store.messages.recordPosted(message?.id ?? "", "7.7", 1);
    directory.people.set("U0STRANGER", aPerson("U0STRANGER", person));
    const shown: string[] = [];
    for (let presses = 0; presses < 12; presses++) shown.push(await press("U0STRANGER"));
    for (const each of shown) assert.doesNotMatch(each, CHOSEN);
    assert.match(
      shown.at(-1) ?? "",
      /has not checked your permission yet, so this form does not show: the question, 1 parameter and the value/,
    );
    assert.match(shown.at(-1) ?? "", /"block_id":"reason"/, "the form opens, and its click is evaluated");
  });

  test(`${stranger} sees none of the values of a request in a form while the post of its message is not resolved`, async (t) => {
    const { clock, store, directory, press, message } = await forms(t);
    await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
    directory.people.set("U0STRANGER", aPerson("U0STRANGER", person));
    for (const verdict of ["approve", "reject"] as const) {
      const shown = await press("U0STRANGER", verdict);
      assert.doesNotMatch(shown, CHOSEN);
      assert.match(shown, /"block_id":"reason"/);
    }
  });
}

test("an approver sees the question and the values in the form", async (t) => {
  const { store, press, message } = await forms(t);
  await store.messages.recordPosted(message?.id ?? "", "7.7", 1);
  for (const userId of ["U0MEMBER", "U0LISTED"]) {
    const shown = await press(userId);
    for (const value of [QUESTION, "chosen-parameter", "chosen-item"]) assert.ok(shown.includes(value), value);
    assert.doesNotMatch(shown, /Not shown/);
  }
});
