import type { Context } from "hono";
import { z } from "zod";
import type { HonoEnv } from "../../wire/http-server.ts";
import { parseJson } from "../json.ts";

/**
 * Makes a control route: validates the body (400 if it is malformed or nested too deep), runs `act`, and returns 409
 * `{ok: false, error, why}` for an action that Slack would not allow.
 */
export function controlRoute<S extends z.ZodType>(
  schema: S,
  act: (body: z.output<S>) => object | Promise<object>,
): (c: Context<HonoEnv>) => Promise<Response> {
  return async (c) => {
    const parsed = schema.safeParse(parseJson(await c.req.text())?.value);
    if (!parsed.success) {
      return c.json({ ok: false, error: "malformed", problems: z.treeifyError(parsed.error) }, 400);
    }
    const reply = await act(parsed.data);
    return c.json(reply, "ok" in reply && reply.ok === false ? 409 : 200);
  };
}
