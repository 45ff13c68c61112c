import fc from "fast-check";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import type { ApprovalRequest, Outcome, Parameter, RequestFacts, Vote } from "../../src/core/request.ts";
import type { Requester } from "../../src/core/requester.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { aFacts, anAttempt, aRequest, aVote } from "../support/samples.ts";
import { arn, count, hostile, maybe, time, userId } from "./hostile-arbitraries.ts";
import { routes } from "./route-arbitraries.ts";

const region = fc.oneof(fc.constantFrom("us-east-1", "cn-north-1", "us-gov-west-1"), hostile(60));
const executionId = fc.oneof(fc.uuid(), hostile(200));

const parameter: fc.Arbitrary<Parameter> = fc.record({
  name: hostile(300),
  values: fc.array(hostile(10_240), { maxLength: 4 }),
  masked: fc.boolean(),
  isDefault: maybe(fc.boolean()),
});
const parameters = fc
  .tuple(fc.array(parameter, { maxLength: 12 }), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 })))
  .map(([few, times]) =>
    Array.from({ length: times }, () => few)
      .flat()
      .slice(0, 200),
  );

const facts: fc.Arbitrary<RequestFacts> = fc.record({
  documentName: hostile(2048),
  documentVersion: maybe(hostile(50)),
  stepName: hostile(256),
  gate: count,
  gates: count,
  message: maybe(hostile(4096)),
  executedBy: maybe(arn),
  executionStartedAt: maybe(time),
  waitingSince: maybe(time),
  timeoutSeconds: maybe(fc.nat()),
  awsApprovers: fc.array(arn, { maxLength: 30 }),
  minRequiredApprovals: count,
  parameters,
  parentExecutionId: maybe(executionId),
  loops: fc.array(fc.record({ name: maybe(hostile(300)), iteration: count, value: maybe(hostile(501)) }), {
    maxLength: 3,
  }),
  rateControl: fc.record({ parameter: maybe(hostile(300)), target: hostile(501) }),
  parents: fc.array(
    fc.record({
      executionId,
      documentName: hostile(2048),
      executedBy: maybe(arn),
      parameters: fc.array(parameter, { maxLength: 4 }),
    }),
    { maxLength: 5 },
  ),
  parentsUnread: hostile(100),
  descriptions: fc.record({ step: hostile(4096), runbook: hostile(4096) }),
  notReplaced: fc.array(hostile(100), { maxLength: 3 }),
  evidence: fc.array(
    fc.record(
      {
        name: hostile(300),
        text: maybe(hostile(8000)),
        length: fc.nat(100_000),
        status: hostile(60),
        iteration: fc.nat(100),
      },
      { requiredKeys: ["name", "text", "length"] },
    ),
    { maxLength: 5 },
  ),
});

export const outcomes: fc.Arbitrary<Outcome> = fc.record({
  kind: fc.constantFrom("approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown"),
  where: fc.constantFrom("slack", "aws"),
  by: fc.array(arn, { maxLength: 60 }),
  detail: maybe(hostile(5000)),
});

export const requests: fc.Arbitrary<ApprovalRequest> = fc.record({
  id: fc.uuid(),
  target: hostile(200),
  account: fc.oneof(fc.constant("111122223333"), hostile(100)),
  region,
  executionId,
  stepExecutionId: fc.constantFrom("s-0", "s-1"),
  stepTurn: count,
  facts,
  addressOwners: fc.constant({}),
  listedAccounts: fc.constant({}),
  route: maybe(hostile(300)),
  version: count,
  state: fc.constantFrom("open", "decided", "closed"),
  openedAt: time,
  decision: fc.constantFrom(null, "approve", "reject"),
  decidedAt: maybe(time),
  signal: fc.constantFrom("none", "due", "sending", "ambiguous", "accepted"),
  signalNextAt: maybe(time),
  verification: fc.constantFrom("none", "due", "no-effect", "confirmed", "misdirected", "not-visible"),
  reachedStep: maybe(fc.record({ stepExecutionId: maybe(fc.uuid()), stepName: hostile(256) })),
  seenOverAt: maybe(time),
  awsApprovals: maybe(fc.tuple(count, count)),
  awsDecidedBy: fc.array(arn, { maxLength: 12 }),
  outcome: maybe(outcomes),
  closedAt: maybe(time),
  executionStatus: fc.oneof(fc.constantFrom("Waiting", "InProgress", "Success", "Failed", "Cancelled"), hostile(200)),
  executionEndedAt: maybe(time),
  executionFailure: maybe(hostile(5000)),
  nextReminderAt: fc.constant(null),
  failedStep: maybe(
    fc.record({
      name: hostile(256),
      status: fc.oneof(fc.constantFrom("Failed", "TimedOut", "Cancelled"), hostile(40)),
      message: maybe(hostile(5000)),
      details: fc.array(hostile(3000), { maxLength: 20 }),
    }),
  ),
});

