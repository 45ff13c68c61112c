import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";

/**
 * Refuses requests that a browser makes for another page: a website that somebody happens to have open could else kill the
 * bot. Programs send no such header and are let through. https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export const ownPageOnly: MiddlewareHandler<HonoEnv> = async (c, next) => {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return c.json({ error: "only the sandbox's own page may do that" }, 403);
  }
  await next();
  return;
};
