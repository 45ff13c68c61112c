import type { Json, View } from "./model.ts";
import { isOrgInstall, ORGANIZATION } from "./organization.ts";
import type { Workspace } from "./workspace.ts";

/** Renders a view in Slack's format. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function renderView(workspace: Pick<Workspace, "team" | "apps" | "settings">, view: View): Json {
  const { payload } = view;
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: payload.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    state: { values: view.values },
    hash: view.hash,
    ...(view.type === "modal" ? { title: withEmoji(payload.title) } : {}),
    clear_on_close: payload.clear_on_close === true,
    notify_on_close: payload.notify_on_close === true,
    close: withEmoji(payload.close),
    submit: withEmoji(payload.submit),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: view.appId,
    external_id: view.externalId,
    app_installed_team_id: isOrgInstall(workspace) ? ORGANIZATION.id : workspace.team.id,
    bot_id: workspace.apps.find((each) => each.id === view.appId)?.botId ?? "",
  };
}

const withEmoji = (text: unknown): unknown =>
  text === undefined || text === null ? null : { ...(text as Json), emoji: (text as Json).emoji ?? true };
