import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { makeAuditContext } from "../../src/app/audit/audit-context.ts";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeGroupReadLimit } from "../../src/app/decide/group-read-limit.ts";
import type { VerdictPreview } from "../../src/app/decide/preview-verdict.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import { makeLookUpRequester } from "../../src/app/watch/look-up-requester.ts";
import type { Route } from "../../src/core/policy.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { PLAIN_NAMES, testClock, testLog } from "../support/fakes.ts";
import { aClick, anEntry, aRequest, aRoute, MESSAGE_TS, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

export const PEOPLE = Array.from({ length: 20 }, (_, index) => `U${String(index).padStart(3, "0")}`);

/** The origin of a click on this message. */
export const fromMessage = (ts: string, channelId = "C0DBA"): Pick<Click, "origin"> => ({
  origin: { kind: "message", channelId, ts },
});

/** A request with one message, and people who click on it. `posted`: the message has its ts. */
export async function setUp(t: TestContext, route: Partial<Route> = {}, posted = true) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const directory = fakeDirectory();
  const log = testLog();
  /** Targets that the configuration no longer has. */
  const gone = new Set<string>();
  const routes = [aRoute({ approvers: { users: PEOPLE, groups: ["S0DBA"] }, ...route })];
  const identities = {};
  const deps = {
    requests: store.requests,
    messages: store.messages,
    clicks: store.clicks,
    groupReadLimit: makeGroupReadLimit(store.rateLimits, clock),
    auditContext: makeAuditContext({
      messages: store.messages,
      routes,
      identities,
      policyHash: "abc",
      permalink: ({ ts }) => ts && `https://acme.slack.com/${ts}`,
    }),
    directory,
    routes,
    admins: { users: ["U0ADMIN"], groups: [] },
    identities,
    lookUpRequester: makeLookUpRequester({ requests: store.requests, directory, identities, clock }),
    isHomeTeam: (teamId: string) => teamId === "T0HOME",
    digests: store.digests,
    hasTarget: ({ target }: { target: string }) => !gone.has(target),
    signsAsPeople: () => true,
    sentence: (denial: { kind: string }) => `because: ${denial.kind}`,
    show: PLAIN_NAMES,
    clock,
    log,
  };
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
  if (posted) {
    const [message] = await store.messages.due(clock.now(), 1);
    await store.messages.recordPosted(message?.id ?? "", MESSAGE_TS, 1);
  }
  const vote = makeEvaluateClick(deps);
  /** Records a click and evaluates it. */
  const press = async (userId: string, more: Partial<Click> = {}) => {
    const id = more.id ?? `click-${userId}-${more.verdict ?? "approve"}`;
    await store.clicks.record(aClick(userId, { id, key: id, receivedAt: clock.now(), ...more }));
    return evaluate(id);
  };
  const evaluate = async (id: string) => {
    const row = (await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 100)).find((each) => each.id === id);
    assert(row !== undefined, `click ${id} waits`);
    return vote(row);
  };
  const told: [userId: string, reply: string | null][] = [];
  /** Delivers what is due, and returns every reply so far. */
  const replies = async () => {
    const due = () => store.clicks.unreplied(Number.MAX_SAFE_INTEGER, 100);
    for (let rows = await due(); rows.length > 0; rows = await due()) {
      for (const row of rows) {
        told.push([row.userId, row.reply]);
        await store.clicks.recordReplied(row);
      }
    }
    return [...told];
  };
  const request = async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const kinds = async () => (await store.requests.history(REQUEST_ID)).map(({ kind, actor }) => `${kind} ${actor}`);
  return { clock, store, directory, routes, gone, log, deps, vote, press, evaluate, replies, request, kinds };
}

/** Returns the reason why a verdict would not count, else the kind of the preview. */
export const denialKind = (previewed: VerdictPreview) =>
  previewed.kind === "denied" ? previewed.denial.kind : previewed.kind;
