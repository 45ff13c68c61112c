import fc from "fast-check";
import {
  type AuditDetails,
  type AuditKind,
  type AuditRecord,
  type RequestContext,
  requestContext,
  toShownFacts,
} from "../../src/core/audit-records.ts";
import { AUDIT_CONTEXT } from "../support/samples.ts";
import { arn, count, hostile, maybe, time, userId } from "./hostile-arbitraries.ts";
import { outcomes, requests } from "./messages-arbitraries.ts";

const context: fc.Arbitrary<RequestContext> = requests.map(requestContext);
const both = <A extends object, B extends object>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(a, b).map(([one, other]) => ({ ...one, ...other }));
const published = both(context, fc.constant(AUDIT_CONTEXT));
const shown = both(published, requests.map(toShownFacts));
const verdict = fc.constantFrom("approve", "reject");
const breakGlass = fc.constantFrom({}, { authority: "break-glass" } as const);
const signalDetail = fc
  .tuple(
    fc.record({ decision: verdict, attempt: fc.nat() }),
    fc.constantFrom({}, { userId: "U0JANE", session: "jane@example.com" }),
  )
  .map(([detail, signer]) => ({ ...detail, ...signer }));
const DETAILS: { [Kind in AuditKind]: fc.Arbitrary<AuditDetails[Kind]> } = {
  requested: shown,
  decided: both(both(shown, breakGlass), fc.record({ decision: verdict, reason: hostile(3000) })),
  closed: both(published, fc.record({ outcome: outcomes, executionStatus: hostile(200) })),
  identified: fc.oneof(
    fc.record({ email: hostile(300), listed: fc.constant(null), userId: maybe(userId) }),
    fc.record({ email: fc.constant(null), listed: userId, userId: maybe(userId) }),
  ),
  voted: both(breakGlass, fc.record({ verdict, reason: hostile(3000), name: hostile(500) })),
  withdrawn: fc.constant({}),
  "vote-dropped": fc.record({ userId: hostile(30), denial: fc.constantFrom("not-approver", "account-status") }),
  denied: both(
    breakGlass,
    fc.record({ denial: fc.constantFrom("not-approver", "closed"), verdict: fc.constantFrom("approve", "withdraw") }),
  ),
  "signal-sending": signalDetail,
  "signal-accepted": signalDetail,
  "signal-ambiguous": both(signalDetail, fc.record({ error: hostile(3000) })),
  "signal-refused": both(signalDetail, fc.record({ error: hostile(3000) })),
  "signal-deferred": both(signalDetail, fc.record({ error: hostile(3000) })),
  "signal-verified": both(signalDetail, fc.record({ result: fc.constantFrom("confirmed", "not-visible") })),
  "signal-misdirected": both(
    both(published, signalDetail),
    fc.record({ reachedStep: fc.option(hostile(256)), decidedBy: fc.array(arn, { maxLength: 12 }) }),
  ),
  "signal-without-effect": both(published, signalDetail),
  progress: both(context, fc.record({ executionStatus: hostile(200), awsApprovals: fc.tuple(count, count) })),
  ended: both(context, fc.record({ executionStatus: hostile(200) })),
};

const records = (Object.keys(DETAILS) as AuditKind[]).map((kind) =>
  fc.record({
    seq: fc.nat(),
    id: fc.uuid(),
    requestId: fc.uuid(),
    kind: fc.constant(kind),
    at: time,
    actor: fc.oneof(fc.constantFrom("countersign", "unknown", "U0JANE, U0JOE", ""), arn),
    detail: DETAILS[kind] as fc.Arbitrary<AuditDetails[typeof kind]>,
    previous: fc.constant(""),
    hash: fc.constant(""),
  }),
) as fc.Arbitrary<AuditRecord>[];

export const histories: fc.Arbitrary<AuditRecord[]> = fc.array(fc.oneof(...records), { maxLength: 200, size: "max" });
