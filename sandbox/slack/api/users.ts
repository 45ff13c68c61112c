import { renderPerson } from "../workspace/render-person.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { text } from "./arguments.ts";
import { type ApiResponse, type Call, isRefusal, type Method, refuse } from "./method.ts";
import { paginate } from "./pages.ts";

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
      tier: "tier3",
      run: (call) => lookupByEmail(workspace, call),
    },
    "bots.info": { token: "bot", scopes: ["users:read"], tier: "tier3", run: (call) => botInfo(workspace, call) },
  };
}

function info(workspace: Workspace, { app, args }: Call): ApiResponse {
  const person = workspace.people.get(text(args, "user") ?? "");
  return person === undefined ? refuse("user_not_found") : { ok: true, user: renderPerson(workspace, app, person) };
}

function list(workspace: Workspace, clock: { now(): number }, { app, args }: Call): ApiResponse {
  const page = paginate([...workspace.people.values()], args, {
    list: "users.list",
    defaultLimit: 1000,
    maxLimit: 1000,
  });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    members: page.items.map((each) => renderPerson(workspace, app, each)),
    cache_ts: Math.floor(clock.now() / 1000),
    response_metadata: { next_cursor: page.nextCursor },
  };
}

/** Finds active people of this workspace; all others are `users_not_found`. */
function lookupByEmail(workspace: Workspace, { app, args }: Call): ApiResponse {
  const email = text(args, "email")?.toLowerCase();
  const person = [...workspace.people.values()].find(
    (each) => each.email?.toLowerCase() === email && !each.deleted && each.teamId === workspace.team.id,
  );
  if (email === undefined || person === undefined) return refuse("users_not_found");
  return { ok: true, user: renderPerson(workspace, app, person) };
}

function botInfo(workspace: Workspace, { app, args }: Call): ApiResponse {
  const id = text(args, "bot") ?? app.botId;
  const found = workspace.apps.find((each) => each.botId === id);
  if (found === undefined) return refuse("bot_not_found");
  const { botId, name, botUserId } = found;
  return {
    ok: true,
    bot: { id: botId, deleted: false, name, updated: 0, app_id: found.id, user_id: botUserId, icons: {} },
  };
}
