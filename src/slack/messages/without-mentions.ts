import type { RequestView } from "../../app/ports/slack.ts";
import { everyRequester } from "../../core/requester.ts";
import type { RenderedMessage } from "./blocks.ts";
import { word } from "./text.ts";

const MAX_NAME_LENGTH = 40;
/** Texts by others contain no mention: see text.ts. */
const MENTION = /<@([UW][A-Z0-9]+)>|<!subteam\^(S[A-Z0-9]+)>/g;

/**
 * Replaces mentions with names that Slack notifies no one about, for a message in quiet hours. The people on call stay
 * mentioned: an escalation is for them.
 */
export function withoutMentions(message: RenderedMessage, views: readonly RequestView[]): RenderedMessage {
  const onCall = new Set(views.flatMap(({ route }) => route?.escalate?.mention ?? []));
  const names = new Map(views.flatMap(toNames));
  const replace = (text: string) =>
    text.replaceAll(MENTION, (mention, userId?: string, groupId?: string) => {
      if (onCall.has(userId ?? groupId ?? "")) return mention;
      const name = names.get(userId ?? "");
      return name === undefined ? (userId === undefined ? "a group" : "a person") : word(name, MAX_NAME_LENGTH);
    });
  const blocks = JSON.stringify(message.blocks);
  return { ...message, blocks: JSON.parse(blocks, (_, each) => (typeof each === "string" ? replace(each) : each)) };
}

/** The names that are known without a call to Slack: those of voters, and the first parts of the addresses of requesters. */
function toNames({ votes, requester, earlier }: RequestView): [userId: string, name: string][] {
  const all = [...votes, ...(earlier?.gates ?? []).flatMap((gate) => gate.votes)];
  const owners = everyRequester(requester).flatMap(({ userIds, email }) =>
    email === null ? [] : userIds.map((userId): [string, string] => [userId, email.replace(/@.*/, "")]),
  );
  return [...owners, ...all.map(({ userId, userName }): [string, string] => [userId, userName])];
}
