import type { Context } from "hono";
import { z } from "zod";
import type { HonoEnv } from "../../wire/http-server.ts";
import { parseJson } from "../json.ts";

/**
 * A control route: checks the body (400 when it is malformed, or nested too deep), does it, and answers 409 `{ok: false, error, why}` for what
 * no person could do.
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
    const answer = await act(parsed.data);
    return c.json(answer, "ok" in answer && answer.ok === false ? 409 : 200);
  };
}
