import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, Directory } from "../../app/ports/slack.ts";
import type { LookupFailure, Membership, Person } from "../../core/person.ts";
import type { Workspace } from "../connection/workspace.ts";
import type { SlackCall } from "../slack-call.ts";
import { describeFailure } from "../slack-failures.ts";
import { cacheOptions } from "./cache-options.ts";
import { MAX_LIST_AGE_MS, makeChannels, makeGroups } from "./groups.ts";
import { toPerson } from "./person.ts";

/** A vote may rely on a person or a list of members that is this old. */
const CACHE_TTL_MS = 15_000;
/** A denial relies only on lists of members younger than this. */
const FRESH_MS = 3_000;
/** People and email addresses that are cached. */
const MAX_PEOPLE = 10_000;

/** Makes the directory of people and groups in Slack. It reads a cached list again before it denies anyone. */
export function makeDirectory(call: SlackCall, workspace: Workspace, clock: Clock): Directory {
  const options = cacheOptions(clock, MAX_PEOPLE, CACHE_TTL_MS);
  const people = new LRUCache<string, Person>(options);
  const owners = new LRUCache<string, { userId: string | null }>(options);
  const groups = makeGroups(call, clock);
  const channels = makeChannels(call, clock);

  return {
    async person(userId, fresh) {
      const cached = fresh ? undefined : people.get(userId);
      if (cached !== undefined) return { kind: "person", person: cached };
      const read = await call("users.info", { user: userId });
      if (read.kind !== "ok") return unread(read);
      const { user } = read.response;
      if (user === undefined) return { kind: "unknown", error: "the reply has no user" };
      const person = toPerson(userId, user, workspace);
      people.set(userId, person);
      return { kind: "person", person };
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
        const list = await groups.members(group, MAX_LIST_AGE_MS);
        if (list.kind === "members") for (const userId of list.members) found.add(userId);
        else if (!isNoGroup(list)) return unread(list);
      }
      return { kind: "members", userIds: [...found] };
    },

    async byEmail(email) {
      const address = email.toLowerCase();
      const cached = owners.get(address);
      if (cached !== undefined) return toOwner(cached.userId);
      const found = await findOwner(call, email);
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
    for (const maxAgeMs of maxAgesMs) {
      const list = await members(id, maxAgeMs);
      if (list.kind === "members") {
        if (list.members.has(userId)) return { kind: "member" };
        continue;
      }
      if (isNoGroup(list)) gone.push(id);
      // A list that Slack only asks to wait for may still have the person: no permanent failure replaces it.
      else if (failure?.kind !== "limited") failure = list;
      break;
    }
  }
  if (failure !== null) return unread(failure);
  return { kind: "not-member", ...(gone.length === 0 ? {} : { gone }) };
}

const toOwner = (userId: string | null) =>
  userId === null ? ({ kind: "nobody" } as const) : ({ kind: "person", userId } as const);

/** Error codes for a group that does not exist or is disabled. Source: Slack API, errors of usergroups.users.list. */
const NO_GROUP_CODES: ReadonlySet<string> = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

/** Error codes for a person who does not exist or is not visible. Source: Slack API, errors of users.info. */
const NO_PERSON_CODES: ReadonlySet<string> = new Set(["user_not_found", "user_not_visible"]);

function isNoGroup(failure: ChatFailure): boolean {
  return failure.kind === "refused" && NO_GROUP_CODES.has(failure.code);
}

/** Finds the person who has an email address. Source: Slack API, users.lookupByEmail, error users_not_found. */
async function findOwner(
  call: SlackCall,
  email: string,
): Promise<{ kind: "owner"; userId: string | null } | LookupFailure> {
  const read = await call("users.lookupByEmail", { email });
  if (read.kind === "ok") return { kind: "owner", userId: read.response.user?.id ?? null };
  if (read.kind === "refused" && read.code === "users_not_found") return { kind: "owner", userId: null };
  return unread(read);
}

function unread(failure: ChatFailure): LookupFailure {
  const error = describeFailure(failure);
  if (failure.kind === "limited") return { kind: "unknown", error, retryAfterMs: failure.retryAfterMs };
  const permanent = failure.kind === "refused" && NO_PERSON_CODES.has(failure.code);
  return permanent ? { kind: "unknown", error, permanent } : { kind: "unknown", error };
}
