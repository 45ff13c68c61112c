import { cutMiddle } from "../../core/cut.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import type { People } from "../../core/policy.ts";
import { code, plain, word } from "./text.ts";

const MAX_NAMED = 10;

/** Mentions a user: Slack shows their name. Text that is not an ID appears as it is. */
export function mentionUser(id: string): string {
  return /^[UW][A-Z0-9]{1,20}$/.test(id) ? `<@${id}>` : code(id, 60);
}

export function mentionGroup(id: string): string {
  return /^S[A-Z0-9]{1,20}$/.test(id) ? `<!subteam^${id}>` : code(id, 60);
}

export function mentionChannel(id: string): string {
  return /^[CG][A-Z0-9]{1,20}$/.test(id) ? `<#${id}>` : code(id, 60);
}

/** "@jane, @dba", with a count if there are too many to name. */
export function mentionPeople(people: People): string {
  return series([...people.users.map(mentionUser), ...people.groups.map(mentionGroup)]);
}

/** As mentionPeople, but the groups first, and as many names as `room` characters hold: a mention that is cut notifies nobody. */
export function mentionAll({ users, groups }: People, room: number): string {
  const all = [...groups.map(mentionGroup), ...users.map(mentionUser)];
  let left = room;
  const end = all.findIndex((each) => {
    left -= each.length + 2;
    return left < 0;
  });
  return series(all, end < 0 ? all.length : end);
}

/** Joins the first items of a list and counts the others. */
export function series(items: readonly string[], most = MAX_NAMED, between = ", "): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(between)} and ${more} more` : items.join(between);
}

/** Renders names in mrkdwn: ids as mentions, other text in code spans of at most `limit` characters. */
export const mentions = (limit = 140): NameRenderer => ({
  user: mentionUser,
  group: mentionGroup,
  channel: mentionChannel,
  text: (text) => code(text, limit),
  word: (text) => word(text, limit),
  link: (url, label) => `<${url.replaceAll("&", "&amp;")}|${label}>`,
  strong: (text) => `*${text}*`,
});

/** Renders names where mrkdwn does not work: notifications, headers and dialogs. */
export const plainNames = (limit = 140): NameRenderer => {
  const text = (each: string) => plain(each, limit);
  const word = (each: string) => plain(cutMiddle(each, limit), limit);
  return { user: text, group: text, channel: text, text, word, link: (_url, label) => label, strong: text };
};
