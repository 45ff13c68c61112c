import type { WebClient } from "@slack/web-api";
import { listGroups } from "./directory-check.ts";

/** A channel or a user group to choose from. */
export interface Choice {
  id: string;
  /** Without # or @. */
  name: string;
  /** Whether it can be used as it is: a channel with the bot, an enabled group with members. */
  usable: boolean;
}

/** The most pages of channels that are read, of 1,000 channels each: conversations.list is tier 2. */
const MAX_PAGES = 10;

/** Lists the channels that the bot can see and are not archived; those with the bot come first. */
export async function listChannelChoices(web: WebClient): Promise<Choice[]> {
  const found: Choice[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { channels = [], response_metadata } = await web.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: 1000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id = "", name = id, is_member: usable = false } of channels) found.push({ id, name, usable });
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return sort(found);
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

const sort = (choices: Choice[]) =>
  choices.sort((a, b) => Number(b.usable) - Number(a.usable) || a.name.localeCompare(b.name));
