import type { Route } from "./policy.ts";
import { type ApprovalRequest, decided, type RequestPatch, type Verdict, type Vote } from "./request.ts";

/** What Slack says of a person at the moment of the click. Source: Slack API, users.info. */
export interface Person {
  id: string;
  name: string;
  email: string | null;
  teamId: string;
  /** `external` covers Slack Connect people and those of another workspace or organisation. */
  standing: "member" | "guest" | "external" | "deactivated" | "bot";
}

/** Whether the person is among a route's approvers, read at the click; `unknown` when Slack could not be asked. */
export type Membership = { kind: "member" } | { kind: "not-member" } | { kind: "unknown"; error: string };

/** Why a click does not count. */
export type Denial =
  | { kind: "no-request" }
  | { kind: "foreign-message" }
  | { kind: "no-route"; route: string | null }
  | { kind: "standing"; standing: Exclude<Person["standing"], "member"> }
  | { kind: "person-unknown"; error: string }
  | { kind: "not-approver"; route: Route }
  | { kind: "membership-unknown"; error: string }
  | { kind: "closed"; request: ApprovalRequest; votes: readonly Vote[] }
  | { kind: "decided"; request: ApprovalRequest; votes: readonly Vote[] }
  | { kind: "already-voted"; verdict: Verdict }
  | { kind: "reason-missing"; verdict: Verdict };

export type Decision =
  | { kind: "denied"; denial: Denial }
  /** The vote counts; `patch` is empty while the quorum is not complete. */
  | { kind: "counted"; vote: Vote; completes: boolean; patch: RequestPatch };

/** The longest reason that is taken, in UTF-16 units: with the person named it still fits AWS's 512. */
export const LONGEST_REASON = 300;

/** May this person decide this request, and what does it lead to. Fails closed: what is not known denies. */
export function decide(input: {
  request: ApprovalRequest;
  route: Route | null;
  votes: readonly Vote[];
  person: Person;
  membership: Membership;
  verdict: Verdict;
  reason: string | null;
  now: number;
}): Decision {
  const { request, route, votes, person, membership, verdict, now } = input;
  const denied = (denial: Denial): Decision => ({ kind: "denied", denial });

  if (person.standing !== "member") return denied({ kind: "standing", standing: person.standing });
  if (route === null) return denied({ kind: "no-route", route: request.route });
  if (membership.kind === "unknown") return denied({ kind: "membership-unknown", error: membership.error });
  if (membership.kind !== "member") return denied({ kind: "not-approver", route });
  if (request.state === "closed") return denied({ kind: "closed", request, votes });
  if (request.state === "decided") return denied({ kind: "decided", request, votes });
  const earlier = votes.find((vote) => vote.userId === person.id);
  if (earlier !== undefined && (earlier.verdict === verdict || verdict === "approve"))
    return denied({ kind: "already-voted", verdict: earlier.verdict });
  const reason = input.reason?.trim() || null;
  if (reason === null && asksReason(route, verdict)) return denied({ kind: "reason-missing", verdict });

  const vote: Vote = {
    requestId: request.id,
    userId: person.id,
    userName: person.name,
    email: person.email,
    verdict,
    reason,
    at: now,
  };
  const approvals = new Set(votes.filter((each) => each.verdict === "approve").map((each) => each.userId));
  if (verdict === "approve") approvals.add(person.id);
  const completes = verdict === "reject" || approvals.size >= route.quorum;
  return { kind: "counted", vote, completes, patch: completes ? decided(verdict, now) : {} };
}

/** Whether a verdict on this route asks for a reason. */
export function asksReason(route: Route, verdict: Verdict): boolean {
  return route.reason === "always" || (route.reason === "reject" && verdict === "reject");
}

/** How names are shown to the reader: an id becomes a name, and text of others can do nothing but be read. */
export interface Wording {
  user: (id: string) => string;
  group: (id: string) => string;
  text: (text: string) => string;
}

/** Why the click did not count and what to do next, for the person who clicked. */
export function denialSentence(denial: Denial, show: Wording): string {
  switch (denial.kind) {
    case "no-request":
      return "This request is not on record here, so nothing was decided. Use the newest message of the request, or ask an admin.";
    case "foreign-message":
      return "This button does not belong to a message that Countersign posted for the request, so nothing was decided. Use the original message.";
    case "no-route":
      return denial.route === null
        ? "No route of the configuration covers this request, so nobody can decide it in Slack. Ask an admin to add one."
        : `The route ${show.text(denial.route)} is no longer in the configuration, so nobody can decide this request in Slack. Ask an admin.`;
    case "standing":
      return standingSentence(denial.standing);
    case "person-unknown":
      return `Slack could not tell who you are (${show.text(denial.error)}), so nothing was decided. Please try again in a minute.`;
    case "not-approver": {
      const { users, groups } = denial.route.approvers;
      const who = [...users.map(show.user), ...groups.map(show.group)].join(", ");
      return `Only ${who} may decide this (route ${show.text(denial.route.name)}). Nothing was decided.`;
    }
    case "membership-unknown":
      return `Slack could not tell who belongs to the approvers' groups (${show.text(denial.error)}), so nothing was decided. Please try again in a minute.`;
    case "closed":
    case "decided":
      return settledSentence(denial.request, denial.votes, show);
    case "already-voted":
      return denial.verdict === "approve"
        ? "You have approved this already; it waits for other people now."
        : "You have rejected this already.";
    case "reason-missing":
      return `A reason is required to ${denial.verdict} this. Nothing was decided; press the button again and give one.`;
    default:
      throw new Error(`no sentence for ${denial satisfies never}`);
  }
}

function standingSentence(standing: Exclude<Person["standing"], "member">): string {
  switch (standing) {
    case "external":
      return "People from other workspaces cannot decide requests here. Nothing was decided.";
    case "guest":
      return "Guests cannot decide requests. Nothing was decided.";
    case "deactivated":
      return "Deactivated accounts cannot decide requests. Nothing was decided.";
    case "bot":
      return "Bots cannot decide requests. Nothing was decided.";
    default:
      throw new Error(`no sentence for ${standing satisfies never}`);
  }
}

function settledSentence(request: ApprovalRequest, votes: readonly Vote[], show: Wording): string {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const by = decisive.map((vote) => show.user(vote.userId)).join(", ");
  const outcome = request.outcome;
  if (outcome === null || outcome.where === "slack")
    return `Already ${request.decision === "reject" ? "rejected" : "approved"}${by ? ` by ${by}` : ""}. Your click changes nothing.`;
  const elsewhere = outcome.by.length > 0 ? ` by ${outcome.by.map(show.text).join(", ")}` : "";
  return `The step waits no longer: ${outcomeWords(outcome.kind)} in AWS${elsewhere}. Your click changes nothing.`;
}

/** How a request ended, in words that stand after a colon or "was". */
export function outcomeWords(kind: NonNullable<ApprovalRequest["outcome"]>["kind"]): string {
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
    case "gone":
      return "no longer known";
    case "unknown":
      return "ended without a known decision";
    default:
      throw new Error(`no words for ${kind satisfies never}`);
  }
}
