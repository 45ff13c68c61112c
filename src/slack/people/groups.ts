import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, NextEvent } from "../../app/ports/slack.ts";
import type { Purpose, SlackCall } from "../slack-call.ts";
import { makeSharedReads, type SharedRead } from "./shared-reads.ts";

/** The oldest list that any purpose accepts. */
export const MAX_LIST_AGE_MS = 60_000;
/** Groups or channels whose members are cached. */
const MAX_LISTS = 1_000;

/** Reads the members of a group or a channel. */
export type ReadMembers = SharedRead<ReadonlySet<string>>;

/**
 * Makes a reader for the members of user groups. `usergroups.users.list` is tier 2, some twenty calls a minute for the
 * whole app. So that clicks cannot use them up, all callers share the calls for one group. Source: Slack API, rate limits.
 * An app that is installed in a whole organization must name the group's workspace.
 */
export function makeGroups(call: SlackCall, clock: Clock, isOrgInstall = false, nextEvent?: NextEvent): ReadMembers {
  const list: ListGroup = async (usergroup, purpose, team = {}) => {
    const read = await call("usergroups.users.list", { usergroup, ...team }, purpose);
    return read.kind === "ok" ? { kind: "listed", userIds: read.response.users ?? [] } : read;
  };
  return makeLists(clock, isOrgInstall ? listInOrganization(call, clock, list) : list, nextEvent);
}

type ListGroup = (usergroup: string, purpose: Purpose, team?: { team_id?: string }) => Promise<ListResult>;

/** How long the list of the organization's workspaces is kept, in milliseconds. */
const TEAMS_TTL_MS = 10 * 60_000;

/** Workspaces on one page of auth.teams.list. Source: Slack API. */
export const TEAMS_PAGE = 1000;

/** Makes a reader that looks for a group in each workspace of the app, first in the one that had it before. */
function listInOrganization(call: SlackCall, clock: Clock, list: ListGroup) {
  const teams = makeSharedReads<string[]>(clock, { max: 1, keepMs: TEAMS_TTL_MS }, async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const read = await call("auth.teams.list", { limit: TEAMS_PAGE, ...(cursor === undefined ? {} : { cursor }) });
      if (read.kind !== "ok") return read;
      ids.push(...(read.response.teams ?? []).flatMap(({ id }) => id ?? []));
      cursor = read.response.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
    return { kind: "read", value: ids };
  });
  const foundIn = new Map<string, string>();
  return async (usergroup: string, purpose: Purpose): Promise<ListResult> => {
    const known = await teams("all", clock.now() - TEAMS_TTL_MS + 1);
    if (known.kind !== "found") return known;
    const before = foundIn.get(usergroup);
    let result: ListResult = NO_GROUP;
    for (const team_id of known.value.toSorted((a, b) => Number(b === before) - Number(a === before))) {
      result = await list(usergroup, purpose, { team_id });
      if (result.kind === "listed") foundIn.set(usergroup, team_id);
      if (!isNoGroup(result)) return result;
    }
    return result;
  };
}

/** Error codes for a group that does not exist or is disabled. Source: Slack API, errors of usergroups.users.list. */
const NO_GROUP_CODES: ReadonlySet<string> = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

const NO_GROUP: ChatFailure = {
  kind: "refused",
  code: "no_such_subteam",
  error: "no workspace of the app has this user group",
  advice: "Check the group's ID in countersign.yml.",
};

/** Whether the failure says that the group does not exist or is disabled. */
export function isNoGroup(result: ChatFailure | { kind: "listed" }): boolean {
  return result.kind === "refused" && NO_GROUP_CODES.has(result.code);
}

/** Makes the same reader for the members of channels. */
export function makeChannels(call: SlackCall, clock: Clock, nextEvent?: NextEvent): ReadMembers {
  return makeLists(clock, (channel, purpose) => listChannel(call, channel, purpose), nextEvent);
}

type ListResult = { kind: "listed"; userIds: string[] } | ChatFailure;

function makeLists(
  clock: Clock,
  list: (id: string, purpose: Purpose) => Promise<ListResult>,
  nextEvent?: NextEvent,
): ReadMembers {
  const read = async (id: string, purpose: Purpose) => {
    const result = await list(id, purpose);
    return result.kind === "listed" ? ({ kind: "read", value: new Set(result.userIds) } as const) : result;
  };
  return makeSharedReads(clock, { max: MAX_LISTS, keepMs: MAX_LIST_AGE_MS }, read, nextEvent);
}

/** Members on one page of conversations.members, and the most pages that are read. */
const PAGE = 200;
const MAX_PAGES = 50;

async function listChannel(call: SlackCall, channel: string, purpose: Purpose): Promise<ListResult> {
  const userIds: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const next = cursor === undefined ? {} : { cursor };
    const read = await call("conversations.members", { channel, limit: PAGE, ...next }, purpose);
    if (read.kind !== "ok") return read;
    userIds.push(...(read.response.members ?? []));
    cursor = read.response.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return { kind: "listed", userIds };
}
