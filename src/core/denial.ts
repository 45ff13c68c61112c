import { capitalize, findRouteTerms, findTerms, outcomeText, STOP_PERMISSION } from "./action-terms.ts";
import { describeApprovers } from "./approvers.ts";
import { inConsole } from "./console-url.ts";
import { type DamagedDenial, damagedSentence } from "./damaged-denial.ts";
import { toApproverLine } from "./listed-approver.ts";
import { listNames, type NameRenderer } from "./name-renderer.ts";
import { type FailedLookup, lookupFailureText, type Person } from "./person.ts";
import type { Route } from "./policy.ts";
import { describePrincipal } from "./principal.ts";
import type { ApprovalRequest, ReplacingAction, StepAction, Verdict, Vote } from "./request.ts";
import type { Requester } from "./requester.ts";
import { explainRequesterRule } from "./requester-rule.ts";
import { type Uncovered, uncoveredSentence } from "./uncovered.ts";

/** The reason why a click does not count. */
export type Denial =
  | { kind: "no-request" }
  | DamagedDenial
  | { kind: "wrong-workspace" }
  | { kind: "foreign-message" }
  | { kind: "forged-form" }
  | ({ kind: "no-route"; route: string | null; uncovered?: Uncovered | undefined } & InAws)
  /** The route has `decide: elsewhere`. */
  | ({ kind: "information-only"; route: string } & InAws)
  | ({ kind: "no-target"; target: string } & InAws)
  /** AWS would refuse the signal of this principal. */
  | ({ kind: "not-listed"; principal: string } & InAws)
  | { kind: "account-status"; status: Exclude<Person["accountStatus"], "member"> }
  | ({ kind: "person-unknown" } & FailedLookup)
  /** `gone`: user groups of the route that do not exist or are disabled. */
  | ({ kind: "not-approver"; route: Route; gone: readonly string[] } & Overridable)
  | ({ kind: "membership-unknown" } & FailedLookup)
  /** Slack did not return the account or the groups of a person who approved earlier. */
  | ({ kind: "voter-unread"; userId: string } & FailedLookup)
  | { kind: "not-admin" }
  /** `isCandidate`: the person only may have started the execution. */
  | ({ kind: "self-approval"; isCandidate?: boolean } & StepAction & Overridable)
  | ({ kind: "requester-unknown"; route: Route; requester: Requester } & Overridable)
  | ({ kind: "requester-unread" } & FailedLookup)
  | ({ kind: "closed" } & DecidedBefore)
  | ({ kind: "decided" } & DecidedBefore)
  | ({ kind: "already-voted"; verdict: Verdict } & StepAction)
  /** The person chose another action before this vote was evaluated. */
  | ({ kind: "replaced"; verdict: Verdict; by: ReplacingAction } & StepAction)
  /** AWS had not confirmed that the signer may stop executions. */
  | ({ kind: "cannot-stop" } & InAws)
  | ({ kind: "nothing-to-withdraw" } & StepAction)
  | ({ kind: "reason-missing"; verdict: Verdict } & StepAction)
  | { kind: "not-typed"; documentName: string };

/** A step that people decide in AWS. `page`: the execution in the AWS console; null: there is none. */
interface InAws {
  page: string | null;
}

/** A reason that break-glass overrides. `admin`: the person may break glass. */
interface Overridable {
  admin?: boolean;
}

/** The decision that came before a click: no more than its sentence needs, because denials are kept in memory. */
export interface DecidedBefore {
  request: Pick<ApprovalRequest, "decision" | "outcome"> & { facts: StepAction };
  votes: readonly Pick<Vote, "userId" | "verdict">[];
}

