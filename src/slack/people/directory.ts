import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, Directory, Freshness, NextEvent } from "../../app/ports/slack.ts";
import { type LookupFailure, type Membership, type Person, UNANSWERED_RETRY_MS } from "../../core/person.ts";
import type { Approvers } from "../../core/policy.ts";
import type { Workspace } from "../connection/workspace.ts";
import { findLookupAdvice } from "../lookup-advice.ts";
import type { Purpose, SlackCall } from "../slack-call.ts";
import { describeFailure } from "../slack-failures.ts";
import { cacheOptions } from "./cache-options.ts";
import { isNoGroup, MAX_LIST_AGE_MS, makeChannels, makeGroups, type ReadMembers } from "./groups.ts";
import { toPerson } from "./parse-person.ts";
import { beganLate, makeSharedReads, type SharedRead } from "./shared-reads.ts";

/** A person, an address and, for a preview, a membership may be this old. */
const CACHE_TTL_MS = 15_000;
/** A denial relies only on lists of members younger than this. */
const FRESH_MS = 3_000;
/** Reads of one list for one lookup: a cached one, one for each answer that needs a later one, and no more. */
const MAX_READS = 3;
/** People and email addresses that are cached. */
const MAX_PEOPLE = 10_000;

/** The reads and caches of one directory. */
interface Reads {
  people: SharedRead<Person>;
  groups: ReadMembers;
  channels: ReadMembers;
  findOwnerByEmail: (email: string) => Promise<Owner | LookupFailure>;
  owners: LRUCache<string, Owner>;
}

/**
 * Makes the directory of people and groups in Slack. It reads a cached list again before it denies anyone, and before it
 * allows a click that is younger than the list. `forClicks`: the same directory, for calls for which a click waits.
 */
export function makeDirectory(
  call: SlackCall,
  workspace: Workspace,
  clock: Clock,
  nextEvent?: NextEvent,
): Directory & { forClicks: Directory } {
  const readPerson = async (userId: string, purpose: Purpose) => {
    const read = await call("users.info", { user: userId }, purpose);
    if (read.kind !== "ok") return read;
    const { user } = read.response;
    if (user === undefined) return { kind: "ambiguous", error: "the reply has no user" } as const;
    return { kind: "read", value: toPerson(userId, user, workspace) } as const;
  };
  const reads: Reads = {
    people: makeSharedReads<Person>(clock, { max: MAX_PEOPLE, keepMs: CACHE_TTL_MS }, readPerson, nextEvent),
    groups: makeGroups(call, clock, workspace.isOrgInstall, nextEvent),
    channels: makeChannels(call, clock, nextEvent),
    findOwnerByEmail: (email) => findOwner(call, email, workspace, "background"),
    owners: new LRUCache<string, Owner>(cacheOptions(clock, MAX_PEOPLE, CACHE_TTL_MS)),
  };
  const forClicks = toDirectory(
    {
      ...reads,
      people: forClick(reads.people),
      groups: forClick(reads.groups),
      channels: forClick(reads.channels),
      findOwnerByEmail: (email) => findOwner(call, email, workspace, "click"),
    },
    clock,
  );
  return { ...toDirectory(reads, clock), forClicks };
}

/** Returns the same reads, whose calls are for a click. */
function forClick<T>(read: SharedRead<T>): SharedRead<T> {
  const share: typeof read = Object.assign(
    (id: string, since: number, after?: number, purpose: Purpose = "click") => read(id, since, after, purpose),
    { peek: read.peek, last: read.last },
  );
  return share;
}

function toDirectory({ people, groups, channels, findOwnerByEmail, owners }: Reads, clock: Clock): Directory {
  const toListReads = (meant: Approvers, channelIds: readonly string[]) => [
    ...meant.groups.map((id) => ({ id, read: groups })),
    ...(meant.channel === "members" ? channelIds : []).map((id) => ({ id, read: channels })),
  ];

  return {
    async person(userId, freshness = "show", isApprover = false) {
      const { since, after } =
        typeof freshness === "object" ? freshness : { since: clock.now() - CACHE_TTL_MS + 1, after: undefined };
      const read = await people(userId, since, after, isApprover ? "approver" : undefined);
      return read.kind === "found" ? { kind: "person", person: read.value } : unread(read);
    },

    isAmong(meant, userId, freshness = "show", channelIds = []) {
      return meant.users.includes(userId)
        ? Promise.resolve({ kind: "member" })
        : findInLists(toListReads(meant, channelIds), userId, toReadTimes(freshness, clock.now()));
    },

    needsRead: (meant, userId, freshness = "show", channelIds = []) =>
      !meant.users.includes(userId) &&
      needsCall(toListReads(meant, channelIds), userId, toReadTimes(freshness, clock.now())),

    wasAmong: (meant, userId, channelIds = []) =>
      meant.users.includes(userId) ||
      toListReads(meant, channelIds).some(({ id, read }) => read.last(id)?.has(userId) === true),

    async members(meant) {
      const found = new Set(meant.users);
      for (const group of meant.groups) {
        const list = await groups(group, clock.now() - MAX_LIST_AGE_MS + 1);
        if (list.kind === "found") for (const userId of list.value) found.add(userId);
        else if (!isNoGroup(list)) return unread(list);
      }
      return { kind: "members", userIds: [...found] };
    },

    async byEmail(email) {
      const address = email.toLowerCase();
      const cached = owners.get(address);
      if (cached !== undefined) return cached;
      const found = await findOwnerByEmail(email);
      if (found.kind !== "unknown") owners.set(address, found);
      return found;
    },
  };
}

