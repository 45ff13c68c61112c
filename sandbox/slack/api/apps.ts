import { isObject, type Problem } from "../blocks/check.ts";
import { validateBlocks, validateView } from "../blocks/validate.ts";
import type { SlackApp } from "../workspace/model.ts";
import { findOrganization, installedTeams, isOrgInstall } from "../workspace/organization.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { json, text } from "./arguments.ts";
import { type ApiResponse, type Call, invalidArguments, isRefusal, type Method, needScope, refuse } from "./method.ts";
import { paginate } from "./pages.ts";

interface Deps {
  workspace: Workspace;
  /** A new single-use address for a Socket Mode connection; undefined if the app uses request URLs instead. */
  linkAddress: (app: SlackApp) => string | undefined;
}

/** Methods about the app itself, and the two methods without a token. */
export function appMethods(deps: Deps): Record<string, Method> {
  return {
    "auth.test": { token: "bot", scopes: [], tier: "hundreds", run: (call) => authTest(deps.workspace, call) },
    "auth.teams.list": { token: "bot", scopes: [], tier: "tier2", run: (call) => listTeams(deps.workspace, call) },
    "apps.connections.open": {
      token: "app",
      scopes: [],
      accepts: APP_TOKEN_SCOPES,
      tier: "connections",
      headerOnly: true,
      run: ({ app }) => openConnection(deps, app),
    },
    "api.test": { token: "none", scopes: [], tier: "tier4", run: apiTest },
    "blocks.validate": { token: "none", scopes: [], tier: "hundreds", run: validate },
  };
}

/** https://docs.slack.dev/reference/methods/apps.connections.open */
function openConnection(deps: Deps, app: SlackApp): ApiResponse {
  const url = deps.linkAddress(app);
  return url === undefined ? refuse("socket_mode_disabled") : { ok: true, url };
}

/** https://docs.slack.dev/reference/methods/auth.test */
function authTest(workspace: Workspace, { app }: Call): ApiResponse {
  const { team } = workspace;
  const organization = findOrganization(workspace);
  const isOrg = isOrgInstall(workspace);
  return {
    ok: true,
    url: `https://${team.domain}.slack.com/`,
    team: isOrg ? organization?.name : team.name,
    user: app.name.toLowerCase().replaceAll(" ", ""),
    team_id: isOrg ? null : team.id,
    user_id: app.botUserId,
    bot_id: app.botId,
    ...(organization === undefined ? {} : { enterprise_id: organization.id }),
    is_enterprise_install: isOrg,
  };
}

/** Lists the workspaces in which the app is installed. https://docs.slack.dev/reference/methods/auth.teams.list */
function listTeams(workspace: Workspace, { args }: Call): ApiResponse {
  const page = paginate(installedTeams(workspace), args, {
    list: "auth.teams.list",
    defaultLimit: 100,
    maxLimit: 1000,
  });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    teams: page.items.map(({ id, name }) => ({ id, name })),
    response_metadata: { next_cursor: page.nextCursor },
  };
}

function apiTest({ args }: Call): ApiResponse {
  const error = text(args, "error");
  return error === undefined ? { ok: true, args } : refuse(error, { args });
}

/** https://docs.slack.dev/reference/methods/blocks.validate: takes exactly one of blocks, message and view. */
function validate({ args }: Call): ApiResponse {
  const given = ["blocks", "message", "view"].filter((name) => args[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    return invalidArguments("must provide exactly one of `blocks`, `view`, or `message`");
  }
  const read = json(args, name);
  if ("bad" in read)
    return refuse(`invalid_${name}`, { errors: [toErrorItem({ pointer: "", message: "must provide valid JSON" })] });
  const problems = validateArgument(name, read.value);
  return problems.length === 0 ? { ok: true } : refuse(`invalid_${name}`, { errors: problems.map(toErrorItem) });
}

function validateArgument(name: string, value: unknown): Problem[] {
  if (name === "blocks") return validateBlocks(value, "message", "");
  if (name === "view") return validateView(value, "");
  if (!isObject(value)) return [{ pointer: "", message: "must provide an object" }];
  return value.blocks === undefined ? [] : validateBlocks(value.blocks, "message", "/blocks");
}

function toErrorItem({ pointer, message, constraint }: Problem) {
  const field = /^(?:missing required field|invalid additional property): (.+)$/.exec(message)?.[1];
  return {
    code: "failed_constraint",
    message,
    pointer,
    ...(constraint === undefined ? {} : { constraint }),
    ...(field === undefined ? {} : { field }),
  };
}

/** The scopes of the app-level token, which was created with `connections:write`. */
export const APP_TOKEN_SCOPES = ["connections:write"];

/** Returns a refusal if the app lacks a scope of the method. */
export const checkScopes = (app: SlackApp, method: Method) => needScope(app, ...method.scopes);
