import type { AbsentExecution } from "../../app/admin/find-executions.ts";
import { toFailure, type UnreadLists } from "../../app/admin/inspect.ts";
import { MAX_WAITING, type Unexamined } from "../../app/admin/search-waiting.ts";
import type { DamagedRequest } from "../../app/ports/request-search.ts";
import { counted } from "../../core/counted.ts";
import { describeTarget } from "../../core/describe-step.ts";
import { type FailedLookup, lookupFailureText } from "../../core/person.ts";
import { READ_RULE } from "../../core/read-access.ts";
import type { CommandError } from "../../core/slash-command.ts";
import { type RenderedMessage, section } from "./blocks.ts";
import { mentions, series } from "./mentions.ts";
import { code } from "./text.ts";

export const LOOKING = "Looking this up. The answer follows here.";

const HELP = [
  "*`/approvals`* or *`/approvals pending`*: the requests that are waiting, with the earliest deadline first. Filters: `account:` `region:` `document:` `route:` `target:` `older:1h`, and `mine` for those that wait for you.",
  "*`/approvals show ID`*: one request in full. ID is a request ID or an execution ID, its first 8 characters, a link to the AWS console or to a message, or the name of a runbook if only one is waiting. Admins can break glass from the answer, in any channel.",
  "*`/approvals history`*: closed requests. Filters: `by:@person` `document:` `since:` `until:` `outcome:`.",
  "*`/approvals policy ID`*: which route applies, and why.",
  "*`/approvals executions`*: executions of all targets as AWS has them now, for admins. Filters: `status:` `document:` `since:`.",
  "*`/approvals stats`*: decisions by person and runbook, and the time that they took, for admins. Filter: `since:`.",
  "*`/approvals health`*: Slack, database, targets and queues with the last errors, for admins.",
  "*`/approvals help`*: this text.",
  "Times: `90m`, `2 days`, `yesterday`, `monday`, `2026-11-20`. Names: `Prod-DB` finds each name that begins with it, and `*-DB-*` each name that contains it.",
  "Only you see an answer. With `share`, it is posted in the channel, and Slack may notify the people whom it names.",
].join("\n");

/** Explains the command. */
export function helpReply(): RenderedMessage {
  return {
    text: "Use /approvals pending, show ID, history, policy ID, executions, stats, health or help.",
    blocks: [section(HELP)],
  };
}

/** Says which argument is wrong, why, and what would be right. */
export function commandErrorReply({ argument, value, problem, example }: CommandError): RenderedMessage {
  const subject = value === undefined ? code(argument, 80) : `${code(argument, 80)} ${code(value, 200)}`;
  return sentenceReply(`${subject} ${problem} For example: ${code(`/approvals ${example}`, 200)}`);
}

/** A reply of one sentence by Countersign. */
export function sentenceReply(sentence: string): RenderedMessage {
  return { text: sentence, blocks: [section(sentence)] };
}

/** For people who may not list requests. */
export function refusalText(): string {
  return `You cannot read any waiting request. ${READ_RULE} To become an approver, ask a Countersign admin to add you to a route.`;
}

/** For an ID without a request that the person may see. Does not tell whether the request exists. */
export function notVisibleText(): string {
  return "No request with this id that you may see.";
}

/** The same for an admin, who also finds executions without a request. In mrkdwn. */
export function absentText({ failed, isCut, unexamined }: AbsentExecution): string {
  const limit = isCut
    ? " Of executions without a request, only the latest of each target were searched: for an older one, use its whole ID."
    : "";
  return [`${notVisibleText()}${limit}${failedTargetsText(failed)}`, ...notSearchedTexts(unexamined)].join("\n");
}

/** More failing targets are only counted. */
const MAX_FAILED = 8;

/** Names the targets without which an answer is partial; empty if all of them answered. In mrkdwn. */
export function failedTargetsText(failed: readonly { target: string; error: string }[]): string {
  if (failed.length === 0) return "";
  const shown = failed.slice(0, MAX_FAILED).map(({ target, error }) => `\n• ${code(target, 100)}: ${code(error, 200)}`);
  const more = failed.length > MAX_FAILED ? `\n• and ${failed.length - MAX_FAILED} more` : "";
  return `\n:warning: *Partial*: Countersign could not read ${counted(failed.length, "target")}.${shown.join("")}${more}`;
}

