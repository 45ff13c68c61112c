import type { Channel } from "../workspace/model.ts";
import { renderChannel, renderChannelInfo } from "../workspace/render-channel.ts";
import { LOCALE } from "../workspace/render-person.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { findReadableChannel } from "./channel-access.ts";
import { type ApiResponse, type Call, isRefusal, type Method, needScope, refuse } from "./method.ts";
import { paginate } from "./pages.ts";
import { findTeam } from "./team-argument.ts";

/** https://docs.slack.dev/reference/methods?family=conversations */
export function conversationMethods(deps: { workspace: Workspace }): Record<string, Method> {
  const { workspace } = deps;
  return {
    "conversations.info": { ...READ, tier: "tier3", run: (call) => info(workspace, call) },
    "conversations.list": { ...READ, tier: "tier2", run: (call) => list(workspace, call) },
    "conversations.members": { ...READ, tier: "tier4", run: (call) => members(workspace, call) },
    "conversations.open": {
      token: "bot",
      scopes: ["im:write"],
      accepts: ["im:write", "mpim:write"],
      tier: "tier3",
      run: (call) => open(workspace, call),
    },
  };
}

/** The scope depends on the kind of channel. */
const READ = {
  token: "bot",
  scopes: [],
  accepts: ["channels:read", "groups:read", "mpim:read", "im:read", "read"],
} as const;

function info(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "read");
  if (isRefusal(channel)) return channel;
  return {
    ok: true,
    channel: {
      ...renderChannelInfo(workspace, channel, app.botUserId),
      ...(flag(args, "include_num_members") ? { num_members: channel.members.length } : {}),
      ...(flag(args, "include_locale") ? { locale: LOCALE } : {}),
    },
  };
}

const TYPES: Record<string, { kind: Channel["kind"] | undefined; scope: string }> = {
  public_channel: { kind: "public", scope: "channels:read" },
  private_channel: { kind: "private", scope: "groups:read" },
  im: { kind: "im", scope: "im:read" },
  mpim: { kind: undefined, scope: "mpim:read" },
};

function list(workspace: Workspace, { app, args }: Call): ApiResponse {
  const team = findTeam(workspace, args);
  if (isRefusal(team)) return team;
  const types = (text(args, "types") ?? "public_channel").split(",").map((each) => TYPES[each.trim()]);
  const known = types.filter((each) => each !== undefined);
  if (known.length < types.length) return refuse("invalid_types");
  const missing = needScope(app, ...known.map((each) => each.scope));
  if (missing !== undefined) return missing;
  const visible = [...workspace.channels.values()].filter(
    (each) =>
      team.id === workspace.team.id &&
      known.some(({ kind }) => kind === each.kind) &&
      (each.kind === "public" || each.members.includes(app.botUserId)) &&
      !(flag(args, "exclude_archived") && each.archived),
  );
  const page = paginate(visible, args, { list: "conversations.list", defaultLimit: 100, maxLimit: 1000 });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    channels: page.items.map((each) => ({
      ...renderChannel(workspace, each, app.botUserId),
      ...(each.kind === "im" ? {} : { num_members: each.members.length }),
    })),
    response_metadata: { next_cursor: page.nextCursor },
  };
}

function members(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "read");
  if (isRefusal(channel)) return channel;
  const page = paginate(channel.members, args, {
    list: `conversations.members ${channel.id}`,
    defaultLimit: 100,
    maxLimit: 1000,
  });
  if (isRefusal(page)) return page;
  return { ok: true, members: page.items, response_metadata: { next_cursor: page.nextCursor } };
}

/** Opens the direct message with one person. Group direct messages are not simulated. */
function open(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channelId = text(args, "channel");
  if (channelId !== undefined) {
    const channel = workspace.channels.get(channelId);
    if (channel?.kind !== "im" || !channel.members.includes(app.botUserId)) return refuse("channel_not_found");
    return { ok: true, no_op: true, already_open: true, channel: { id: channel.id } };
  }
  const users = (text(args, "users") ?? "").split(",").filter((each) => each !== "");
  const [user] = users;
  if (user === undefined) return refuse("users_list_not_supplied");
  if (users.length > 1) return refuse("missing_scope", { needed: "mpim:write", provided: app.scopes.join(",") });
  const person = workspace.people.get(user);
  if (person === undefined) return refuse("user_not_found");
  if (person.deleted) return refuse("user_disabled");
  if (person.isBot) return refuse("cannot_dm_bot");
  const { channel, existed } = workspace.directMessage(app, user);
  return {
    ok: true,
    ...(existed ? { no_op: true, already_open: true } : {}),
    channel: flag(args, "return_im") ? renderChannelInfo(workspace, channel, app.botUserId) : { id: channel.id },
  };
}
