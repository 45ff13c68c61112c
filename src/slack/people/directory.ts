import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, Directory } from "../../app/ports/slack.ts";
import type { LookupFailure, Membership, Person } from "../../core/person.ts";
import type { Workspace } from "../connection/workspace.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";
import { cacheOptions } from "./cache-options.ts";
import { MAX_LIST_AGE_MS, makeChannels, makeGroups } from "./groups.ts";
import type { Lookups } from "./lookups.ts";
import { toPerson } from "./person.ts";

/** A vote may rely on a person or a list of members that is this old. */
const CACHE_TTL_MS = 15_000;
/** A denial relies only on lists of members younger than this. */
const FRESH_MS = 3_000;
/** People and email addresses that are cached. */
const MAX_PEOPLE = 10_000;

/** Makes the directory of people and groups in Slack. It reads a cached list again before it denies anyone. */
export function makeDirectory(web: Lookups, workspace: Workspace, clock: Clock): Directory {
  const options = cacheOptions(clock, MAX_PEOPLE, CACHE_TTL_MS);
  const people = new LRUCache<string, Person>(options);
  const owners = new LRUCache<string, { userId: string | null }>(options);
  const groups = makeGroups(web, clock);
  const channels = makeChannels(web, clock);

  return {
    async person(userId, fresh) {
      const cached = fresh ? undefined : people.get(userId);
      if (cached !== undefined) return { kind: "person", person: cached };
      try {
        const { user } = await web.users.info({ user: userId });
        if (user === undefined) return { kind: "unknown", error: "the reply has no user" };
        const person = toPerson(userId, user, workspace);
        people.set(userId, person);
        return { kind: "person", person };
      } catch (error) {
        return unread(chatFailure(error));
      }
    },

    async isAmong(meant, userId, purpose = "decide", channelIds = []) {
      if (meant.users.includes(userId)) return { kind: "member" };
      const lists = [
        ...meant.groups.map((id) => ({ id, members: groups.members })),
        ...(meant.channel === "members" ? channelIds : []).map((id) => ({ id, members: channels.members })),
      ];
      return findInLists(lists, userId, purpose === "decide" ? [CACHE_TTL_MS, FRESH_MS] : [MAX_LIST_AGE_MS]);
    },

    async members(meant) {
      const found = new Set(meant.users);
      for (const group of meant.groups) {
        try {
          for (const userId of await groups.members(group, MAX_LIST_AGE_MS)) found.add(userId);
        } catch (error) {
          const failure = chatFailure(error);
          if (!isNoGroup(failure)) return unread(failure);
        }
      }
      return { kind: "members", userIds: [...found] };
    },

    async byEmail(email) {
      const address = email.toLowerCase();
      const cached = owners.get(address);
      if (cached !== undefined) return toOwner(cached.userId);
      const found = await findOwner(web, email);
      if (found.kind === "unknown") return found;
      owners.set(address, { userId: found.userId });
      return toOwner(found.userId);
    },
  };
}

/** Looks for a person in lists of members, in each list once for every allowed age: first cached, then fresh. */
async function findInLists(
  lists: readonly { id: string; members: ReturnType<typeof makeGroups>["members"] }[],
  userId: string,
  maxAgesMs: readonly number[],
): Promise<Membership> {
  const gone: string[] = [];
  let failure: ChatFailure | null = null;
  for (const { id, members } of lists) {
    try {
      for (const maxAgeMs of maxAgesMs) if ((await members(id, maxAgeMs)).has(userId)) return { kind: "member" };
    } catch (error) {
      const found = chatFailure(error);
      if (isNoGroup(found)) gone.push(id);
      // A list that Slack only asks to wait for may still have the person: no permanent failure replaces it.
      else if (failure?.kind !== "limited") failure = found;
    }
  }
  if (failure !== null) return unread(failure);
  return { kind: "not-member", ...(gone.length === 0 ? {} : { gone }) };
}

const toOwner = (userId: string | null) =>
  userId === null ? ({ kind: "nobody" } as const) : ({ kind: "person", userId } as const);

/** Error codes for a group that does not exist or is disabled. Source: Slack API, errors of usergroups.users.list. */
const NO_GROUP_CODES: ReadonlySet<string> = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

function isNoGroup(failure: ChatFailure): boolean {
  return failure.kind === "refused" && NO_GROUP_CODES.has(failure.code);
}

/** Finds the person who has an email address. Source: Slack API, users.lookupByEmail, error users_not_found. */
async function findOwner(
  web: Lookups,
  email: string,
): Promise<{ kind: "owner"; userId: string | null } | LookupFailure> {
  try {
    return { kind: "owner", userId: (await web.users.lookupByEmail({ email })).user?.id ?? null };
  } catch (error) {
    const failure = chatFailure(error);
    if (failure.kind === "refused" && failure.code === "users_not_found") return { kind: "owner", userId: null };
    return unread(failure);
  }
}

function unread(failure: ChatFailure): LookupFailure {
  const error = describeFailure(failure);
  return failure.kind === "limited"
    ? { kind: "unknown", error, retryAfterMs: failure.retryAfterMs }
    : { kind: "unknown", error };
}
