import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { makeAuditContext } from "../../src/app/audit/audit-context.ts";
import { makeAttemptTimes } from "../../src/app/signal/attempt-times.ts";
import { makeApplyChanges } from "../../src/app/watch/apply-changes.ts";
import { makeIgnoredPauses } from "../../src/app/watch/ignored-pauses.ts";
import { makePostponedTags } from "../../src/app/watch/postponed-tags.ts";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import type { Identities } from "../../src/core/requester.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { anAttempt, anEntry, anExecution, aRoute, EXECUTION_ID, NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

export const SLOW_MS = 5 * 60_000;

/** A watched execution, as AWS shows it. */
export async function setUp(t: TestContext, routes = [aRoute()], withPauses = false, identities: Identities = {}) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const log = testLog();
  let ids = 0;
  const uncovered: string[] = [];
  const ignored = makeIgnoredPauses();
  const apply = makeApplyChanges({
    requests: store.owned.requests,
    routes,
    identities,
    auditContext: makeAuditContext({
      messages: store.messages,
      routes,
      identities,
      policyHash: "abc",
      permalink: ({ ts }) => ts && `https://acme.slack.com/${ts}`,
    }),
    clock,
    newId: () => `request-${++ids}`,
    log,
    ignored,
    tags: makePostponedTags(),
    countUncovered: (reason) => void uncovered.push(reason),
  });
  const stale = { count: 0 };
  const countStale = () => void stale.count++;
  const deps = {
    ...store.owned,
    apply,
    mask: ["*password*"],
    policyHash: "hash",
    startedElapsed: 0,
    withPauses,
    ignored,
    correctTimes: makeAttemptTimes(clock).correct,
    clock,
    random: () => 0.5,
    log,
    countStale,
    reportChange: () => undefined,
  };
  const sync = makeSyncExecution(deps);
  await store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: "waits",
    nextReadAt: NOW,
    unchangedReads: 0,
  });
  automation.shows(anExecution());
  const watched = async () => (await store.executions.watched(TARGET.key))[0];
  const abort = new AbortController();
  /** Reads the execution, due or not. Returns the milliseconds until the next read, or null if it is forgotten. */
  const read = async (executions = deps.executions) => {
    const row = await watched();
    assert(row !== undefined, "it is watched");
    await makeSyncExecution({ ...deps, executions })(automation, row, abort.signal);
    const next = await watched();
    return next === undefined ? null : next.nextReadAt - clock.now();
  };
  const requests = () => store.requests.ofExecution(TARGET, EXECUTION_ID);
  const kinds = async (id = "request-1") =>
    (await store.requests.history(id)).map(({ kind, actor }) => `${kind} ${actor}`);
  const patch = async (more: object, attempt = anAttempt({ requestId: "request-1", at: clock.now() })) => {
    const [request] = await requests();
    assert(request !== undefined);
    const expectedVersion = request.version;
    const change = { requestId: request.id, expectedVersion, patch: more, audit: [] };
    if (attempt.state !== "sending") return void (await store.requests.advance({ ...change, attempt }));
    // Only a recorded decision is sent.
    const decided = anEntry({ requestId: request.id, kind: "decided" });
    await store.requests.advance({ ...change, audit: [decided] });
    await store.requests.advance({ ...change, expectedVersion: expectedVersion + 1, patch: {}, attempt });
  };
  return { clock, store, automation, log, uncovered, stale, deps, sync, read, watched, requests, kinds, patch, abort };
}
