import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import { cacheOptions } from "./cache-options.ts";
import type { Lookups } from "./lookups.ts";

/** The oldest list that any purpose accepts. */
export const MAX_LIST_AGE_MS = 60_000;
/** Groups or channels whose members are cached. */
const MAX_LISTS = 1_000;

/**
 * Makes a reader for the members of user groups. `usergroups.users.list` is tier 2, some twenty calls a minute for the
 * whole app. So that clicks cannot use them up, concurrent calls for one group share one call, and a list is used again
 * while it is young enough for the purpose. Source: Slack API, rate limits.
 */
export function makeGroups(web: Pick<Lookups, "usergroups">, clock: Clock) {
  return makeLists(clock, async (usergroup) => (await web.usergroups.users.list({ usergroup })).users ?? []);
}

/** Makes the same reader for the members of channels. */
export function makeChannels(web: Pick<Lookups, "conversations">, clock: Clock) {
  return makeLists(clock, (channel) => channelMembers(web, channel));
}

/** A list as of `at`, the time before its call: the members may have changed while Slack replied. */
interface MemberList {
  at: number;
  members: ReadonlySet<string>;
}

function makeLists(clock: Clock, list: (id: string) => Promise<string[]>) {
  const lists = new LRUCache<string, MemberList>({
    ...cacheOptions(clock, MAX_LISTS, MAX_LIST_AGE_MS),
    fetchMethod: async (id) => {
      const at = clock.now();
      return { at, members: new Set(await list(id)) };
    },
    // A failed call leaves the earlier list, and a call whose entry is evicted still returns its list.
    noDeleteOnFetchRejection: true,
    ignoreFetchAbort: true,
  });

  return {
    /** Returns a list of members younger than `maxAgeMs`, at most MAX_LIST_AGE_MS. Throws as the WebClient throws. */
    async members(id: string, maxAgeMs: number): Promise<ReadonlySet<string>> {
      const cached = lists.get(id);
      if (cached !== undefined && clock.now() - cached.at < maxAgeMs) return cached.members;
      // Joins a call in progress for this list.
      return (await lists.forceFetch(id, { forceRefresh: true })).members;
    },
  };
}

/** Members on one page of conversations.members, and the most pages that are read. */
const PAGE = 200;
const MAX_PAGES = 50;

async function channelMembers(web: Pick<Lookups, "conversations">, channel: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const reply = await web.conversations.members({
      channel,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...(reply.members ?? []));
    cursor = reply.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return found;
}
