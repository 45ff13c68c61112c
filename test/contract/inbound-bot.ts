import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { TestContext } from "node:test";
import { makeDetails } from "../../src/app/admin/inspect.ts";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeGroupReadLimit } from "../../src/app/decide/group-read-limit.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { ClickOrigin } from "../../src/app/ports/click-store.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { makeLookUpRequester } from "../../src/app/watch/look-up-requester.ts";
import { makeApp } from "../../src/slack/connection/app.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { listenForCommand } from "../../src/slack/listeners/command.ts";
import { listenForDetails } from "../../src/slack/listeners/details.ts";
import { listenForDetailsVerdicts } from "../../src/slack/listeners/details-verdicts.ts";
import { listenForForms } from "../../src/slack/listeners/forms.ts";
import { listenForHome } from "../../src/slack/listeners/home.ts";
import { isHomeTeam } from "../../src/slack/listeners/payloads.ts";
import { type FormState, makeSignedFormState } from "../../src/slack/listeners/signed-form-state.ts";
import { listenForVerdicts } from "../../src/slack/listeners/verdicts.ts";
import { UNCOUNTED } from "../../src/slack/observe-calls.ts";
import { commandReplies } from "../support/command-app.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { aliveUntil, fakeAutomation, PLAIN_NAMES, TARGET, testClock, testLog } from "../support/fakes.ts";
import type { Json } from "../support/http-json.ts";
import {
  aFacts,
  anEntry,
  anExecution,
  aPerson,
  aRequest,
  aRoute,
  aStep,
  auditContext,
  WORKSPACE,
} from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

/** Decided by a press, and by a form. Jane alone may approve either, Ada alone may break glass. */
export const PRESSED = { id: "99999999-0000-4000-8000-000000000001", channel: "C0DBA", ts: "1700000000.000100" };
export const ASKED = { id: "99999999-0000-4000-8000-000000000002", channel: "C0ASK", ts: "1700000000.000200" };

/** Bolt's own App over the real listeners and a store, and AWS and Slack as fakes that write down what they are asked. */
export async function inbound(t: TestContext) {
  const calls: { method: string; body: string }[] = [];
  const slackApi = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    // A reply to a response URL is JSON, in which a percent sign means itself.
    const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    const text = isForm ? decodeURIComponent(body.replaceAll("+", " ")) : body;
    calls.push({ method: basename(request.url ?? ""), body: text });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, view: { id: "V0VIEW" } }));
  });
  await new Promise<void>((resolve) => slackApi.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => slackApi.close(resolve)));
  t.after(() => slackApi.closeAllConnections());
  const apiUrl = `http://127.0.0.1:${(slackApi.address() as AddressInfo).port}/api/`;

  const clock = testClock();
  const log = testLog();
  const store = await aStore(t, { now: clock.now });
  const directory = fakeDirectory();
  directory.people.set("U0EVIL", aPerson("U0EVIL", { accountStatus: "external" }));
  const chat = fakeChat();
  const automation = fakeAutomation();
  const people = { users: ["U0JANE"], groups: [] };
  const routes = [
    aRoute({ name: "pressed", channels: [PRESSED.channel], approvers: people, reason: "none" }),
    aRoute({ name: "asked", channels: [ASKED.channel], approvers: people, reason: "always", confirm: "typed" }),
  ];
  const facts = aFacts();
  for (const [name, { id, channel, ts }] of [
    ["pressed", PRESSED],
    ["asked", ASKED],
  ] as const) {
    const ids = { executionId: `execution-${name}`, stepExecutionId: `step-${name}` };
    await store.requests.open({
      request: aRequest({ id, route: name, ...ids, facts }),
      channels: [channel],
      audit: anEntry({ requestId: id }),
    });
    const [row] = await store.messages.ofRequest(id);
    await store.messages.recordPosted(row?.id ?? "", ts, 1);
    automation.shows(anExecution({ ...ids, steps: [aStep(ids)] }));
  }

  const formState = makeSignedFormState("xoxb-fuzz");
  const { requests, messages, clicks, executions, leases } = store;
  const policy = { routes, admins: { users: ["U0ADA"], groups: [] }, identities: {} };
  const voting = {
    requests,
    messages,
    clicks,
    groupReadLimit: makeGroupReadLimit(store.rateLimits, clock),
    auditContext,
    directory,
    ...policy,
    lookUpRequester: makeLookUpRequester({ requests, directory, identities: policy.identities, clock }),
    isHomeTeam: isHomeTeam(WORKSPACE),
    digests: store.digests,
    hasTarget: () => true,
    signsAsPeople: () => false,
    sentence: ({ kind }: { kind: string }) => kind,
    show: PLAIN_NAMES,
    clock,
    log,
  };
  const inspecting = {
    requests,
    search: store.search,
    effects: store.effects,
    messages,
    directory,
    ...policy,
    automation: () => automation,
    readMasked: makeReadMasked({ mask: [], clock }),
    isOwnMessage: async ({ origin }: { origin: ClickOrigin }) => origin.kind === "message",
  };
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const { app, drain } = makeApp({
    receiver: { init() {}, start: async () => undefined, stop: async () => undefined },
    token: "xoxb-fuzz",
    apiUrl,
    workspace: WORKSPACE,
    logger: makeBoltLogger(log),
    log,
    calls: UNCOUNTED,
  });
  const base = { chat, workspace: WORKSPACE, formState, newId, log };
  const deciding = { ...voting, ...base, preview: makePreviewVerdict(voting), wake() {} };
  listenForVerdicts(app, deciding);
  listenForForms(app, deciding);
  listenForDetailsVerdicts(app, deciding);
  listenForDetails(app, { ...base, details: makeDetails({ ...inspecting, clock, log }) });
  listenForHome(app, { homes: store.homes, wake() {}, workspace: WORKSPACE, clock, log });
  listenForCommand(app, {
    reply: commandReplies(store, { ...inspecting, mask: [], targets: () => [], clock }),
    directory,
    isSharedChannel: async () => ({ kind: "known", isShared: false }),
    workspace: WORKSPACE,
    isResponseUrl: (url) => URL.parse(url)?.host === new URL(apiUrl).host,
    clock,
    log,
  });
  const vote = makeEvaluateClick(voting);
  const abort = makeSendSignal({
    countStale: () => {},
    requests,
    executions,
    leases,
    guardedBy: store.guardedBy,
    clock,
    random: () => 0,
    owner: "o",
    aliveUntil,
    policyHash: "hash",
    workspace: "T",
    log,
  });
  return {
    ...{ formState, apiUrl, automation, chat, store, inspecting, clock, log },
    /** Every call of the Web API by Bolt's client, in order. */
    calls,
    directory,
    /** Delivers as a receiver does: what Bolt throws is the receiver's to log. Resolves with the acknowledgement. */
    async deliver(body: Json): Promise<unknown> {
      let answer: unknown = "not acknowledged";
      const ack = async (response?: unknown) => {
        answer = response ?? "acknowledged";
      };
      await app.processEvent({ body, ack }).catch(() => undefined);
      return answer;
    },
    /** Judges every click and sends every signal that is due. */
    async work(): Promise<void> {
      await drain();
      for (let round = 0; round < 20; round++) {
        const waiting = await clicks.unevaluated(Number.MAX_SAFE_INTEGER, 500);
        if (waiting.length === 0) break;
        for (const click of waiting) await vote(click);
      }
      for (const due of await requests.dueToSignal(TARGET, clock.now(), 10))
        await abort(automation, due, new AbortController().signal);
    },
    votes: async () => [...(await requests.votes(PRESSED.id)), ...(await requests.votes(ASKED.id))],
    clicks: () => ids,
  };
}

