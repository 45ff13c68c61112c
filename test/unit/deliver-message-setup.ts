import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { makeRequestMessages } from "../../src/app/deliver/message-kinds.ts";
import type { MessageRow } from "../../src/app/ports/delivery-store.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

export const CLAIM_MS = 60_000;
export const RESOLVE_AFTER_MS = 10_000;

/** An open request whose message is due, and a channel that the test dictates. */
export async function setUp(t: TestContext, route = aRoute()) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat(clock.now);
  const log = testLog();
  const life = { since: 0, until: Number.POSITIVE_INFINITY };
  const lost: string[] = [];
  let ids = 0;
  const deliver = makeRequestMessages({
    messages: store.messages,
    notices: store.notices,
    recipientLookups: store.recipientLookups,
    requests: store.requests,
    routes: [route],
    identities: {},
    chat,
    acquireSlot: (...call) => chat.acquireSlot(...call),
    aliveUntil: (since) => (since >= life.since ? life.until : 0),
    clock,
    newId: () => `claim-${++ids}`,
    random: () => 0,
    log,
    countLost: (reason) => void lost.push(reason),
  });
  await store.requests.open({ request: aRequest({ openedAt: clock.now() }), channels: ["C0DBA"], audit: anEntry() });
  const due = () => store.messages.due(clock.now(), 100);
  /** Delivers every message that is due now, once. */
  const round = async () => {
    const rows = await due();
    return Promise.all(rows.map((row) => deliver(row, new AbortController().signal)));
  };
  const row = async (): Promise<MessageRow> => {
    const [only] = await store.messages.ofRequest(REQUEST_ID);
    assert(only !== undefined);
    return only;
  };
  const move = async (patch = {}) => {
    const request = await store.requests.byId(REQUEST_ID);
    assert(request !== null);
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: request.version, patch, audit: [] });
  };
  return { clock, store, chat, log, lost, life, deliver, due, round, row, move };
}