export const votes: fc.Arbitrary<Vote[]> = fc.array(
  fc.record({
    requestId: fc.uuid(),
    userId,
    userName: hostile(500),
    email: maybe(hostile(100)),
    sessionEmail: fc.constant(null),
    verdict: fc.constantFrom("approve", "reject"),
    authority: fc.constantFrom("approver", "break-glass"),
    reason: maybe(hostile(3000)),
    at: time,
  }),
  { maxLength: 120, size: "max" },
);

/** The fields that messages show. */
export const attempts: fc.Arbitrary<SignalAttempt[]> = fc.array(
  fc
    .record({
      state: fc.constantFrom("deferred", "skipped", "sending", "ambiguous", "refused", "accepted"),
      error: maybe(hostile(5000)),
    })
    .map((each) => anAttempt(each)),
  { maxLength: 4 },
);

const requester: fc.Arbitrary<Requester> = fc.record({
  executedBy: maybe(arn),
  userIds: fc.array(userId, { maxLength: 20 }),
  candidates: fc.array(userId, { maxLength: 20 }),
  email: maybe(hostile(200)),
  pending: fc.boolean(),
});

export const requesters = fc
  .tuple(requester, fc.array(requester, { maxLength: 5 }))
  .map(([own, parents]): Requester => ({ ...own, ...(parents.length === 0 ? {} : { parents }) }));
export const messages = fc.array(
  fc.record({
    channelId: fc.oneof(fc.constant("C0PROD"), hostile(60)),
    ts: maybe(fc.oneof(fc.constant("1700000000.000100"), hostile(40))),
  }),
  { maxLength: 30 },
);

/** A gate of the execution, with the fields that messages show. */
export const gates = fc
  .record({
    request: fc.record({
      decision: fc.constantFrom(null, "approve" as const, "reject" as const),
      outcome: maybe(outcomes),
    }),
    facts: fc.record({ stepName: hostile(256), gate: count, gates: count }),
    people: fc.array(userId, { maxLength: 20 }),
    verdict: fc.constantFrom("approve" as const, "reject" as const),
  })
  .map(({ request, facts, people, verdict }) => ({
    request: aRequest({ ...request, facts: aFacts(facts) }),
    votes: people.map((person) => aVote(person, { verdict })),
  }));
const earlier = fc.record({
  gates: fc.array(
    fc.tuple(gates, messages).map(([gate, locations]) => ({ ...gate, messages: locations })),
    { maxLength: 3 },
  ),
  more: fc.nat(1000),
});

export const views = fc.record({
  request: requests,
  votes,
  attempts,
  route: routes,
  requester: requesters,
  earlier,
  isQuiet: fc.boolean(),
});

const values = fc.dictionary(
  hostile(100),
  fc.oneof(hostile(10_240), fc.array(hostile(100), { maxLength: 3 }), fc.jsonValue()),
  {
    maxKeys: 5,
  },
);
const step: fc.Arbitrary<ObservedStep> = fc.record({
  stepExecutionId: fc.constantFrom(null, "s-0", "s-1", "s-2"),
  parentStepId: fc.constant(null),
  name: hostile(256),
  action: hostile(100),
  status: fc.oneof(fc.constantFrom("Success", "Waiting", "Failed", "Pending"), hostile(100)),
  startedAt: maybe(time),
  endedAt: maybe(time),
  timeoutSeconds: maybe(fc.nat()),
  onFailure: maybe(hostile(100)),
  inputs: values,
  outputs: fc.dictionary(hostile(100), fc.array(hostile(3000), { maxLength: 3 }), { maxKeys: 3 }),
  failureMessage: maybe(hostile(5000)),
});

export const executions: fc.Arbitrary<ObservedExecution> = fc.record({
  executionId,
  documentName: hostile(2048),
  documentVersion: maybe(hostile(20)),
  status: hostile(60),
  startedAt: maybe(time),
  endedAt: maybe(time),
  executedBy: maybe(arn),
  parameters: fc.constant({}),
  failureMessage: maybe(hostile(5000)),
  parentExecutionId: maybe(executionId),
  variables: fc.constant({}),
  outputs: fc.constant({}),
  steps: fc
    .tuple(fc.array(step, { maxLength: 8 }), fc.integer({ min: 1, max: 25 }))
    .map(([few, times]) => Array.from({ length: times }, () => few).flat()),
});

export const problems = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(["post", "update", "notice", "recipients", "requester", "signal", "verify"] as const),
      ...(["click", "reply", "publish"] as const),
    ),
    about: fc.oneof(fc.constant("C0PROD"), hostile(60)),
    error: hostile(2000),
  }),
  { maxLength: 30 },
);

export const workspaceUrls = fc.oneof(
  fc.constantFrom("https://acme.slack.com/", "http://localhost:3000/"),
  hostile(300),
);

export const nows = time;
