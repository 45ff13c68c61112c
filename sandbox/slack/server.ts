import { Hono } from "hono";
import { makeSandboxClock, type SandboxClock } from "../wire/clock.ts";
import { controlRoutes } from "../wire/control-routes.ts";
import { makeFaults } from "../wire/faults.ts";
import { type HonoEnv, listen } from "../wire/http-server.ts";
import { type Journal, makeJournal } from "../wire/journal.ts";
import { localOriginsOnly } from "../wire/local-origins-only.ts";
import { makeSessionTimers } from "../wire/session-timers.ts";
import { apiRoutes } from "./api/dispatch.ts";
import { makeMethods } from "./api/methods.ts";
import { readState, renderChannelState } from "./control/read-state.ts";
import { settingsRoutes } from "./control/settings-routes.ts";
import { userActionRoutes } from "./control/user-action-routes.ts";
import { workspaceRoutes } from "./control/workspace-routes.ts";
import { makeDeliver } from "./deliver/deliver.ts";
import { serveLinks } from "./deliver/link-server.ts";
import { makeLinks } from "./deliver/links.ts";
import { responseRoutes } from "./interact/response-routes.ts";
import { makeResponseUrls } from "./interact/response-urls.ts";
import { makeTriggers } from "./interact/triggers.ts";
import { makeRateLimiter } from "./limits/rate-limiter.ts";
import { placeholderPage } from "./placeholder-page.ts";
import { APP_TOKEN, BOT_TOKEN, seedWorkspace } from "./seed.ts";
import { type SlackFault, slackFaultSchema } from "./slack-faults.ts";
import { makeChanges } from "./workspace/changes.ts";
import { type WorkspaceSettings, workspaceSettingsSchema } from "./workspace/settings.ts";
import { makeWorkspace } from "./workspace/workspace.ts";

export interface SlackSandboxOptions {
  /** 0 (the default) selects a free port. */
  port?: number;
  /** The clock to share with other stand-ins; default: a new one. */
  clock?: SandboxClock;
  /** The URL for signed interactions, commands and events; default: Socket Mode. */
  requestUrl?: string;
  /** The time in the signatures of HTTP deliveries; default: the machine's. For a receiver that has another clock. */
  signedAt?: () => number;
  /** Whether rate limits apply (default: true). `/_control/limits` can change it later. */
  rateLimits?: boolean;
  /** The initial settings of the workspace that differ from the defaults. */
  settings?: Partial<WorkspaceSettings>;
  /** The routes at `/`; default: a list of the addresses. */
  page?: Hono<HonoEnv>;
}

export interface SlackSandbox {
  /** For instance `http://127.0.0.1:3000`; the Web API is at `${url}/api/`. */
  url: string;
  port: number;
  clock: SandboxClock;
  journal: Journal;
  close(): Promise<void>;
}

/** Starts the Slack stand-in on the loopback address. Rejects if the port is in use. */
export async function startSlackSandbox(options: SlackSandboxOptions = {}): Promise<SlackSandbox> {
  const clock = options.clock ?? makeSandboxClock();
  const changes = makeChanges();
  const settings = workspaceSettingsSchema.parse(options.settings ?? {});
  const workspace = makeWorkspace({ clock, changes, seed: seedWorkspace, settings });
  const journal = makeJournal(clock);
  const faults = makeFaults<SlackFault>();
  const limiter = makeRateLimiter(clock);
  const triggers = makeTriggers(clock);
  const responseUrls = makeResponseUrls(clock);
  const timers = makeSessionTimers(clock);
  const links = makeLinks({ clock: timers, changes });
  let url = "";
  let requestUrl = options.requestUrl;
  limiter.settings.enabled = options.rateLimits ?? true;

  const baseUrl = () => url;
  const deliver = makeDeliver({
    links,
    clock: timers,
    faults,
    journal,
    requestUrl: () => requestUrl,
    signedAt: options.signedAt,
  });
  const linkAddress = (app: Parameters<typeof links.issueTicket>[0]) =>
    requestUrl === undefined
      ? `${url.replace(/^http/, "ws")}/link/?ticket=${links.issueTicket(app)}&app_id=${app.id}`
      : undefined;
  const setRequestUrl = (newUrl: string | undefined) => {
    requestUrl = newUrl;
    if (newUrl !== undefined) links.disable();
  };
  const methods = makeMethods({ workspace, changes, triggers, clock, linkAddress });

  const reset = () => {
    workspace.reset();
    triggers.clear();
    responseUrls.clear();
    limiter.reset();
    limiter.settings.enabled = options.rateLimits ?? true;
    setRequestUrl(options.requestUrl);
    timers.endSession(); // Last, so that callers that wait for the old workspace fail when the new one is ready.
  };

  const app = new Hono<HonoEnv>();
  app.use(async (_, next) => {
    workspace.removeExpired();
    await next();
  });
  app.route("/api", apiRoutes({ workspace, methods, limiter, faults, journal, clock: timers }));
  app.route("/", responseRoutes({ workspace, changes, responseUrls, faults, journal, clock: timers }));
  app.use("/_control/*", localOriginsOnly);
  app.get("/_control/state", (c) =>
    c.json(readState({ workspace, links, limiter, clock, requestUrl: () => requestUrl })),
  );
  app.get("/_control/channels/:id", (c) => {
    const channel = workspace.channels.get(c.req.param("id"));
    return channel === undefined
      ? c.json({ ok: false, error: "channel_not_found" }, 404)
      : c.json(renderChannelState(workspace, channel, c.req.query("after")));
  });
  app.route("/_control", controlRoutes({ clock, faults, faultSchema: slackFaultSchema, journal, reset, changes }));
  app.route("/_control", userActionRoutes({ workspace, changes, clock, triggers, responseUrls, deliver, baseUrl }));
  app.route("/_control", workspaceRoutes({ workspace, changes, clock }));
  app.route("/_control", settingsRoutes({ workspace, changes, links, limiter, setRequestUrl }));
  if (options.page !== undefined) app.route("/", options.page);
  else app.get("/", (c) => c.html(placeholderPage({ url, botToken: BOT_TOKEN, appToken: APP_TOKEN })));

  const running = await listen(app, options.port ?? 0);
  url = running.url;
  const endLinks = serveLinks({ server: running.server, links, faults, clock: timers });
  return {
    url,
    port: running.port,
    clock,
    journal,
    async close() {
      timers.endSession();
      await endLinks();
      await running.close();
      if (options.clock === undefined) clock.close();
    },
  };
}
