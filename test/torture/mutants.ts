import { once } from "node:events";
import type { Automation } from "../../src/app/ports/aws.ts";
import { NO_TEST_HOOKS, type TestHooks } from "../../src/bot/test-hooks.ts";
import type { ObservedStep } from "../../src/core/execution.ts";
import type { Signer } from "../../src/core/signers.ts";
import { wrapRequestWrites } from "../support/wrap-request-writes.ts";

/** The bot with one safeguard removed each. A torture test that finds no violation with a mutant proves nothing. */
const MUTANTS: Record<string, () => TestHooks> = {
  /** Sends the signal after the previous read of the execution, without a fresh one. */
  "no-fresh-read": () => ({
    ...NO_TEST_HOOKS,
    automation: (own) => ({ ...own, read: staleBeforeSignals(own) }),
  }),
  /** Repeats a post with an ambiguous result without searching for the message first. */
  "no-metadata-search": () => ({
    ...NO_TEST_HOOKS,
    chat: (own) => ({ ...own, find: async () => ({ kind: "absent", asOf: Number.POSITIVE_INFINITY }) }),
  }),
  /** Does not compare a read of the execution with the signal. */
  "no-check-after-signal": () => ({
    ...NO_TEST_HOOKS,
    store: (own) =>
      wrapRequestWrites(own, ({ advance }) => ({
        advance: ({ recipientLookup, ...change }) =>
          change.patch.verification === "misdirected"
            ? advance({ ...change, patch: { verification: "confirmed" }, audit: [] })
            : advance(recipientLookup === undefined ? change : { ...change, recipientLookup }),
      })),
  }),
  /** Records a signal that AWS accepted without effect as one that decided its step. */
  "no-effect-unreported": () => ({
    ...NO_TEST_HOOKS,
    store: (own) =>
      wrapRequestWrites(own, ({ advance }) => ({
        advance: ({ recipientLookup, ...change }) =>
          change.patch.verification === "no-effect"
            ? advance({ ...change, patch: { verification: "confirmed" }, audit: [] })
            : advance(recipientLookup === undefined ? change : { ...change, recipientLookup }),
      })),
  }),
  /** Polls no more once an event of the queue has announced an execution. */
  "trusts-every-event": () => {
    let hasEvents = false;
    return {
      ...NO_TEST_HOOKS,
      store: (own) => ({
        ...own,
        executions: {
          ...own.executions,
          announce(...call) {
            hasEvents = true;
            return own.executions.announce(...call);
          },
        },
      }),
      automation: (own) => ({
        ...own,
        async listWaiting(abort, ...rest) {
          if (hasEvents && !abort.aborted) await once(abort, "abort");
          return own.listWaiting(abort, ...rest);
        },
      }),
    };
  },
  /** Allows a click by a list of the group that was read before it. */
  "no-fresh-list": () => ({
    ...NO_TEST_HOOKS,
    directory: (own) => ({
      ...own,
      async isAmong(people, userId, freshness, channels) {
        const cached = await own.isAmong(people, userId, "show", channels);
        return cached.kind === "member" ? cached : own.isAmong(people, userId, freshness, channels);
      },
    }),
  }),
  /** Records that an approval was taken back, and still counts it. */
  "counts-withdrawn-votes": () => ({
    ...NO_TEST_HOOKS,
    store: (own) =>
      wrapRequestWrites(own, ({ advance }) => ({ advance: ({ removeVotes: _, ...change }) => advance(change) })),
  }),
  /** Knows a step by its id alone: shows each later turn with the start of the first one. */
  "no-start-time": () => {
    const starts = new Map<string, number | null>();
    const toFirstStart = (step: ObservedStep): ObservedStep => {
      const id = step.stepExecutionId ?? "";
      if (step.startedAt !== null && !starts.has(id)) starts.set(id, step.startedAt);
      return { ...step, startedAt: starts.get(id) ?? step.startedAt };
    };
    return {
      ...NO_TEST_HOOKS,
      automation: (own) => ({
        ...own,
        async read(...call) {
          const reading = await own.read(...call);
          if (reading.kind !== "read") return reading;
          return { ...reading, execution: { ...reading.execution, steps: reading.execution.steps.map(toFirstStart) } };
        },
      }),
    };
  },
  /** Sends a signal in the session of a person who did not decide. */
  "signs-as-another": () => ({
    ...NO_TEST_HOOKS,
    automation: (own) => ({
      ...own,
      ready: (signer, abort) => own.ready(toAnother(signer), abort),
      signal: (signer, ...rest) => own.signal(toAnother(signer), ...rest),
    }),
  }),
  /** Computes the due reminders from the opening of the request, and not from the first one that was not sent. */
  "repeat-reminder": () => ({
    ...NO_TEST_HOOKS,
    store: (own) => ({
      ...own,
      requests: {
        ...own.requests,
        async dueToRemind(...call) {
          const due = await own.requests.dueToRemind(...call);
          return due.map((request) => ({ ...request, nextReminderAt: request.openedAt }));
        },
        async recordReminded(reminded) {
          const request = await own.requests.byId(reminded.request.id);
          return own.requests.recordReminded({ ...reminded, request: request ?? reminded.request });
        },
      },
    }),
  }),
  /** Records that reminders were sent before their replies are stored, and stores none. */
  "lose-reminder": () => ({
    ...NO_TEST_HOOKS,
    store: (own) => ({
      ...own,
      requests: {
        ...own.requests,
        recordReminded: (reminded) => own.requests.recordReminded({ ...reminded, kinds: [], escalateTo: [] }),
      },
    }),
  }),
  /** Writes a change even if the request has changed since it was read. */
  "unguarded-update": () => ({
    ...NO_TEST_HOOKS,
    store: (own) =>
      wrapRequestWrites(own, ({ advance }) => ({
        async advance(change) {
          const now = await own.requests.byId(change.requestId);
          return advance({ ...change, expectedVersion: now?.version ?? change.expectedVersion });
        },
      })),
  }),
};

const toAnother = (signer: Signer): Signer =>
  signer.session === null ? signer : { id: "U0ROSA", session: "rosa@example.com" };

export const MUTANT_NAMES = Object.keys(MUTANTS);

export function findMutantHooks(name: string | null): TestHooks {
  if (name === null) return NO_TEST_HOOKS;
  const make = MUTANTS[name];
  if (make === undefined) throw new Error(`There is no mutant ${name}: ${MUTANT_NAMES.join(", ")}.`);
  return make();
}

/** Only the reads before a signal have the priority of signals. */
function staleBeforeSignals(own: Automation): Automation["read"] {
  const seen = new Map<string, Awaited<ReturnType<Automation["read"]>>>();
  return async (executionId, abort, priority) => {
    const previous = seen.get(executionId);
    if (previous !== undefined && priority === "signal") return previous;
    const reading = await own.read(executionId, abort, priority);
    seen.set(executionId, reading);
    return reading;
  };
}
