import type { Team } from "../workspace/model.ts";
import { hasApp, ORGANIZATION, SISTER_TEAM } from "../workspace/organization.ts";
import { renderPerson } from "../workspace/render-person.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { type ApiResponse, type Call, isRefusal, type Method, refuse } from "./method.ts";
import { paginate } from "./pages.ts";
import { findTeam } from "./team-argument.ts";

/** https://docs.slack.dev/reference/methods?family=users */
export function userMethods(deps: { workspace: Workspace; clock: { now(): number } }): Record<string, Method> {
  const { workspace, clock } = deps;
  return {
    "users.info": { token: "bot", scopes: ["users:read"], tier: "tier4", run: (call) => info(workspace, call) },
    "users.list": { token: "bot", scopes: ["users:read"], tier: "tier2", run: (call) => list(workspace, clock, call) },
    "users.lookupByEmail": {
      token: "bot",
      // Slack grants users:read.email only together with users:read.
      scopes: ["users:read", "users:read.email"],
      accepts: ["users:read.email"],
      tier: "tier3",
      run: (call) => lookupByEmail(workspace, call),
    },
    "bots.info": { token: "bot", scopes: ["users:read"], tier: "tier3", run: (call) => botInfo(workspace, call) },
  };
}

function info(workspace: Workspace, { app, args }: Call): ApiResponse {
  const person = workspace.people.get(text(args, "user") ?? "");
  if (person === undefined) return refuse("user_not_found");
  return { ok: true, user: renderPerson(workspace, app, person, flag(args, "include_locale")) };
}

function list(workspace: Workspace, clock: { now(): number }, { app, args }: Call): ApiResponse {
  const team = findTeam(workspace, args);
  if (isRefusal(team)) return team;
  const page = paginate(listPeople(workspace, team), args, {
    list: "users.list",
    defaultLimit: 1000,
    maxLimit: 1000,
    badLimit: "nearest",
  });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    members: page.items.map((each) => renderPerson(workspace, app, each, flag(args, "include_locale"))),
    cache_ts: Math.floor(clock.now() / 1000),
    response_metadata: { next_cursor: page.nextCursor },
  };
}

/** People of Slack Connect are in the list of the workspace that they share a channel with. */
const listPeople = (workspace: Workspace, team: Team) =>
  [...workspace.people.values()].filter((each) =>
    team.id === workspace.team.id ? each.teamId !== SISTER_TEAM.id : each.teamId === team.id,
  );

/** Finds active people of this workspace, or of the organization in which the app is installed; all others are `users_not_found`. */
function lookupByEmail(workspace: Workspace, { app, args }: Call): ApiResponse {
  const email = text(args, "email")?.toLowerCase();
  const person = [...workspace.people.values()].find(
    (each) => each.email?.toLowerCase() === email && !each.deleted && hasApp(workspace, each),
  );
  if (email === undefined || person === undefined) return refuse("users_not_found");
  return { ok: true, user: renderPerson(workspace, app, person) };
}

function botInfo(workspace: Workspace, { app, args }: Call): ApiResponse {
  // An app in an organization must name a workspace or the organization.
  if (text(args, "team_id") !== ORGANIZATION.id && isRefusal(findTeam(workspace, args)))
    return refuse("missing_argument");
  const id = text(args, "bot") ?? app.botId;
  const found = workspace.apps.find((each) => each.botId === id);
  if (found === undefined) return refuse("bot_not_found");
  const { botId, name, botUserId } = found;
  return {
    ok: true,
    bot: { id: botId, deleted: false, name, updated: 0, app_id: found.id, user_id: botUserId, icons: {} },
  };
}
