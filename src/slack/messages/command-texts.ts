import { READ_RULE } from "../../core/read-access.ts";
import type { CommandError } from "../../core/slash-command.ts";
import { type Rendered, section } from "./blocks.ts";
import { code } from "./text.ts";

export const LOOKING = "Looking this up. The answer follows here.";

const HELP = [
  "*`/approvals`* or *`/approvals pending`*: the requests that are waiting, with the earliest deadline first. Filters: `account:` `region:` `document:` `route:` `target:` `older:1h`, and `mine` for those that wait for you.",
  "*`/approvals show ID`*: one request in full. ID is a request ID or an execution ID, its first 8 characters, a link to the AWS console or to a message, or the name of a runbook if only one is waiting.",
  "Admins can also break glass from there, in any channel.",
  "*`/approvals health`*: Slack, database, targets and queues with the last errors, for admins.",
  "*`/approvals help`*: this text.",
  "Add `share` to post an answer in the channel. Otherwise only you see it.",
].join("\n");

/** Explains the command. */
export function helpReply(): Rendered {
  return { text: "Use /approvals pending, show ID, health or help.", blocks: [section(HELP)] };
}

/** Says which argument is wrong, why, and what would be right. */
export function commandErrorReply({ argument, value, problem, example }: CommandError): Rendered {
  const subject = value === undefined ? code(argument, 80) : `${code(argument, 80)} ${code(value, 200)}`;
  return sentenceReply(`${subject} ${problem}. For example: ${code(`/approvals ${example}`, 200)}`);
}

/** A reply of one sentence by Countersign. */
export function sentenceReply(sentence: string): Rendered {
  return { text: sentence, blocks: [section(sentence)] };
}

/** For people who may not list requests. */
export function refusalText(): string {
  return `You cannot read any waiting request. ${READ_RULE} To become an approver, ask an admin to add you to the configuration.`;
}

/** For an ID without a request that the person may see. Does not tell whether the request exists. */
export function notVisibleText(): string {
  return `No request with this id that you may see. ${READ_RULE}`;
}

/** For what only admins may see. */
export function adminsOnlyText(subject: string): string {
  return `Only Countersign admins can view ${subject}.`;
}

export function unknownPersonText(error: string): string {
  return `Slack did not return your account or your user groups (${error}). Try again in a minute.`;
}

/** For a command that failed. */
export function failedText(): string {
  return "Countersign could not answer, most likely because its database is unreachable. Nothing was changed. Try again in a minute.";
}

/** For an answer about the bot and its targets, in a channel with people of other organizations. */
export function notShareableText(): string {
  return "This answer was not shared: people of other organizations can read this channel. Leave out `share` to see it yourself.";
}
