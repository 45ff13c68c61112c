import { Hono } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";
import type { Links } from "../deliver/links.ts";
import { actionError } from "../interact/access.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Changes } from "../workspace/changes.ts";
import type { SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { assignGiven } from "./assign-given.ts";
import { controlRoute } from "./control-route.ts";
import { disconnectBody, limitsBody, scopesBody, settingsBody, tokenBody } from "./request-bodies.ts";

/** What the owner of the app or Slack itself changes: scopes, tokens, rate limits, delivery and connections. */
export function settingsRoutes(deps: {
  workspace: Workspace;
  changes: Changes;
  links: Links;
  limiter: RateLimiter;
  setRequestUrl: (url: string | undefined) => void;
}): Hono<HonoEnv> {
  const { workspace, changes, links, limiter } = deps;
  const routes = new Hono<HonoEnv>();
  const app = (): SlackApp => {
    const [first] = workspace.apps;
    if (first === undefined) throw new Error("the seed has no app");
    return first;
  };
  const changed = (more: object = {}) => {
    changes.announce({ what: "settings" });
    return { ok: true, ...more };
  };

  routes.post(
    "/scopes",
    controlRoute(scopesBody, ({ grant, revoke }) => {
      app().scopes = [...new Set([...app().scopes, ...grant])].filter((each) => !revoke.includes(each));
      return changed({ scopes: app().scopes });
    }),
  );
  routes.post(
    "/token",
    controlRoute(tokenBody, ({ token, state }) => {
      app().tokens[token] = state;
      return changed();
    }),
  );
  routes.post(
    "/limits",
    controlRoute(limitsBody, ({ enabled, perMinute }) => {
      limiter.settings = {
        enabled: enabled ?? limiter.settings.enabled,
        perMinute: perMinute ?? limiter.settings.perMinute,
      };
      return changed({ limits: limiter.settings });
    }),
  );
  routes.post(
    "/settings",
    controlRoute(settingsBody, (body) => {
      const { requestUrl, editWindowClosed, homeEnabled, shouldEscape, commands, ...settings } = body;
      if (requestUrl !== undefined) deps.setRequestUrl(requestUrl ?? undefined);
      assignGiven(app(), { homeEnabled, shouldEscape, commands });
      const newSettings = assignGiven({ ...workspace.settings }, settings);
      if (editWindowClosed !== undefined) newSettings.edits = editWindowClosed ? "edit_window_closed" : "allowed";
      workspace.changeSettings(newSettings);
      return { ok: true, settings: workspace.settings };
    }),
  );
  routes.post(
    "/disconnect",
    controlRoute(disconnectBody, ({ reason, link }) => {
      const selected = links.list(app().id).filter((each) => link === undefined || each.id === link);
      if (selected.length === 0) return actionError("no_connection", "The app has no such connection.");
      for (const each of selected) {
        if (reason === "none") each.socket.terminate();
        else links.disconnect(each, reason);
      }
      return { ok: true, disconnected: selected.map((each) => each.id) };
    }),
  );
  return routes;
}
