import { arnMatches, findPrincipalArns, findSessionNames } from "./arn.ts";
import { OWN_COMMENT, REASON_MARK } from "./comment.ts";
import type { ObservedStep } from "./execution.ts";
import { parseObject } from "./parse-object.ts";

/**
 * Everything that reads the outputs of an `aws:approve` step. AWS documents `ApprovalStatus` as Approved, Rejected or
 * Waiting, and `ApproverDecisions` as a JSON map with the decision of each approver, without its keys: nothing here relies
 * on a key. Source: AWS documentation, aws:approve, "Output".
 */

/** Returns AWS's decision on the step, null while there is none. */
export function approvalStatus(step: ObservedStep): "Approved" | "Rejected" | null {
  const status = step.outputs.ApprovalStatus?.[0];
  return status === "Approved" || status === "Rejected" ? status : null;
}

/** Counts the step's approvals: each entry that says "Approve" in any value counts once. */
export function countApprovals(step: ObservedStep): number {
  return decisions(step).filter(isApproval).length;
}

const isApproval = (text: string) => /:\s*"?Approved?\b/i.test(text);

/** Finds the comments of other principals among the step's decisions, whatever their key is called. */
export function findComments(step: ObservedStep): string[] {
  return listed(step).flatMap((text) => {
    const found = parseObject(text) ?? {};
    const comments = Object.entries(found).filter(([key, value]) => isComment(key) && typeof value === "string");
    return comments.map(([, value]) => String(value)).filter((value) => value !== "" && !value.includes(OWN_COMMENT));
  });
}

/** Finds the ARNs that the step's decisions mention, each once. */
export function findDeciders(step: ObservedStep): string[] {
  return [...new Set(decisions(step).flatMap(findPrincipalArns))];
}

/**
 * Tells whether the step shows a signal: by the session that sent it or, where the decisions name no sessions, by more
 * possible approvals than the `shownBefore` that the step had when the signal left. `principal`: the ARN of the session's role, if it
 * is known. A person can approve in AWS too, as a user or in a session of another role with the same name.
 */
export function showsSignal(
  step: ObservedStep,
  sent: { session: string; principal: string | null; shownBefore: number },
): boolean {
  const texts = decisions(step);
  if (texts.some((text) => text.includes(":assumed-role/")))
    return texts.some((text) => findSessionNames(text, sent.principal).includes(sent.session.toLowerCase()));
  return countPossible(step, sent) > sent.shownBefore;
}

/** The principal of a signal: a session of a role, or the bot. `principal`: the ARN of the role or user, if it is known. */
interface SentBy {
  session: string | null;
  principal: string | null;
}

/** Counts the step's approvals that may come from this principal. */
export function countPossible(step: ObservedStep, by: SentBy): number {
  return decisions(step).filter((text) => isApproval(text) && mayBeBy(text, by)).length;
}

/** Tells whether this principal may have made the decision: it names no other principal. */
function mayBeBy(text: string, { session, principal }: SentBy): boolean {
  const arns = findPrincipalArns(text);
  if (arns.length === 0) return true;
  if (principal !== null) return arns.some((arn) => arnMatches(principal, arn));
  return session === null || arns.some((arn) => arn.includes(":role/"));
}

/** Tells whether AWS lists the step's decisions at all, even an empty list. */
export function listsDecisions(step: ObservedStep): boolean {
  return step.outputs.ApproverDecisions !== undefined;
}

/**
 * The author of one decision on a step:
 *   this-request     our signal for this request, by its id in the comment
 *   our-principal    our principal, without the id of a request
 *   another-request  our signal for another request
 *   other            another principal
 *   unknown          the entry names no principal in a known form, or our own principal is not known
 */
export type DecisionAuthor = "this-request" | "our-principal" | "another-request" | "other" | "unknown";

/** The ARNs of the roles or users that signed our signals; null if they are not known. */
export type SigningPrincipals = readonly string[] | null;

