import type { WebClient } from "@slack/web-api";
import type { CheckResult, DirectoryCheck } from "../../app/admin/policy-check.ts";
import type { Workspace } from "../connection/workspace.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";
import { toPerson } from "./person.ts";

/** Checks the names in the configuration against Slack. Only reads. */
export function makeDirectoryCheck(web: WebClient, workspace: Workspace): DirectoryCheck {
  let groups: Promise<Map<string, { enabled: boolean; count: number }>> | undefined;
  return {
    user: (id) =>
      lookUp(async () => {
        const { user } = await web.users.info({ user: id });
        if (user === undefined) return wrong("There is no such person.");
        const { accountStatus } = toPerson(id, user, workspace);
        return accountStatus === "member"
          ? FINE
          : wrong(`This is ${ACCOUNT_STATUS_TEXT[accountStatus]}, who can never decide: remove it.`);
      }, "There is no such person: copy the member ID from their profile."),

    group: (id) =>
      lookUp(async () => {
        // One call for all groups: usergroups.list is tier 2.
        groups ??= listGroups(web);
        const found = (await groups).get(id);
        if (found === undefined) return wrong("There is no such user group: copy the group ID from its menu in Slack.");
        if (!found.enabled) return wrong("The user group is disabled: enable it in Slack, or name another.");
        return found.count === 0 ? wrong("The user group has no members.") : FINE;
      }, "There is no such user group."),

    channel: (id) =>
      lookUp(async () => {
        const { channel } = await web.conversations.info({ channel: id });
        if (channel?.is_archived) return wrong("The channel is archived: unarchive it, or name another.");
        return channel?.is_member ? FINE : wrong("The bot is not in the channel: /invite @Countersign.");
      }, "There is no such channel, or it is private and the bot was not invited: /invite @Countersign."),
  };
}

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

/** Runs one lookup; `absent` is the text for an ID that Slack does not know. */
async function lookUp(ask: () => Promise<CheckResult>, absent: string): Promise<CheckResult> {
  try {
    return await ask();
  } catch (error) {
    const failure = chatFailure(error);
    if (failure.kind === "refused" && ABSENT_CODES.has(failure.code)) return wrong(absent);
    return { kind: "unknown", error: describeFailure(failure) };
  }
}

async function listGroups(web: WebClient): Promise<Map<string, { enabled: boolean; count: number }>> {
  const { usergroups = [] } = await web.usergroups.list({ include_disabled: true, include_users: true });
  return new Map(
    usergroups.map((each) => [each.id ?? "", { enabled: !each.date_delete, count: each.users?.length ?? 0 }]),
  );
}
