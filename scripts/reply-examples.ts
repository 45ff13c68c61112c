import { confirmationText } from "../src/app/decide/confirm-vote.ts";
import { consoleUrl } from "../src/core/console-url.ts";
import { type Denial, denialSentence } from "../src/core/denial.ts";
import { type DroppedVote, toDroppedReplies } from "../src/core/dropped-vote.ts";
import { toLateReplies } from "../src/core/late-replies.ts";
import type { Person } from "../src/core/person.ts";
import type { Verdict } from "../src/core/request.ts";
import { findRequester } from "../src/core/requester.ts";
import { UNCOVERED_REASONS, type Uncovered } from "../src/core/uncovered.ts";
import { NOT_RECORDED } from "../src/slack/listeners/record.ts";
import { findLookupAdvice } from "../src/slack/lookup-advice.ts";
import { mentions } from "../src/slack/messages/mentions.ts";
import { EXECUTION_ID } from "../test/support/samples.ts";
import { FACTS, PAYOUTS, ROLE, ROUTE, view } from "./example-views.ts";
import { decided, elsewhere, jane } from "./message-examples.ts";

/** Replies to clicks that do not count, in one group per picture. The names are those of the files in docs/images/messages. */

const STRICT = { ...ROUTE, selfApproval: false, whenRequesterUnknown: "deny" as const };
const requesterUnknown = (executedBy: string): Denial => ({
  kind: "requester-unknown",
  route: STRICT,
  requester: findRequester({ facts: { executedBy }, addressOwners: {} }, {}),
});
const BUILD = "arn:aws:sts::111122223333:assumed-role/Build/run-4711";
const OMAR = "arn:aws:iam::111122223333:user/omar";

const PAGE = consoleUrl({ account: "111122223333", region: "us-east-1", executionId: EXECUTION_ID });

const STATUSES: Record<Exclude<Person["accountStatus"], "member">, true> = {
  guest: true,
  external: true,
  deactivated: true,
  bot: true,
};
const accounts = (Object.keys(STATUSES) as (keyof typeof STATUSES)[]).map(
  (status): Denial => ({ kind: "account-status", status }),
);

const doubtful = (reason: Uncovered["reason"], condition = "parameters.Environment", error?: string): Denial => ({
  kind: "no-route",
  page: PAGE,
  route: null,
  uncovered:
    reason === "no-match"
      ? { reason }
      : { reason, condition, route: ROUTE.name, otherRoute: null, ...(error === undefined ? {} : { error }) },
});

const scopeMissing = { code: "missing_scope", error: "missing_scope (needs usergroups:read)" };
const advice = findLookupAdvice({ kind: "refused", ...scopeMissing, advice: "" });

/** The denials of each picture. */
export const denialExamples: Record<string, readonly Denial[]> = {
  "reply-not-approver": [
    { kind: "not-approver", route: ROUTE, gone: [] },
    { kind: "not-approver", route: ROUTE, gone: ["S0DBA"], admin: true },
    { kind: "not-admin" },
    ...accounts,
  ],
  "reply-requester": [
    { kind: "self-approval" },
    { kind: "self-approval", isCandidate: true, admin: true },
    requesterUnknown(BUILD),
    requesterUnknown(OMAR),
  ],
  "reply-already-decided": [
    { kind: "decided", request: view(decided()).request, votes: [jane()] },
    { kind: "closed", request: view(elsewhere({ by: [OMAR] })).request, votes: [] },
    { kind: "already-voted", verdict: "approve" },
    { kind: "already-voted", verdict: "reject" },
    { kind: "replaced", verdict: "approve", by: "reject" },
    { kind: "replaced", verdict: "approve", by: "withdraw" },
    { kind: "replaced", verdict: "reject", by: "break-glass" },
    { kind: "nothing-to-withdraw" },
  ],
  "reply-form": [
    { kind: "reason-missing", verdict: "reject" },
    { kind: "not-typed", documentName: FACTS.documentName },
    { kind: "forged-form" },
    { kind: "foreign-message" },
    { kind: "wrong-workspace" },
    { kind: "no-request" },
  ],
  "reply-not-in-slack": [
    { kind: "information-only", route: ROUTE.name, page: PAGE },
    { kind: "not-listed", principal: ROLE, page: PAGE },
    { kind: "no-target", target: "production/us-east-1", page: PAGE },
    { kind: "cannot-stop", page: PAGE },
    {
      kind: "damaged",
      executionId: EXECUTION_ID,
      url: PAGE,
      isClosed: false,
    },
    { kind: "damaged", executionId: EXECUTION_ID, url: null, isClosed: false },
    { kind: "damaged", executionId: EXECUTION_ID, url: null, isClosed: true },
  ],
  "reply-no-route": [
    ...UNCOVERED_REASONS.map((reason) =>
      doubtful(reason, undefined, reason === "unknown" ? "AccessDeniedException" : undefined),
    ),
    doubtful("unknown", "tags.Team", "AccessDeniedException"),
    { kind: "no-route", route: ROUTE.name, page: PAGE },
  ],
  "reply-unread": [
    { kind: "person-unknown", error: "ratelimited" },
    { kind: "membership-unknown", error: "ratelimited" },
    { kind: "voter-unread", userId: "U0DAN", error: "ratelimited" },
    { kind: "requester-unread", error: "ratelimited" },
    { kind: "membership-unknown", error: scopeMissing.error, advice },
  ],
};

const show = mentions(150);
const { request } = view();
const dropped = (kind: "not-approver" | "account-status", userId: string): DroppedVote => ({
  vote: jane({ userId }),
  denial: kind === "not-approver" ? { kind, route: ROUTE, gone: [] } : { kind, status: "deactivated" },
});
const confirm = (evaluation: Parameters<typeof confirmationText>[0], approvals = 1) =>
  confirmationText(evaluation, { request, route: PAYOUTS, approvals }, show);
const counted = (verdict: Verdict, completes: boolean) =>
  confirm({ kind: "counted", vote: jane({ verdict }), completes, patch: {} });

/** The replies after a vote that counted. */
const voteReplies = (): Record<string, string[]> => ({
  "reply-counted": [
    counted("approve", false),
    counted("approve", true),
    counted("reject", true),
    confirm({ kind: "withdrawn", vote: jane() }),
  ],
  "reply-dropped": [
    ...toDroppedReplies([dropped("not-approver", "U0DAN")], jane(), request, 1, show),
    ...toDroppedReplies([dropped("account-status", "U0DAN")], jane(), request, 0, show),
  ].map(({ text }) => text),
  "reply-no-effect": (["timed-out", "approved"] as const).flatMap((kind) =>
    toLateReplies(request, { kind, where: "aws", by: [OMAR], detail: null }, [jane()]).map(({ text }) => text),
  ),
});

/** Returns the texts of each picture. */
export const replyExamples = (): Record<string, string[]> => ({
  ...voteReplies(),
  ...Object.fromEntries(
    Object.entries(denialExamples).map(([name, denials]) => [
      name,
      denials.map((denial) => denialSentence(denial, mentions(150))),
    ]),
  ),
  "reply-not-recorded": [NOT_RECORDED],
});
