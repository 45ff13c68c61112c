import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "./http-server.ts";

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Returns whether an `Origin` header is a page on this machine. `null` (a sandboxed frame or a file) is not. */
function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
}

/**
 * Rejects browser requests from other websites. `/_control/` parses plain text as JSON, so any website open in a
 * browser on this machine could otherwise post to it without a CORS preflight. Programs send neither header and pass.
 * Source: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export const localOriginsOnly: MiddlewareHandler<HonoEnv> = async (c, next) => {
  const origin = c.req.header("origin");
  if (c.req.header("sec-fetch-site") === "cross-site" || (origin !== undefined && !isLocalOrigin(origin))) {
    return c.json({ error: "only pages on this machine may call this" }, 403);
  }
  await next();
  return;
};