/** For what only admins may see. */
export function adminsOnlyText(subject: string): string {
  return `Only Countersign admins can view ${subject}.`;
}

/**
 * Names the lists of people that Slack did not return, one sentence group for each kind; empty if it returned all of them.
 * `consequence`: of an unread list of approvers.
 */
export function unreadTexts(
  { admins, routes }: UnreadLists,
  consequence = "Requests of these routes may be missing.",
): string[] {
  const again = "Try again in a minute.";
  const ofRoutes = toFailure({ admins: null, routes });
  const texts = [
    ofRoutes === null
      ? null
      : lookupFailureText(ofRoutes, {
          subject: `the approvers of ${counted(routes.size, "route")}`,
          consequence,
          again,
        }),
    admins === null
      ? null
      : lookupFailureText(admins, {
          subject: "the list of Countersign admins",
          consequence: "If you are an admin, requests are missing here.",
          again,
        }),
  ];
  return texts.filter((each) => each !== null).map((each) => `:warning: *Partial*: ${each}`);
}

/** Names the requests that an answer leaves out, because their rows are damaged; empty if there are none. */
export function damagedTexts(ids: ReadonlySet<string> = new Set(), notIn = "Not listed"): string[] {
  if (ids.size === 0) return [];
  const names = series(
    [...ids].map((id) => code(id, 60)),
    3,
  );
  return [
    `${notIn}, because their rows in the database are damaged: ${names}. ${code("countersign audit show", 40)} has their records.`,
  ];
}

/** The same for a search by the name of a runbook. */
export const notSearchedTexts = (unexamined: Unexamined | undefined) => unexaminedTexts(unexamined, "Not searched");

/** Names the waiting requests that an answer did not examine; empty if it examined all of them. */
export function unexaminedTexts(unexamined: Unexamined | undefined, notIn?: string): string[] {
  if (unexamined === undefined) return [];
  const cut = `:warning: *Partial*: more than ${MAX_WAITING} requests are waiting. Countersign examined the ${MAX_WAITING} with the earliest deadlines.`;
  return [...(unexamined.isCut ? [cut] : []), ...damagedTexts(unexamined.damaged, notIn)];
}

/** Says what is readable of a request whose row is damaged, and what to do. */
export function damagedRequestText(request: DamagedRequest): string {
  const { id, executionId, route, state } = request;
  const routeName = route === null ? "no route" : `route ${code(route, 80)}`;
  return `The row of request ${code(id, 60)} in the database is damaged. Readable are its execution ${code(executionId, 60)} in ${describeTarget(request, mentions(80))}, ${routeName}, and its state ${code(state, 20)}. Decide the step in the AWS console, and restore the row from a backup. ${code(`countersign audit show ${executionId}`, 90)} has its records.`;
}

export function unknownPersonText(failure: FailedLookup, again = "Try again in a minute."): string {
  return lookupFailureText(failure, { subject: "your account or your user groups", again });
}

/** For a command that failed. */
export function failedText(): string {
  return "Countersign could not answer. Nothing was changed. Try again in a minute. If the command fails again, ask an admin to look for `command.failed` in the log.";
}

/** For an answer about the bot, its targets or its policy. `isKnown`: people of other organizations are in the channel. */
export function notShareableText(isKnown: boolean): string {
  const why = isKnown
    ? "people of other organizations are in this channel. Repeat the command"
    : "Countersign cannot confirm that only your organization reads this channel. Invite Countersign to the channel, or repeat the command";
  return `Not shared: ${why} without \`share\`.`;
}

/** For an id with which several executions begin. */
export function ambiguousText(executionIds: readonly string[]): string {
  const ids = executionIds.map((id) => code(id, 40));
  return `${executionIds.length} executions match: ${series(ids)}. Use the whole ID of one of them.`;
}

/** For the name of a person who has not voted on anything. */
export function noPersonError(name: string): CommandError {
  const problem = "matches no one who has voted. Choose the person from the list that Slack shows after @.";
  return { argument: "by:", value: name, problem, example: "history by:@jane" };
}
