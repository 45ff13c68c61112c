import type { Links } from "../deliver/links.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Channel, Json } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import { renderView } from "../workspace/render-view.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Returns everything that a page needs to show the workspace to any of its people. */
export function readState(deps: {
  workspace: Workspace;
  links: Links;
  limiter: RateLimiter;
  clock: { now(): number };
  requestUrl: () => string | undefined;
}): Json {
  const { workspace } = deps;
  const [app] = workspace.apps;
  return {
    now: deps.clock.now(),
    team: workspace.team,
    otherTeams: workspace.otherTeams,
    app: app && {
      id: app.id,
      name: app.name,
      botId: app.botId,
      botUserId: app.botUserId,
      scopes: app.scopes,
      commands: app.commands,
      tokens: app.tokens,
      homeEnabled: app.homeEnabled,
      shouldEscape: app.shouldEscape,
    },
    people: [...workspace.people.values()],
    groups: [...workspace.groups.values()],
    channels: [...workspace.channels.values()].map((each) => renderChannelState(workspace, each)),
    modals: Object.fromEntries(
      [...workspace.modals].map(([user, stack]) => [user, stack.map((view) => renderView(workspace, view))]),
    ),
    homes: Object.fromEntries(
      [...workspace.homes.values()]
        .filter((view) => view.appId === app?.id)
        .map((view) => [view.user, renderView(workspace, view)]),
    ),
    notices: workspace.notices,
    delivery: {
      requestUrl: deps.requestUrl() ?? null,
      links: app === undefined ? [] : deps.links.list(app.id).map(({ id, waiting }) => ({ id, waiting: waiting.size })),
    },
    limits: deps.limiter.settings,
    settings: workspace.settings,
  };
}

/** Converts a channel with its messages after a ts. `onlyFor` is the person who sees an ephemeral message. */
export function renderChannelState(workspace: Workspace, channel: Channel, after = ""): Json {
  const { messages, ...rest } = channel;
  const shown = after === "" ? messages : messages.filter(({ ts }) => Number(ts) > Number(after));
  return {
    ...rest,
    messages: shown.map((message) => ({
      ...renderMessage(workspace, message, { metadata: true, channel }),
      ...(message.onlyFor === undefined ? {} : { onlyFor: message.onlyFor, is_ephemeral: true }),
    })),
  };
}