export type Inbound = Awaited<ReturnType<typeof inbound>>;

/** What Slack sends when permitted people do what decides, and what is beside it. */
export function validPayloads({ formState, apiUrl }: Inbound): Record<string, Json> {
  const head = (user: string) => ({
    api_app_id: "A0APP",
    token: "verification",
    team: { id: "T0HOME", domain: "home" },
    enterprise: null,
    is_enterprise_install: false,
    user: { id: user, username: user, name: user, team_id: "T0HOME" },
    trigger_id: "1.2.3",
  });
  const press = (user: string, action_id: string, { id, channel, ts }: typeof PRESSED) => ({
    ...head(user),
    type: "block_actions",
    container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
    channel: { id: channel, name: "dba" },
    message: { type: "message", ts, user: "U0BOT", bot_id: "B0BOT", text: "Approval needed" },
    state: { values: {} },
    response_url: `${apiUrl}respond`,
    actions: [{ type: "button", action_id, block_id: "decide", value: id, action_ts: "1700000001.1" }],
  });
  const origin = (more: Partial<FormState>): FormState => ({
    purpose: "form",
    requestId: ASKED.id,
    verdict: "approve",
    authority: "approver",
    origin: { kind: "message", channelId: ASKED.channel, ts: ASKED.ts },
    nonce: "nonce",
    ...more,
  });
  const view = (user: string, callback_id: string, more: Partial<FormState>) => ({
    id: "V0VIEW",
    team_id: "T0HOME",
    type: "modal",
    callback_id,
    private_metadata: formState.write(origin(more), user),
    hash: "1.abc",
    app_id: "A0APP",
    bot_id: "B0BOT",
    state: {
      values: {
        reason: { reason: { type: "plain_text_input", value: "Tested." } },
        typed: { typed: { type: "plain_text_input", value: aFacts().documentName } },
      },
    },
  });
  const submission = (user: string, more: Partial<FormState>) => ({
    ...head(user),
    type: "view_submission",
    view: view(user, "verdict", more),
    response_urls: [],
  });
  return {
    approve: press("U0JANE", "approve", PRESSED),
    reject: press("U0JANE", "reject", PRESSED),
    form: submission("U0JANE", { nonce: "a" }),
    "break-glass": submission("U0ADA", { authority: "break-glass", nonce: "b" }),
    "break-glass without a message": submission("U0ADA", {
      ...{ authority: "break-glass", origin: { kind: "command", channelId: "D0ADA" }, nonce: "c" },
    }),
    details: press("U0JANE", "details", PRESSED),
    "details of a command's answer": {
      ...press("U0ADA", "details", PRESSED),
      container: { type: "message", message_ts: "1700000002.000100", channel_id: "C0ELSE", is_ephemeral: true },
    },
    "break-glass press": {
      ...head("U0ADA"),
      type: "block_actions",
      container: { type: "view", view_id: "V0VIEW" },
      view: view("U0ADA", "", { purpose: "details", authority: "break-glass" }),
      actions: [{ type: "button", action_id: "break-glass-approve", block_id: "g", value: ASKED.id, action_ts: "1.1" }],
    },
    command: {
      ...{ command: "/approvals", text: "pending", user_id: "U0JANE", team_id: "T0HOME", api_app_id: "A0APP" },
      ...{ channel_id: "C0DBA", response_url: `${apiUrl}respond`, trigger_id: "1.2.3", is_enterprise_install: "false" },
    },
  };
}
