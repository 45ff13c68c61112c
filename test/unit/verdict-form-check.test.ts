import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "@slack/bolt";
import type { InputBlock } from "@slack/types";
import type { Click } from "../../src/app/ports/click-store.ts";
import { MAX_REASON_LENGTH } from "../../src/core/evaluate-vote.ts";
import { listenForForms } from "../../src/slack/listeners/forms.ts";
import type { VerdictDeps } from "../../src/slack/listeners/record.ts";
import { verdictForm } from "../../src/slack/messages/verdict-form.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";

type Submit = (args: { ack: (answer?: unknown) => Promise<void>; body: unknown }) => Promise<void>;

/** Submits a form with these texts; returns the errors that Slack shows, and the recorded clicks. */
async function submit(reason: string | null, typed = "Prod-DB-Restart") {
  const recorded: Click[] = [];
  const errors: unknown[] = [];
  const handlers: Submit[] = [];
  const app = { view: (_: unknown, listener: Submit) => handlers.push(listener) } as unknown as App;
  const state = { requestId: REQUEST_ID, verdict: "approve", authority: "approver", nonce: "n", purpose: "form" };
  listenForForms(app, {
    clicks: { record: async (click: Click) => recorded.push(click) },
    requests: { byId: async () => aRequest() },
    routes: [aRoute({ reason: "always", confirm: "typed" })],
    workspace: { teamId: "T0HOME", enterpriseId: null, appId: "A0" },
    formState: { read: () => ({ ...state, origin: { kind: "command", channelId: "C0" } }) },
    sentence: ({ kind }: { kind: string }) => kind,
    clock: testClock(),
    newId: () => "id",
    wake: () => undefined,
    log: testLog(),
  } as unknown as VerdictDeps);
  const values = { reason: { reason: { value: reason } }, typed: { typed: { value: typed } } };
  const body = {
    api_app_id: "A0",
    team: { id: "T0HOME" },
    user: { id: "U0JANE", team_id: "T0HOME" },
    view: { id: "V0", private_metadata: "signed", state: { values } },
  };
  await handlers[0]?.({ ack: async (answer) => void errors.push(answer), body });
  return { recorded: recorded.map((click) => click.reason), answer: errors[0] };
}

test("a form without a visible character in its reason is refused next to the input, and records nothing", async () => {
  for (const reason of [null, "", "   ", "\u200B\u200D", "\u2060\u3164", "\n\t\u00A0"])
    assert.deepEqual(await submit(reason), {
      recorded: [],
      answer: {
        response_action: "errors",
        errors: { reason: "Enter a reason with at least one visible character." },
      },
    });
  assert.deepEqual(await submit(" ok "), { recorded: ["ok"], answer: undefined });
  assert.deepEqual(await submit("⚠️"), { recorded: ["⚠️"], answer: undefined });
});

test("the wrong name of the runbook is refused next to its own input", async () => {
  assert.deepEqual(await submit("ok", "Prod-DB"), {
    recorded: [],
    answer: { response_action: "errors", errors: { typed: "not-typed" } },
  });
});

test("Slack limits a reason in every form to the length that is stored whole", () => {
  for (const asks of [
    { reason: true, typed: false },
    { reason: true, typed: true },
    { reason: false, typed: false },
  ]) {
    const form = { request: aRequest(), route: aRoute(), verdict: "reject", authority: "approver" } as const;
    const { blocks } = verdictForm({ ...form, asks, metadata: "signed" });
    const reason = blocks.find(({ block_id }) => block_id === "reason") as InputBlock | undefined;
    assert(reason?.element.type === "plain_text_input");
    assert.equal(reason.element.max_length, MAX_REASON_LENGTH);
    assert.equal(reason.optional, !asks.reason);
  }
});