/** Tells the person who clicked why the click did not count and what to do next. */
export function denialSentence(denial: Denial, show: NameRenderer): string {
  switch (denial.kind) {
    case "no-request":
      return `Countersign has no record of this request that you may read. ${NOTHING} Use the newest message of the request, or ask an admin.`;
    case "damaged":
      return damagedSentence(denial, show);
    case "wrong-workspace":
      return `This button belongs to another installation of Countersign. ${NOTHING} Use the message in your own workspace.`;
    case "foreign-message":
      return `This button is not in a message that Countersign posted for the request. ${NOTHING} Use the original message.`;
    case "forged-form":
      return `Countersign did not open this form for you. ${NOTHING} Press the button in the message again.`;
    case "no-route":
      return denial.route === null
        ? `${uncoveredSentence(denial.uncovered, show)} The request cannot be decided in Slack. Decide the step ${inConsole(denial.page, show)}. A changed policy applies only to later requests.`
        : `Route ${show.text(denial.route)} is no longer in the configuration, so this request cannot be decided in Slack. Decide the step ${inConsole(denial.page, show)}, or ask an admin to restore the route under this name.`;
    case "information-only":
      return `Route ${show.text(denial.route)} posts requests for information only (${show.text("decide: elsewhere")}), so this request cannot be decided in Slack, not even by break-glass. ${NOTHING} Decide the step ${inConsole(denial.page, show)}.`;
    case "no-target":
      return `Target ${show.text(denial.target)} is no longer in the configuration, so this request cannot be decided in Slack. Decide the step ${inConsole(denial.page, show)}, or ask an admin to restore the target under this name.`;
    case "not-listed":
      return `AWS would refuse your decision: the step's Approvers do not include ${describePrincipal(denial.principal, show)}. ${NOTHING} Decide the step ${inConsole(denial.page, show)}. For later executions, ask an admin to add this line to Approvers in the runbook: ${show.text(toApproverLine(denial.principal))}.`;
    case "account-status":
      return `${accountStatusSentence(denial.status)} ${NOTHING} Ask a full member of this workspace who is an approver to decide.`;
    case "person-unknown":
      return unreadSentence(denial, "your account", show);
    case "not-approver":
      return notApproverSentence(denial, show);
    case "membership-unknown":
      return unreadSentence(denial, "the approvers' groups", show);
    case "voter-unread":
      return unreadSentence(
        denial,
        `the account or the user groups of ${show.user(denial.userId)}, who approved earlier`,
        show,
      );
    case "not-admin":
      return `Only Countersign admins can break glass. ${NOTHING}`;
    case "self-approval":
      return `You ${denial.isCandidate ? "may have " : ""}started this execution. Another person must ${findTerms(denial).verb.approve} the step. ${NOTHING}${breakGlassHint(denial.admin)}`;
    case "requester-unknown":
      return `Your ${findRouteTerms(denial.route).noun.approve} does not count. ${explainRequesterRule(denial.route, denial.requester, show, true)} ${NOTHING}${breakGlassHint(denial.admin)}`;
    case "requester-unread":
      return unreadSentence(denial, "the Slack account of the requester", show);
    case "closed":
    case "decided":
      return closedSentence(denial, show);
    case "already-voted":
      return alreadyVotedSentence(denial);
    case "replaced":
      return replacedSentence(denial);
    case "cannot-stop":
      return `Countersign cannot stop this execution: when this request opened, AWS did not confirm that Countersign may stop executions (${show.text(STOP_PERMISSION)}). ${NOTHING} Stop the execution ${inConsole(denial.page, show)}. To allow Stop on later requests, ask an admin to add the permission.`;
    case "nothing-to-withdraw":
      return `You have no ${findTerms(denial).noun.approve} to withdraw. Nothing has changed.`;
    case "reason-missing":
      return `A reason is required to ${findTerms(denial).verb[denial.verdict]} this request. ${NOTHING} Press the button again and enter a reason.`;
    case "not-typed":
      return `The typed text does not match the runbook name ${show.text(denial.documentName)}. ${NOTHING} Press the button again and type the name.`;
    default:
      throw new Error(`no sentence for ${denial satisfies never}`);
  }
}

const NOTHING = "Nothing was decided.";

function alreadyVotedSentence(denial: Extract<Denial, { kind: "already-voted" }>): string {
  const { voted, approvals } = findTerms(denial);
  return denial.verdict === "approve"
    ? `You have already ${voted.approve} this request. It still needs ${approvals} from other people.`
    : `You have already ${voted.reject} this request.`;
}

function replacedSentence(denial: Extract<Denial, { kind: "replaced" }>): string {
  const { noun, verb } = findTerms(denial);
  const vote = noun[denial.verdict];
  const buttons = { reject: capitalize(verb.reject), withdraw: "Withdraw" };
  const [chose, next] =
    denial.by === "break-glass"
      ? ["submitted break-glass", "break-glass"]
      : [`pressed ${buttons[denial.by]}`, `your ${buttons[denial.by]}`];
  return `Your ${vote} does not count, because you ${chose} before Countersign evaluated the ${vote}. Countersign now evaluates ${next}.`;
}

const breakGlassHint = (isAdmin = false) =>
  isAdmin ? " As a Countersign admin, you can break glass from Details." : "";

const unreadSentence = ({ error, advice }: FailedLookup, subject: string, show: NameRenderer) =>
  lookupFailureText(
    { error: show.text(error), advice },
    { subject, consequence: NOTHING, again: "Try again in a minute." },
  );

function notApproverSentence(
  { route, gone, admin }: Extract<Denial, { kind: "not-approver" }>,
  show: NameRenderer,
): string {
  const approvers = describeApprovers(route, show, { goneGroups: gone }) ?? "members of the route's user groups";
  return `Only ${approvers} may decide this request (route ${show.text(route.name)}). ${NOTHING}${goneGroupsSentence(gone, show)}${breakGlassHint(admin)}`;
}

function goneGroupsSentence(gone: readonly string[], show: NameRenderer): string {
  if (gone.length === 0) return "";
  const groups = listNames(gone.map(show.text), "and");
  const state =
    gone.length === 1 ? `User group ${groups} does not exist or is` : `User groups ${groups} do not exist or are`;
  return ` ${state} disabled. Ask an admin to correct the route.`;
}

function accountStatusSentence(status: Exclude<Person["accountStatus"], "member">): string {
  switch (status) {
    case "external":
      return "People from other workspaces cannot decide requests.";
    case "guest":
      return "Guests cannot decide requests.";
    case "deactivated":
      return "Deactivated accounts cannot decide requests.";
    case "bot":
      return "Bots cannot decide requests.";
    default:
      throw new Error(`no sentence for ${status satisfies never}`);
  }
}

function closedSentence({ request, votes }: DecidedBefore, show: NameRenderer): string {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const by =
    decisive.length > 0
      ? ` by ${listNames(
          decisive.map((vote) => show.user(vote.userId)),
          "and",
        )}`
      : "";
  const outcome = request.outcome;
  if (outcome === null || outcome.where === "slack")
    return `Already ${findTerms(request.facts).past[request.decision ?? "approve"]}${by}. Your click changed nothing.`;
  const principals = outcome.by.map((arn) => describePrincipal(arn, show));
  const elsewhere = principals.length > 0 ? ` by ${listNames(principals, "and")}` : "";
  return `This step is no longer waiting: ${outcomeText(outcome, request.facts)} in AWS${elsewhere}. Your click changed nothing.`;
}
