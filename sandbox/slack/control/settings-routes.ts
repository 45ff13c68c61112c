import { Hono } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";
import type { Links } from "../deliver/links.ts";
import { actionError } from "../interact/access.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Changes } from "../workspace/changes.ts";
import type { SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { controlRoute } from "./control-route.ts";
import { disconnectBody, limitsBody, scopesBody, settingsBody, tokenBody } from "./request-bodies.ts";

/** What the app's owner and Slack itself change: scopes, tokens, limits, where deliveries go, connections. */
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
    if (first === undefined) throw new Error("The seed has no app.");
    return first;
  };
  const done = (more: object = {}) => {
    changes.announce({ what: "settings" });
    return { ok: true, ...more };
  };

  routes.post(
    "/scopes",
    controlRoute(scopesBody, ({ grant, revoke }) => {
      app().scopes = [...new Set([...app().scopes, ...grant])].filter((each) => !revoke.includes(each));
      return done({ scopes: app().scopes });
    }),
  );
  routes.post(
    "/token",
    controlRoute(tokenBody, ({ token, state }) => {
      app().tokens[token] = state;
      return done();
    }),
  );
  routes.post(
    "/limits",
    controlRoute(limitsBody, ({ enabled, perMinute }) => {
      limiter.settings = {
        enabled: enabled ?? limiter.settings.enabled,
        perMinute: perMinute ?? limiter.settings.perMinute,
      };
      return done({ limits: limiter.settings });
    }),
  );
  routes.post(
    "/settings",
    controlRoute(settingsBody, ({ requestUrl, editWindowClosed, ...ofApp }) => {
      if (requestUrl !== undefined) deps.setRequestUrl(requestUrl ?? undefined);
      if (editWindowClosed !== undefined) workspace.editWindowClosed = editWindowClosed;
      Object.assign(app(), Object.fromEntries(Object.entries(ofApp).filter(([, value]) => value !== undefined)));
      return done();
    }),
  );
  routes.post(
    "/disconnect",
    controlRoute(disconnectBody, ({ reason, link }) => {
      const chosen = links.list(app().id).filter((each) => link === undefined || each.id === link);
      if (chosen.length === 0) return actionError("no_connection", "The app has no such connection.");
      for (const each of chosen) {
        if (reason === "none") each.socket.terminate();
        else links.disconnect(each, reason);
      }
      return { ok: true, disconnected: chosen.map((each) => each.id) };
    }),
  );
  return routes;
}
