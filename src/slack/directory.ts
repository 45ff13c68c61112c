import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import type { ChatFailure, Clock, Directory } from "../app/ports.ts";
import type { Person } from "../core/decision.ts";
import { chatFailure, failureWords } from "./failures.ts";
import { makeGroups } from "./groups.ts";
import type { Workspace } from "./identity.ts";

/** How long a person, or a group's members, are remembered when somebody decides, in milliseconds. */
const KEPT_MS = 15_000;
/** Nobody is denied by a list of members older than this. */
const FRESH_MS = 3_000;
/** How old a list of members may be where it only says what to show. */
const SHOWN_MS = 60_000;

/** People and groups in Slack. What is remembered is asked again before anyone is denied by it. */
export function makeDirectory(web: WebClient, workspace: Workspace, clock: Clock): Directory {
  const people = new Map<string, { at: number; person: Person }>();
  const groups = makeGroups(web, clock);
  const isFresh = (kept: { at: number }) => clock.now() - kept.at < KEPT_MS;

  return {
    async person(userId, fresh) {
      const kept = people.get(userId);
      if (kept !== undefined && !fresh && isFresh(kept)) return { kind: "person", person: kept.person };
      try {
        const { user } = await web.users.info({ user: userId });
        if (user === undefined) return { kind: "unknown", error: "the answer names no user" };
        const person = personOf(userId, user, workspace);
        people.set(userId, { at: clock.now(), person });
        return { kind: "person", person };
      } catch (error) {
        return { kind: "unknown", error: failureWords(chatFailure(error)) };
      }
    },

    async isAmong(meant, userId, purpose = "decide") {
      if (meant.users.includes(userId)) return { kind: "member" };
      let failure: ChatFailure | null = null;
      for (const groupId of meant.groups) {
        try {
          const ages = purpose === "decide" ? [KEPT_MS, FRESH_MS] : [SHOWN_MS];
          for (const oldest of ages) {
            if ((await groups.members(groupId, oldest)).has(userId)) return { kind: "member" };
          }
        } catch (error) {
          failure = chatFailure(error);
        }
      }
      if (failure === null) return { kind: "not-member" };
      const error = failureWords(failure);
      return failure.kind === "limited"
        ? { kind: "unknown", error, retryAfterMs: failure.retryAfterMs }
        : { kind: "unknown", error };
    },
  };
}

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/** Source: Slack API, user object. Anyone who is not plainly a member of the home workspace is not one. */
export function personOf(userId: string, user: SlackUser, workspace: Workspace): Person {
  // The real name first: people choose their display name themselves, and this one goes into records.
  const names = [user.profile?.real_name, user.real_name, user.name];
  return {
    id: userId,
    name: names.find((name) => name !== undefined && name.trim() !== "") ?? userId,
    email: user.profile?.email || null,
    teamId: user.team_id ?? "",
    standing: standingOf(user, workspace),
  };
}

function standingOf(user: SlackUser, workspace: Workspace): Person["standing"] {
  if (user.is_bot === true || user.id === "USLACKBOT") return "bot";
  if (user.deleted === true) return "deactivated";
  const enterprise = user.enterprise_user?.enterprise_id;
  const home =
    user.team_id === workspace.teamId || (workspace.enterpriseId !== null && enterprise === workspace.enterpriseId);
  if (!home || user.is_stranger === true) return "external";
  return user.is_restricted === true || user.is_ultra_restricted === true ? "guest" : "member";
}
