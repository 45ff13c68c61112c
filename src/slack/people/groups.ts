import type { Clock } from "../../app/ports/aws.ts";
import type { Lookups } from "./lookups.ts";

/**
 * The members of user groups. `usergroups.users.list` is tier 2, some twenty calls a minute for the whole app, so nobody
 * can make the bot spend them: calls for one group that come together are one call, and what was read is used again
 * while it is young enough for the purpose. Source: Slack API, rate limits.
 */
export function makeGroups(web: Pick<Lookups, "usergroups">, clock: Clock) {
  return makeLists(clock, async (usergroup) => (await web.usergroups.users.list({ usergroup })).users ?? []);
}

/** The members of channels, in the same way. */
export function makeChannels(web: Pick<Lookups, "conversations">, clock: Clock) {
  return makeLists(clock, (channel) => channelMembers(web, channel));
}

function makeLists(clock: Clock, list: (id: string) => Promise<string[]>) {
  const kept = new Map<string, { at: number; members: ReadonlySet<string> }>();
  const underWay = new Map<string, Promise<ReadonlySet<string>>>();

  const read = async (groupId: string): Promise<ReadonlySet<string>> => {
    const at = clock.now();
    const members = new Set(await list(groupId));
    kept.set(groupId, { at, members });
    return members;
  };

  return {
    /** Throws what the WebClient throws. */
    async members(groupId: string, oldestMs: number): Promise<ReadonlySet<string>> {
      const found = kept.get(groupId);
      if (found !== undefined && clock.now() - found.at < oldestMs) return found.members;
      const running = underWay.get(groupId) ?? read(groupId).finally(() => underWay.delete(groupId));
      underWay.set(groupId, running);
      return running;
    },
  };
}

/** Members that one page of conversations.members may hold, and how many pages are read. */
const PAGE = 200;
const MAX_PAGES = 50;

async function channelMembers(web: Pick<Lookups, "conversations">, channel: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await web.conversations.members({
      channel,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...(answer.members ?? []));
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return found;
}