/** The earliest start of a read that may say yes, and of a read that may say no. A read after the event `after` may say yes too. */
interface ReadTimes {
  yes: number;
  no: number;
  after?: number | undefined;
}

function toReadTimes(freshness: Freshness, now: number): ReadTimes {
  const youngerThan = (ageMs: number) => now - ageMs + 1;
  switch (freshness) {
    case "show":
      return { yes: youngerThan(MAX_LIST_AGE_MS), no: youngerThan(MAX_LIST_AGE_MS) };
    case "preview":
      return { yes: youngerThan(CACHE_TTL_MS), no: youngerThan(FRESH_MS) };
    default:
      return { yes: freshness.since, no: youngerThan(FRESH_MS), after: freshness.after };
  }
}

/** Tells whether a look for a person in the lists begins a read. */
function needsCall(lists: readonly { id: string; read: ReadMembers }[], userId: string, times: ReadTimes): boolean {
  for (const { id, read } of lists) {
    const list = read.peek(id, Math.min(times.yes, times.no), times.after);
    if (list === "none") return true;
    if (list === "reading") continue;
    const isMember = list.value.has(userId);
    if (!beganLate(list, isMember ? times.yes : times.no, isMember ? times.after : undefined)) return true;
    if (isMember) return false;
  }
  return false;
}

/** Looks for a person in lists of members. */
async function findInLists(
  lists: readonly { id: string; read: ReadMembers }[],
  userId: string,
  times: ReadTimes,
): Promise<Membership> {
  const gone: string[] = [];
  let failure: ChatFailure | null = null;
  for (const { id, read } of lists) {
    const found = await findInList(id, read, userId, times);
    if (found === "member") return { kind: "member" };
    if (found === "not-member") continue;
    if (isNoGroup(found)) gone.push(id);
    // A list that Slack only asks to wait for may still have the person: no permanent failure replaces it.
    else if (failure?.kind !== "limited") failure = found;
  }
  if (failure !== null) return unread(failure);
  return { kind: "not-member", ...(gone.length === 0 ? {} : { gone }) };
}

/** Looks into one list. Reads it again if it is too old for what it says. */
async function findInList(
  id: string,
  read: ReadMembers,
  userId: string,
  times: ReadTimes,
): Promise<"member" | "not-member" | ChatFailure> {
  let since = Math.min(times.yes, times.no);
  let { after } = times;
  for (let reads = 0; reads < MAX_READS; reads++) {
    const list = await read(id, since, after);
    if (list.kind !== "found") return list;
    const isMember = list.value.has(userId);
    [since, after] = isMember ? [times.yes, times.after] : [times.no, undefined];
    if (beganLate(list, since, after)) return isMember ? "member" : "not-member";
  }
  return { kind: "unavailable", error: "the clock was set back during the lookup" };
}

/** Error codes for a person who does not exist or is not visible. Source: Slack API, errors of users.info. */
const NO_PERSON_CODES: ReadonlySet<string> = new Set(["user_not_found", "user_not_visible"]);

type Owner = { kind: "person"; person: Person } | { kind: "nobody" };

/** Finds the account that has an email address. Source: Slack API, users.lookupByEmail, error users_not_found. */
async function findOwner(
  call: SlackCall,
  email: string,
  workspace: Workspace,
  purpose: Purpose,
): Promise<Owner | LookupFailure> {
  const read = await call("users.lookupByEmail", { email }, purpose);
  if (read.kind === "ok") {
    const { user } = read.response;
    if (user?.id === undefined)
      return { kind: "unknown", error: "the reply has no user", retryAfterMs: UNANSWERED_RETRY_MS };
    return { kind: "person", person: toPerson(user.id, user, workspace) };
  }
  if (read.kind !== "refused") return { retryAfterMs: UNANSWERED_RETRY_MS, ...unread(read) };
  return read.code === "users_not_found" ? { kind: "nobody" } : unread(read);
}

function unread(failure: ChatFailure): LookupFailure {
  const error = describeFailure(failure);
  if (failure.kind === "limited") return { kind: "unknown", error, retryAfterMs: failure.retryAfterMs };
  if (failure.kind !== "refused") return { kind: "unknown", error, transient: true };
  const advice = findLookupAdvice(failure);
  return {
    kind: "unknown",
    error,
    ...(advice === undefined ? {} : { advice }),
    ...(NO_PERSON_CODES.has(failure.code) ? { permanent: true } : {}),
  };
}
