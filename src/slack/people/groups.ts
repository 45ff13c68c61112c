import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure } from "../../app/ports/slack.ts";
import type { SlackCall } from "../slack-call.ts";
import { cacheOptions } from "./cache-options.ts";

/** The oldest list that any purpose accepts. */
export const MAX_LIST_AGE_MS = 60_000;
/** Groups or channels whose members are cached. */
const MAX_LISTS = 1_000;

/**
 * Makes a reader for the members of user groups. `usergroups.users.list` is tier 2, some twenty calls a minute for the
 * whole app. So that clicks cannot use them up, concurrent calls for one group share one call, and a list is used again
 * while it is young enough for the purpose. Source: Slack API, rate limits.
 */
export function makeGroups(call: SlackCall, clock: Clock) {
  return makeLists(clock, async (usergroup) => {
    const read = await call("usergroups.users.list", { usergroup });
    return read.kind === "ok" ? { kind: "listed", userIds: read.response.users ?? [] } : read;
  });
}

/** Makes the same reader for the members of channels. */
export function makeChannels(call: SlackCall, clock: Clock) {
  return makeLists(clock, (channel) => listChannel(call, channel));
}

type ListResult = { kind: "listed"; userIds: string[] } | ChatFailure;

/** Carries a failure through the cache, which keeps what its fetch returns. It does not leave this file. */
class ListError extends Error {
  override readonly name = "ListError";
  readonly failure: ChatFailure;
  constructor(failure: ChatFailure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export type MembersResult = { kind: "members"; members: ReadonlySet<string> } | ChatFailure;

/** A list as of `at`, the time before its call: the members may have changed while Slack replied. */
interface MemberList {
  at: number;
  members: ReadonlySet<string>;
}

function makeLists(clock: Clock, list: (id: string) => Promise<ListResult>) {
  const lists = new LRUCache<string, MemberList>({
    ...cacheOptions(clock, MAX_LISTS, MAX_LIST_AGE_MS),
    fetchMethod: async (id) => {
      const at = clock.now();
      const result = await list(id);
      if (result.kind !== "listed") throw new ListError(result);
      return { at, members: new Set(result.userIds) };
    },
    // A failed call leaves the earlier list, and a call whose entry is evicted still returns its list.
    noDeleteOnFetchRejection: true,
    ignoreFetchAbort: true,
  });

  return {
    /** Returns a list of members younger than `maxAgeMs`, at most MAX_LIST_AGE_MS. */
    async members(id: string, maxAgeMs: number): Promise<MembersResult> {
      const cached = lists.get(id);
      if (cached !== undefined && clock.now() - cached.at < maxAgeMs)
        return { kind: "members", members: cached.members };
      try {
        // Joins a call in progress for this list.
        return { kind: "members", members: (await lists.forceFetch(id, { forceRefresh: true })).members };
      } catch (error) {
        if (error instanceof ListError) return error.failure;
        throw error;
      }
    },
  };
}

/** Members on one page of conversations.members, and the most pages that are read. */
const PAGE = 200;
const MAX_PAGES = 50;

async function listChannel(call: SlackCall, channel: string): Promise<ListResult> {
  const userIds: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const next = cursor === undefined ? {} : { cursor };
    const read = await call("conversations.members", { channel, limit: PAGE, ...next });
    if (read.kind !== "ok") return read;
    userIds.push(...(read.response.members ?? []));
    cursor = read.response.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return { kind: "listed", userIds };
}
