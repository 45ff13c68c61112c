import type { AuthTeamsListResponse, WebClient } from "@slack/web-api";
import type { CheckResult, DirectoryCheck } from "../../app/admin/policy-check.ts";
import type { ChatFailure } from "../../app/ports/slack.ts";
import type { Workspace } from "../connection/workspace.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";
import { TEAMS_PAGE } from "./groups.ts";
import { toPerson } from "./parse-person.ts";

/** How long all lookups together wait for Slack's rate limits. A method of tier 3 accepts some fifty calls a minute. */
const MAX_WAIT_MS = 5 * 60_000;

const MIN_WAIT_MS = 1_000;

/** Waits for milliseconds. */
export type Wait = (ms: number) => Promise<unknown>;

/** Checks the names in the configuration against Slack. Only reads. Waits where Slack limits the rate, and asks again. */
export function makeDirectoryCheck(web: WebClient, workspace: Workspace, wait: Wait): DirectoryCheck {
  const lookUp = makeLookUp(wait);
  let groups: ReturnType<typeof listGroups> | undefined;
  return {
    user: (id) =>
      lookUp(async () => {
        const { user } = await web.users.info({ user: id });
        if (user === undefined) return wrong("There is no such person.");
        const { name, accountStatus } = toPerson(id, user, workspace);
        return accountStatus === "member"
          ? FINE
          : wrong(`${name} is ${ACCOUNT_STATUS_TEXT[accountStatus]} and can never decide: remove the ID.`);
      }, "There is no such person: copy the member ID from their profile."),

    group: (id) =>
      lookUp(async () => {
        if (workspace.scopes?.includes("usergroups:read") === false) return { kind: "unreadable" };
        // One call for all groups: usergroups.list is tier 2.
        groups ??= listGroups(web).catch((error: unknown) => {
          groups = undefined;
          throw error;
        });
        const found = (await groups).get(id);
        if (found === undefined) return wrong("There is no such user group: copy the group ID from its menu in Slack.");
        const { handle, enabled, members } = found;
        if (!enabled) return wrong(`The user group @${handle} is disabled: enable it in Slack, or name another.`);
        if (members.length === 0) return wrong(`The user group @${handle} has no members: add some in Slack.`);
        return { kind: "fine", members };
      }, "There is no such user group."),

    channel: (id) =>
      lookUp(async () => {
        const { channel } = await web.conversations.info({ channel: id, include_num_members: true });
        const [name, inText] =
          channel?.name === undefined
            ? ["The channel", "the channel"]
            : [`The channel #${channel.name}`, `#${channel.name}`];
        if (channel?.is_archived) return wrong(`${name} is archived: unarchive it, or name another.`);
        if (!channel?.is_member)
          return wrong(`The bot is not in ${inText}. In that channel, type /invite @Countersign.`);
        // The count includes the bot.
        const { num_members: count } = channel;
        if (!channel.is_ext_shared && !channel.is_pending_ext_shared)
          return count === undefined ? FINE : { kind: "fine", maxApprovers: count - 1 };
        return { kind: "notable", text: `${name} ${SHARED}` };
      }, "There is no such channel, or it is private and the bot was not invited: /invite @Countersign."),
  };
}

const SHARED =
  "is shared with another organization (Slack Connect): messages there leave out the question, the parameters and the reasons, and people of that organization never decide.";

const FINE: CheckResult = { kind: "fine" };
const wrong = (text: string): CheckResult => ({ kind: "wrong", text });

const ACCOUNT_STATUS_TEXT = {
  guest: "a guest",
  external: "a member of another workspace",
  deactivated: "a deactivated account",
  bot: "a bot",
} as const;

/** Source: Slack API, errors of users.info and conversations.info. */
const ABSENT_CODES: ReadonlySet<string> = new Set(["user_not_found", "channel_not_found"]);

/** Makes the function that runs one lookup; `absent` is the text for an ID that Slack does not know. */
function makeLookUp(wait: Wait) {
  let waitedMs = 0;
  return async function lookUp(ask: () => Promise<CheckResult>, absent: string): Promise<CheckResult> {
    try {
      return await ask();
    } catch (error) {
      const failure = chatFailure(error);
      if (failure.kind === "limited") {
        const ms = Math.max(failure.retryAfterMs, MIN_WAIT_MS);
        waitedMs += ms;
        if (waitedMs <= MAX_WAIT_MS) return wait(ms).then(() => lookUp(ask, absent));
      }
      if (failure.kind !== "refused") return { kind: "unknown", error: describeFailure(failure) };
      const { code, advice } = failure;
      if (ABSENT_CODES.has(code)) return wrong(absent);
      return code === "user_not_visible" ? wrong(advice) : { kind: "unknown", error: code, advice };
    }
  };
}

/** Lists the argument for each workspace that the app is in: none in one workspace, `team_id` if a whole organization has the app. */
export async function listTeams(web: WebClient): Promise<{ team_id?: string }[]> {
  const { is_enterprise_install } = await web.auth.test();
  if (is_enterprise_install !== true) return [{}];
  const teams: { team_id?: string }[] = [];
  for await (const page of web.paginate("auth.teams.list", { limit: TEAMS_PAGE }))
    for (const { id } of (page as AuthTeamsListResponse).teams ?? []) if (id !== undefined) teams.push({ team_id: id });
  return teams;
}

/** Lists the user groups of the app's workspace, or of each workspace if the app is installed in a whole organization. */
export async function listGroups(
  web: WebClient,
): Promise<Map<string, { handle: string; enabled: boolean; members: readonly string[] }>> {
  const lists = [];
  for (const team of await listTeams(web))
    lists.push((await web.usergroups.list({ include_disabled: true, include_users: true, ...team })).usergroups ?? []);
  return new Map(
    lists
      .flat()
      .map(({ id = "", handle = id, date_delete, users = [] }) => [
        id,
        { handle, enabled: !date_delete, members: users },
      ]),
  );
}

/** Names in Slack by ID. */
export interface FoundNames {
  names: ReadonlyMap<string, string>;
  /** The IDs that Slack did not return, and the first reason that it gave; null if it gave none. */
  missing: { ids: string[]; failure: ChatFailure | null };
}

/** Reads the names of people, user groups and channels by ID. */
export async function readNames(web: WebClient, ids: readonly string[]): Promise<FoundNames> {
  const names = new Map<string, string>();
  const missing: FoundNames["missing"] = { ids: [], failure: null };
  const onError = (error: unknown) => {
    missing.failure ??= chatFailure(error);
  };
  const groups = ids.some(isGroup) ? await listGroups(web).catch(onError) : undefined;
  for (const id of new Set(ids)) {
    const name = isGroup(id) ? groups?.get(id)?.handle : await readName(web, id).catch(onError);
    if (name === undefined) missing.ids.push(id);
    else names.set(id, isGroup(id) ? `@${name}` : name);
  }
  return { names, missing };
}

const isGroup = (id: string) => id.startsWith("S");

async function readName(web: WebClient, id: string): Promise<string | undefined> {
  if (/^[UW]/.test(id)) return (await web.users.info({ user: id })).user?.real_name;
  const { channel } = await web.conversations.info({ channel: id });
  return channel?.name === undefined ? undefined : `#${channel.name}`;
}
