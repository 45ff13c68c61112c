import { type Denial, denialSentence } from "../src/core/denial.ts";
import { findRequester } from "../src/core/requester.ts";
import { mentions } from "../src/slack/messages/mentions.ts";
import { FACTS, ROUTE, view } from "./example-views.ts";
import { decided, elsewhere, jane } from "./message-examples.ts";

/** Replies to clicks that do not count. The names are those of the files in docs/images/messages. */

const BUILD_ROLE = "arn:aws:sts::111122223333:assumed-role/Build/run-4711";
const STRICT = { ...ROUTE, selfApproval: false, whenRequesterUnknown: "deny" as const };

const denials: Record<string, Denial> = {
  "reply-not-approver": { kind: "not-approver", route: ROUTE, gone: [] },
  "reply-self-approval": { kind: "self-approval", admin: true },
  "reply-requester-unknown": {
    kind: "requester-unknown",
    route: STRICT,
    requester: findRequester({ facts: { executedBy: BUILD_ROLE }, addressOwners: {} }, {}),
  },
  "reply-already-decided": { kind: "decided", request: view(decided()).request, votes: [jane()] },
  "reply-decided-in-aws": {
    kind: "closed",
    request: view(elsewhere({ by: ["arn:aws:iam::111122223333:user/omar"] })).request,
    votes: [],
  },
  "reply-already-voted": { kind: "already-voted", verdict: "approve" },
  "reply-guest": { kind: "account-status", status: "guest" },
  "reply-not-typed": { kind: "not-typed", documentName: FACTS.documentName },
  "reply-unread": { kind: "membership-unknown", error: "ratelimited" },
  "reply-other-message": { kind: "foreign-message" },
};

/** Returns the text of each picture. */
export const replyExamples = (): Record<string, string> =>
  Object.fromEntries(Object.entries(denials).map(([name, denial]) => [name, denialSentence(denial, mentions(150))]));
