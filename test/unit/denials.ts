import type { Denial } from "../../src/core/denial.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aRequest, aRoute } from "../support/samples.ts";
import { closedByJane, decidedByJane, jane, RUNBOOK } from "./vote-rows.ts";

export const PAGE = "https://console.aws.example/e";

/** Each kind of denial, in each form of its sentence. */
export const DENIALS: { [Kind in Denial["kind"]]: Extract<Denial, { kind: Kind }>[] } = {
  "no-request": [{ kind: "no-request" }],
  damaged: [
    { kind: "damaged", executionId: "e", url: PAGE, isClosed: false },
    { kind: "damaged", executionId: "e", url: null, isClosed: false },
    { kind: "damaged", executionId: "e", url: null, isClosed: true },
  ],
  "foreign-message": [{ kind: "foreign-message" }],
  "no-route": [
    { kind: "no-route", route: null, page: PAGE },
    { kind: "no-route", route: "databases", page: PAGE },
  ],
  "not-listed": [{ kind: "not-listed", principal: "arn:aws:iam::111122223333:role/CountersignBot", page: PAGE }],
  "information-only": [{ kind: "information-only", route: "databases", page: PAGE }],
  "no-target": [{ kind: "no-target", target: "default/us-east-1", page: PAGE }],
  "account-status": (["guest", "external", "deactivated", "bot"] as const).map((status) => ({
    kind: "account-status",
    status,
  })),
  "wrong-workspace": [{ kind: "wrong-workspace" }],
  "forged-form": [{ kind: "forged-form" }],
  "not-admin": [{ kind: "not-admin" }],
  "self-approval": [{ kind: "self-approval" }, { kind: "self-approval", isCandidate: true }],
  "requester-unknown": [{ kind: "requester-unknown", route: aRoute(), requester: UNKNOWN_REQUESTER }],
  "requester-unread": [{ kind: "requester-unread", error: "ratelimited" }],
  replaced: (["reject", "withdraw", "break-glass"] as const).map((by) => ({
    kind: "replaced",
    verdict: "approve",
    by,
  })),
  "nothing-to-withdraw": [{ kind: "nothing-to-withdraw" }],
  "not-typed": [{ kind: "not-typed", documentName: RUNBOOK }],
  "person-unknown": [{ kind: "person-unknown", error: "ratelimited" }],
  "not-approver": [
    { kind: "not-approver", route: aRoute(), gone: [] },
    { kind: "not-approver", route: aRoute(), gone: ["S0DBA"] },
  ],
  "membership-unknown": [{ kind: "membership-unknown", error: "ratelimited" }],
  "voter-unread": [{ kind: "voter-unread", userId: "U0OMAR", error: "ratelimited" }],
  closed: [{ kind: "closed", request: aRequest(closedByJane), votes: jane }],
  decided: [{ kind: "decided", request: aRequest(decidedByJane), votes: jane }],
  "already-voted": [
    { kind: "already-voted", verdict: "approve" },
    { kind: "already-voted", verdict: "reject" },
  ],
  "cannot-stop": [{ kind: "cannot-stop", page: PAGE }],
  "reason-missing": [{ kind: "reason-missing", verdict: "reject" }],
};
