import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure } from "../../app/ports/slack.ts";
import type { SlackCall } from "../slack-call.ts";
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
 */
export function makeGroups(call: SlackCall, clock: Clock): ReadMembers {
  return makeLists(clock, async (usergroup) => {
    const read = await call("usergroups.users.list", { usergroup });
    return read.kind === "ok" ? { kind: "listed", userIds: read.response.users ?? [] } : read;
  });
}

/** Makes the same reader for the members of channels. */
export function makeChannels(call: SlackCall, clock: Clock): ReadMembers {
  return makeLists(clock, (channel) => listChannel(call, channel));
}

type ListResult = { kind: "listed"; userIds: string[] } | ChatFailure;

function makeLists(clock: Clock, list: (id: string) => Promise<ListResult>): ReadMembers {
  return makeSharedReads(clock, { max: MAX_LISTS, keepMs: MAX_LIST_AGE_MS }, async (id) => {
    const result = await list(id);
    return result.kind === "listed" ? { kind: "read", value: new Set(result.userIds) } : result;
  });
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
