import type { Channel, Json } from "./model.ts";
import { renderMessage } from "./render-message.ts";
import type { Workspace } from "./workspace.ts";

/** Renders a channel as conversations.info does: like conversations.list, and with the state of `viewer`. */
export function renderChannelInfo(workspace: Workspace, channel: Channel, viewer: string): Json {
  const shown = channel.messages.filter((each) => each.onlyFor === undefined);
  const latest = shown.at(-1);
  const common = { ...renderChannel(workspace, channel, viewer), last_read: "0000000000.000000" };
  if (channel.kind !== "im") {
    return { ...common, is_read_only: channel.restricted, is_thread_only: false, is_non_threadable: false };
  }
  return {
    ...common,
    ...(latest === undefined ? {} : { latest: renderMessage(workspace, latest) }),
    unread_count: 0,
    unread_count_display: 0,
    is_open: true,
  };
}

/** Renders a channel in Slack's format, as `viewer` (the bot user of an app) sees it. */
export function renderChannel(workspace: Workspace, channel: Channel, viewer: string): Json {
  const common = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.archived,
    is_org_shared: false,
    context_team_id: workspace.team.id,
    updated: channel.created * 1000,
  };
  if (channel.kind === "im") {
    return { ...common, is_im: true, user: channel.imUser, is_user_deleted: false, priority: 0 };
  }
  const text = (value: string) => ({ value, creator: value === "" ? "" : channel.creator, last_set: 0 });
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === "public",
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === "private",
    is_general: false,
    is_frozen: false,
    is_moved: 0,
    unlinked: 0,
    is_shared: channel.extShared,
    is_ext_shared: channel.extShared,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    parent_conversation: null,
    creator: channel.creator,
    ...renderTeams(workspace, channel),
    is_member: channel.members.includes(viewer),
    topic: text(channel.topic),
    purpose: text(""),
    properties: {
      ...(channel.restricted ? { posting_restricted_to: { type: ["admin"], user: [] } } : {}),
      tabs: [{ id: "files", label: "", type: "files" }],
    },
    previous_names: [],
  };
}

/** The workspaces whose people read the channel. A channel of Slack Connect has no internal ones. */
function renderTeams({ team, otherTeams }: Workspace, { extShared }: Channel): Json {
  if (!extShared) return { shared_team_ids: [team.id], internal_team_ids: [team.id] };
  const all = [team.id, ...otherTeams.map((each) => each.id)];
  return {
    shared_team_ids: all,
    internal_team_ids: [],
    connected_team_ids: all,
    connected_limited_team_ids: [],
    conversation_host_id: team.id,
  };
}
