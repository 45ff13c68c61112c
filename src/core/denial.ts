import { describeApprovers } from "./approvers.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { Person } from "./person.ts";
import type { Route } from "./policy.ts";
import type { ApprovalRequest, Verdict, Vote } from "./request.ts";

/** Why a click does not count. */
export type Denial =
  | { kind: "no-request" }
  | { kind: "wrong-workspace" }
  | { kind: "foreign-message" }
  | { kind: "forged-form" }
  | { kind: "no-route"; route: string | null }
  | { kind: "no-target"; target: string }
  | { kind: "account-status"; status: Exclude<Person["accountStatus"], "member"> }
  | { kind: "person-unknown"; error: string }
  /** `gone`: groups of the route that do not exist or are disabled. */
  | { kind: "not-approver"; route: Route; gone: readonly string[] }
  | { kind: "membership-unknown"; error: string }
  | { kind: "not-admin" }
  | { kind: "self-approval" }
  | { kind: "requester-unknown"; route: Route; executedBy: string | null }
  | { kind: "requester-unread"; error: string }
  | { kind: "closed"; request: ApprovalRequest; votes: readonly Vote[] }
  | { kind: "decided"; request: ApprovalRequest; votes: readonly Vote[] }
  | { kind: "already-voted"; verdict: Verdict }
  | { kind: "nothing-to-withdraw" }
  | { kind: "reason-missing"; verdict: Verdict }
  | { kind: "not-typed"; documentName: string };

/** Why the click did not count and what to do next, for the person who clicked. */
export function denialSentence(denial: Denial, show: NameRenderer): string {
  switch (denial.kind) {
    case "no-request":
      return "This request is not on record here, so nothing was decided. Use the newest message of the request, or ask an admin.";
    case "wrong-workspace":
      return "This button does not belong to this installation of Countersign, so nothing was decided.";
    case "foreign-message":
      return "This button does not belong to a message that Countersign posted for the request, so nothing was decided. Use the original message.";
    case "forged-form":
      return "This form is not one that Countersign opened for you, so nothing was decided. Press the button in the message again.";
    case "no-route":
      return denial.route === null
        ? "No route of the configuration covers this request, so nobody can decide it in Slack. Ask an admin to add one."
        : `The route ${show.text(denial.route)} is no longer in the configuration, so nobody can decide this request in Slack. Ask an admin.`;
    case "no-target":
      return `The target ${show.text(denial.target)} is no longer in the configuration, so nothing can be decided from here. Decide it in the AWS console, or ask an admin.`;
    case "account-status":
      return accountStatusSentence(denial.status);
    case "person-unknown":
      return `Slack could not tell who you are (${show.text(denial.error)}), so nothing was decided. Please try again in a minute.`;
    case "not-approver":
      return notApproverSentence(denial, show);
    case "membership-unknown":
      return `Slack could not tell who belongs to the approvers' groups (${show.text(denial.error)}), so nothing was decided. Please try again in a minute.`;
    case "not-admin":
      return "Only admins may break glass. Nothing was decided.";
    case "self-approval":
      return "You started this execution, so somebody else must approve it. Nothing was decided.";
    case "requester-unknown":
      return `It cannot be known who started this (${show.text(denial.executedBy ?? "AWS names nobody")}), and the route ${show.text(denial.route.name)} then allows no approval. It can be rejected. Ask an admin to list who that is under identities.`;
    case "requester-unread":
      return `Slack could not tell whether you started this yourself (${show.text(denial.error)}), so nothing was decided. Please try again in a minute.`;
    case "closed":
    case "decided":
      return closedSentence(denial.request, denial.votes, show);
    case "already-voted":
      return denial.verdict === "approve"
        ? "You have approved this already; it waits for other people now."
        : "You have rejected this already.";
    case "nothing-to-withdraw":
      return "There is no approval of yours to withdraw. Nothing has changed.";
    case "reason-missing":
      return `A reason is required to ${denial.verdict} this. Nothing was decided; press the button again and give one.`;
    case "not-typed":
      return `What was typed is not ${show.text(denial.documentName)}, the name of the runbook. Nothing was decided; press the button again and type it exactly.`;
    default:
      throw new Error(`no sentence for ${denial satisfies never}`);
  }
}

function notApproverSentence({ route, gone }: Extract<Denial, { kind: "not-approver" }>, show: NameRenderer): string {
  const who = describeApprovers(route, show, { goneGroups: gone }) ?? "members of its user groups";
  const lost =
    gone.length === 0
      ? ""
      : ` The user group ${gone.map(show.text).join(", ")} of that route does not exist or is disabled: ask an admin to mend it.`;
  return `Only ${who} may decide this (route ${show.text(route.name)}). Nothing was decided.${lost}`;
}

function accountStatusSentence(status: Exclude<Person["accountStatus"], "member">): string {
  switch (status) {
    case "external":
      return "People from other workspaces cannot decide requests here. Nothing was decided.";
    case "guest":
      return "Guests cannot decide requests. Nothing was decided.";
    case "deactivated":
      return "Deactivated accounts cannot decide requests. Nothing was decided.";
    case "bot":
      return "Bots cannot decide requests. Nothing was decided.";
    default:
      throw new Error(`no sentence for ${status satisfies never}`);
  }
}

function closedSentence(request: ApprovalRequest, votes: readonly Vote[], show: NameRenderer): string {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const by = decisive.map((vote) => show.user(vote.userId)).join(", ");
  const outcome = request.outcome;
  if (outcome === null || outcome.where === "slack")
    return `Already ${request.decision === "reject" ? "rejected" : "approved"}${by ? ` by ${by}` : ""}. Your click changes nothing.`;
  const elsewhere = outcome.by.length > 0 ? ` by ${outcome.by.map(show.text).join(", ")}` : "";
  return `The step waits no longer: ${outcomeText(outcome.kind)} in AWS${elsewhere}. Your click changes nothing.`;
}

/** How a request ended, in words that stand after a colon or "was". */
export function outcomeText(kind: NonNullable<ApprovalRequest["outcome"]>["kind"]): string {
  switch (kind) {
    case "approved":
      return "approved";
    case "rejected":
      return "rejected";
    case "timed-out":
      return "timed out";
    case "cancelled":
      return "cancelled";
    case "failed":
      return "failed";
    case "not-found":
      return "no longer known";
    case "unknown":
      return "ended without a known decision";
    default:
      throw new Error(`no words for ${kind satisfies never}`);
  }
}
