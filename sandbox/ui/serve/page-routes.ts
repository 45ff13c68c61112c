import { Hono } from "hono";
import type { BotSupervisor } from "../../bot-supervisor.ts";
import type { HonoEnv } from "../../wire/http-server.ts";
import { botRoutes } from "./bot-routes.ts";
import type { PageFile } from "./bundled-page.ts";
import { liveRoute } from "./live-route.ts";
import { ownPageOnly } from "./own-page-only.ts";

/**
 * The page loads nothing from other origins and sends nothing to them: it displays text of runbook authors, and no script,
 * image or address in that text may have an effect.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Serves the page at `/` of the Slack stand-in, and what it needs besides `/_control/`: the AWS stand-in's `/_control/`
 * under `/aws/`, so that the browser uses one origin only; one event stream of both stand-ins; and the bot's process.
 */
export function pageRoutes(deps: {
  files: Map<string, PageFile>;
  slackUrl: () => string;
  awsUrl: string;
  bot: () => BotSupervisor;
}): Hono<HonoEnv> {
  const { files, slackUrl, awsUrl, bot } = deps;
  const app = new Hono<HonoEnv>();

  app.use("/aws/*", ownPageOnly);
  app.use("/_control/bot", ownPageOnly);

  app.get("/_control/addresses", (c) => {
    const { port } = new URL(awsUrl);
    return c.json({ aws: `http://localhost:${port}` });
  });
  app.route("/_control/bot", botRoutes(bot));
  app.get("/live", liveRoute({ slackUrl, awsUrl, bot }));

  app.all("/aws/_control/*", async (c) => {
    const { pathname, search } = new URL(c.req.url);
    const { method } = c.req;
    const body = method === "GET" ? null : await c.req.text();
    const answer = await fetch(`${awsUrl}${pathname.slice("/aws".length)}${search}`, { method, body });
    return c.body(await answer.text(), answer.status as 200, { "content-type": "application/json" });
  });

  app.get("/*", (c) => {
    const file = files.get(c.req.path === "/" ? "index.html" : c.req.path.slice(1));
    if (file === undefined) return c.notFound();
    // Asset names contain a hash of their content; the page itself must be revalidated.
    const hashed = c.req.path.startsWith("/assets/");
    return c.body(file.body, 200, {
      "content-type": file.type,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
  return app;
}
