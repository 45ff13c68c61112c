import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "./http-server.ts";

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an `Origin` header names a page of this machine. `null`, of a sandboxed frame or a file, does not. */
function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
}

/**
 * Refuses what a browser asks for on behalf of a website elsewhere. `/_control/` takes plain text as JSON, so a website
 * that somebody happens to have open could else post to it without asking first. Programs send neither header and are let
 * through. https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export const localOriginsOnly: MiddlewareHandler<HonoEnv> = async (c, next) => {
  const origin = c.req.header("origin");
  if (c.req.header("sec-fetch-site") === "cross-site" || (origin !== undefined && !isLocalOrigin(origin))) {
    return c.json({ error: "only pages of this machine may do that" }, 403);
  }
  await next();
  return;
};
