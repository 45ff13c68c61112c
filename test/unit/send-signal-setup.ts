import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import type { ApprovalRequest, Verdict } from "../../src/core/request.ts";
import { lastError } from "../../src/core/signal-attempt.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { anEntry, anExecution, aRequest, aVote, DETAILS, EXECUTION_ID, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

export const LEASE = `execution:${TARGET.account}/${TARGET.region}:${EXECUTION_ID}`;
export const LEASE_MS = 60_000;

export const aDecidedEntry = (decision: Verdict) =>
  anEntry({ kind: "decided", detail: { ...DETAILS.decided, decision } });

export async function setUp(t: TestContext, more: Partial<ApprovalRequest> = {}) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const log = testLog();
  const life = { until: Number.POSITIVE_INFINITY };
  /** When a read that contradicts the list was counted. */
  const staleReads: number[] = [];
  automation.shows(anExecution());
  const signalAs = (owner: string) =>
    makeSendSignal({
      countStale: () => void staleReads.push(clock.now()),
      ...store,
      clock,
      random: () => 0,
      owner,
      aliveUntil: () => life.until,
      policyHash: "hash",
      workspace: "T0HOME",
      log,
    });
  await store.requests.open({
    request: aRequest({ state: "decided", decision: "approve", signal: "due", signalNextAt: clock.now(), ...more }),
    channels: [],
    audit: aDecidedEntry(more.decision ?? "approve"),
  });
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, vote: aVote(), audit: [] });
  await store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: "x",
    nextReadAt: clock.now() + 300_000,
    unchangedReads: 5,
  });
  const { signal: abort } = new AbortController();
  const send = (owner = "me") => signalAs(owner)(automation, aRequest(), abort);
  /** Sends the due signals, like the worker. */
  const round = async (owner = "me") => {
    const due = await store.requests.dueToSignal(TARGET, clock.now(), 10);
    for (const request of due) await signalAs(owner)(automation, request, abort);
    return due.length;
  };
  const request = async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const attempts = () => store.requests.signals(REQUEST_ID);
  const error = async () => lastError(await attempts());
  const sent = () => automation.calls.signal;
  const kinds = async () => (await store.requests.history(REQUEST_ID)).map(({ kind }) => kind).slice(1);
  const isWoken = async () => (await store.executions.due(TARGET.key, clock.now(), 10)).length === 1;
  return {
    clock,
    store,
    automation,
    log,
    staleReads,
    life,
    send,
    round,
    request,
    attempts,
    error,
    sent,
    kinds,
    isWoken,
    abort,
    signalAs,
  };
}
