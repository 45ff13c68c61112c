import type { UsersInfoResponse } from "@slack/web-api";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, Directory } from "../../app/ports/slack.ts";
import type { LookupFailure, Person } from "../../core/person.ts";
import type { Workspace } from "../connection/workspace.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";
import { cacheOptions } from "./cache-options.ts";
import { MAX_LIST_AGE_MS, makeChannels, makeGroups } from "./groups.ts";
import type { Lookups } from "./lookups.ts";

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
  const channelLists = makeChannels(web, clock);

  return {
    async person(userId, fresh) {
      const cached = fresh ? undefined : people.get(userId);
      if (cached !== undefined) return { kind: "person", person: cached };
      try {
        const { user } = await web.users.info({ user: userId });
        if (user === undefined) return { kind: "unknown", error: "the answer names no user" };
        const person = toPerson(userId, user, workspace);
        people.set(userId, person);
        return { kind: "person", person };
      } catch (error) {
        return unread(chatFailure(error));
      }
    },

    async isAmong(meant, userId, purpose = "decide", channels = []) {
      if (meant.users.includes(userId)) return { kind: "member" };
      const lists = [
        ...meant.groups.map((id) => ({ id, members: groups.members })),
        ...(meant.channel === "members" ? channels : []).map((id) => ({ id, members: channelLists.members })),
      ];
      const ages = purpose === "decide" ? [CACHE_TTL_MS, FRESH_MS] : [MAX_LIST_AGE_MS];
      const gone: string[] = [];
      let failure: ChatFailure | null = null;
      for (const { id, members } of lists) {
        try {
          for (const oldest of ages) if ((await members(id, oldest)).has(userId)) return { kind: "member" };
        } catch (error) {
          const found = chatFailure(error);
          if (isNoGroup(found)) gone.push(id);
          // What only asks to wait may still make them a member: it is not hidden by what fails for good.
          else if (failure?.kind !== "limited") failure = found;
        }
      }
      if (failure !== null) return unread(failure);
      return { kind: "not-member", ...(gone.length === 0 ? {} : { gone }) };
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

const toOwner = (userId: string | null) =>
  userId === null ? ({ kind: "nobody" } as const) : ({ kind: "person", userId } as const);

/** Error codes for a group that does not exist or is disabled. Source: Slack API, errors of usergroups.users.list. */
const NO_GROUP_CODES: ReadonlySet<string> = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

function isNoGroup(failure: ChatFailure): boolean {
  return failure.kind === "refused" && NO_GROUP_CODES.has(failure.code);
}

/** Source: Slack API, users.lookupByEmail, error users_not_found. */
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

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/** Source: Slack API, user object. Anyone who is not plainly a member of the home workspace is not one. */
export function toPerson(userId: string, user: SlackUser, workspace: Workspace): Person {
  // The real name first: people choose their display name themselves, and this one goes into records.
  const names = [user.profile?.real_name, user.real_name, user.name];
  return {
    id: userId,
    name: names.find((name) => name !== undefined && name.trim() !== "") ?? userId,
    email: user.profile?.email || null,
    teamId: user.team_id ?? "",
    accountStatus: toAccountStatus(user, workspace),
  };
}

function toAccountStatus(user: SlackUser, workspace: Workspace): Person["accountStatus"] {
  if (user.is_bot === true || user.id === "USLACKBOT") return "bot";
  if (user.deleted === true) return "deactivated";
  const enterprise = user.enterprise_user?.enterprise_id;
  const home =
    user.team_id === workspace.teamId || (workspace.enterpriseId !== null && enterprise === workspace.enterpriseId);
  if (!home || user.is_stranger === true) return "external";
  return user.is_restricted === true || user.is_ultra_restricted === true ? "guest" : "member";
}
