import type { Group, Json } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { type ApiResponse, type Call, isRefusal, type Method, refuse } from "./method.ts";
import { findTeam } from "./team-argument.ts";

/** https://docs.slack.dev/reference/methods?family=usergroups */
export function usergroupMethods(deps: { workspace: Workspace }): Record<string, Method> {
  const { workspace } = deps;
  return {
    "usergroups.list": {
      token: "bot",
      scopes: ["usergroups:read"],
      tier: "tier2",
      run: (call) => list(workspace, call),
    },
    "usergroups.users.list": {
      token: "bot",
      scopes: ["usergroups:read"],
      tier: "tier2",
      run: (call) => users(workspace, call),
    },
  };
}

/** Deactivated people are members of no group. */
const activeMembers = (workspace: Workspace, group: Group): string[] =>
  group.users.filter((id) => workspace.people.get(id)?.deleted === false);

function list(workspace: Workspace, { args }: Call): ApiResponse {
  const team = findTeam(workspace, args);
  if (isRefusal(team)) return team;
  const shown = [...workspace.groups.values()].filter(
    (each) => team.id === workspace.team.id && (!each.disabled || flag(args, "include_disabled")),
  );
  return {
    ok: true,
    usergroups: shown.map((each) => ({
      ...render(workspace, each),
      ...(flag(args, "include_count") ? { user_count: activeMembers(workspace, each).length, channel_count: 0 } : {}),
      ...(flag(args, "include_users") ? { users: activeMembers(workspace, each) } : {}),
    })),
  };
}

function render(workspace: Workspace, group: Group): Json {
  return {
    id: group.id,
    team_id: workspace.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: "",
    handle: group.handle,
    is_external: false,
    is_section: false,
    is_visible: true,
    is_idp_group: false,
    is_membership_locked: false,
    date_create: 1_700_000_000,
    date_update: 1_700_000_000,
    date_delete: group.disabled ? 1_710_000_000 : 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: "U0ADMIN",
    updated_by: "U0ADMIN",
    deleted_by: group.disabled ? "U0ADMIN" : null,
    prefs: { channels: [], groups: [] },
  };
}

function users(workspace: Workspace, { args }: Call): ApiResponse {
  const team = findTeam(workspace, args);
  const group = workspace.groups.get(text(args, "usergroup") ?? "");
  // The groups belong to one workspace. The method's reference has no error for an app without a workspace.
  if (group === undefined || isRefusal(team) || team.id !== workspace.team.id) return refuse("no_such_subteam");
  if (group.disabled && !flag(args, "include_disabled")) return refuse("no_such_subteam");
  return { ok: true, users: activeMembers(workspace, group) };
}
