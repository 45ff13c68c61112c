import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";

/**
 * Rejects requests that a browser sends for another page: otherwise any open website could kill the bot. Programs send no
 * such header and are accepted. https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export const ownPageOnly: MiddlewareHandler<HonoEnv> = async (c, next) => {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return c.json({ error: "only the sandbox's own page may call this" }, 403);
  }
  await next();
  return;
};
