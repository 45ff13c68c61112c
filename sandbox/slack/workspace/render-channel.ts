import type { Channel, Json } from "./model.ts";
import type { Workspace } from "./workspace.ts";

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
    unlinked: 0,
    is_shared: channel.extShared,
    is_ext_shared: channel.extShared,
    is_pending_ext_shared: false,
    pending_shared: [],
    parent_conversation: null,
    creator: channel.creator,
    shared_team_ids: [workspace.team.id, ...(channel.extShared ? workspace.otherTeams.map((each) => each.id) : [])],
    is_member: channel.members.includes(viewer),
    topic: text(channel.topic),
    purpose: text(""),
    previous_names: [],
  };
}