/** Finds the author of each decision. */
export function findAuthors(step: ObservedStep, requestId: string, signedAs: SigningPrincipals): DecisionAuthor[] {
  const withoutComments = decisions(step);
  return withComments(step).map((text, index) => {
    const arns = findPrincipalArns(withoutComments[index] ?? "");
    const isOurs = signedAs?.some((own) => arns.some((arn) => arnMatches(own, arn))) === true;
    if (signedAs !== null && arns.length > 0 && !isOurs) return "other";
    const signed = SIGNED_FOR.exec(text)?.[1];
    if (signed === undefined ? text.includes(requestId) : signed === requestId) return "this-request";
    if (text.includes(OWN_COMMENT)) return "another-request";
    return isOurs ? "our-principal" : "unknown";
  });
}

/** The request of our signal: its id comes before any name, which people choose freely. */
const SIGNED_FOR = new RegExp(`${OWN_COMMENT} (\\S+):`);

const isUs = (author: DecisionAuthor) => author === "this-request" || author === "our-principal";

/** Counts the decisions of a step that are our signals for the request. */
export function countOurs(step: ObservedStep | undefined, requestId: string, signedAs: SigningPrincipals): number {
  return step === undefined ? 0 : findAuthors(step, requestId, signedAs).filter(isUs).length;
}

/**
 * Tells whether the step surely shows an approval of the bot. It has more approvals that may come from the bot than the
 * `shownBefore` that it had when the signal left, and one of them carries the id of the request, or all of them name the bot's
 * principal. An entry in an unknown form is not enough.
 */
export function showsBotSignal(
  step: ObservedStep,
  { requestId, principal, shownBefore }: { requestId: string; principal: string | null; shownBefore: number },
): boolean {
  const texts = decisions(step);
  const authors = findAuthors(step, requestId, principal === null ? null : [principal]);
  const ours = authors.filter((author, index) => isUs(author) && isApproval(texts[index] ?? ""));
  if (ours.length > shownBefore) return true;
  return ours.includes("this-request") && countPossible(step, { session: null, principal }) > shownBefore;
}

/** Tells who decided the step; `unknown` if AWS lists no decision, or one that cannot be read. */
export function whoDecided(
  step: ObservedStep | undefined,
  requestId: string,
  signedAs: SigningPrincipals,
): "us" | "others" | "unknown" {
  const authors = step === undefined ? [] : findAuthors(step, requestId, signedAs);
  if (authors.some(isUs)) return "us";
  return authors.length === 0 || authors.includes("unknown") ? "unknown" : "others";
}

/**
 * Tells whether a signal of the request, whose reply was lost, can have decided the step: we decided it, or AWS lists no
 * decisions.
 */
export function mayBeDecidedBy(
  step: ObservedStep | undefined,
  requestId: string,
  signedAs: SigningPrincipals,
): boolean {
  return step === undefined || decisions(step).length === 0 || whoDecided(step, requestId, signedAs) === "us";
}

/** Returns the entries without comments: a person can type the ARN of another principal there. */
function decisions(step: ObservedStep): readonly string[] {
  return withComments(step).map((text) => {
    const found = /comment/i.test(text) ? parseObject(text) : null;
    return found === null ? text : JSON.stringify(found, (key, value) => (isComment(key) ? undefined : value));
  });
}

/** Returns the entries with their comments, but without the reasons in ours: a person can type an id in a reason. */
function withComments(step: ObservedStep): readonly string[] {
  return listed(step).map((text) => {
    const found = text.includes(REASON_MARK) ? parseObject(text) : null;
    if (found === null) return cutReason(text);
    return JSON.stringify(found, (_, value: unknown) => (typeof value === "string" ? cutReason(value) : value));
  });
}

/** A key can also be the ARN of an approver. */
const isComment = (key: string) => /comment/i.test(key) && !key.includes(":");

const cutReason = (text: string) => text.split(REASON_MARK)[0] ?? "";

function listed(step: ObservedStep): readonly string[] {
  return step.outputs.ApproverDecisions ?? [];
}
