import type { WebClient } from "@slack/web-api";
import type { ChatFailure } from "../../app/ports/slack.ts";
import { chatFailure } from "../slack-failures.ts";
import { listGroups, listTeams } from "./directory-check.ts";

/** A channel, a user group or a person to choose. */
export interface Choice {
  id: string;
  /** Without # or @. */
  name: string;
  /** Whether it can be used as it is: a channel with the bot, an enabled group with members. */
  usable?: boolean;
}

/** The most pages of channels that are read in a workspace, of 1,000 channels each: conversations.list is tier 2. */
const MAX_PAGES = 10;

/** Lists the channels that the bot can see and are not archived; those with the bot come first. */
export async function listChannelChoices(web: WebClient): Promise<Choice[]> {
  const found = new Map<string, Choice>();
  // A channel of several workspaces is in the list of each.
  for (const team of await listTeams(web))
    for (const choice of await listChannelsOf(web, team)) found.set(choice.id, choice);
  return sort([...found.values()]);
}

async function listChannelsOf(web: WebClient, team: { team_id?: string }): Promise<Choice[]> {
  const found: Choice[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { channels = [], response_metadata } = await web.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: 1000,
      ...team,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id = "", name = id, is_member: usable = false } of channels) found.push({ id, name, usable });
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return found;
}

/** Lists the user groups; those with members come first. */
export async function listGroupChoices(web: WebClient): Promise<Choice[]> {
  const groups = await listGroups(web);
  return sort(
    [...groups].map(([id, { handle, enabled, members }]) => ({
      id,
      name: handle,
      usable: enabled && members.length > 0,
    })),
  );
}

/** The error of a workspace without user groups. Source: Slack API, errors of usergroups.list. */
const NO_GROUPS = "plan_upgrade_required";

/** Tells whether the workspace's plan has no user groups. */
export const lacksGroups = (failure: ChatFailure): boolean => failure.kind === "refused" && failure.code === NO_GROUPS;

/** Finds a person by member ID or email address; null if there is none. */
export async function findPersonChoice(web: WebClient, text: string): Promise<Choice | null> {
  const byEmail = /^[^@\s]+@[^@\s]+$/.test(text);
  if (!byEmail && !/^[UW][A-Z0-9]+$/.test(text)) return null;
  try {
    const { user } = byEmail ? await web.users.lookupByEmail({ email: text }) : await web.users.info({ user: text });
    return user?.id === undefined ? null : { id: user.id, name: user.real_name ?? user.id };
  } catch (error) {
    const failure = chatFailure(error);
    if (failure.kind === "refused" && ABSENT_CODES.has(failure.code)) return null;
    throw error;
  }
}

/** Source: Slack API, errors of users.info and users.lookupByEmail. */
const ABSENT_CODES: ReadonlySet<string> = new Set(["user_not_found", "users_not_found", "user_not_visible"]);

const sort = (choices: Choice[]) =>
  choices.sort((a, b) => Number(b.usable ?? false) - Number(a.usable ?? false) || a.name.localeCompare(b.name));
