import { Hono } from "hono";
import { z } from "zod";
import type { BotSupervisor } from "../../bot-supervisor.ts";
import type { HonoEnv } from "../../wire/http-server.ts";

const body = z.strictObject({ action: z.enum(["start", "stop", "kill", "restart"]) });

/** `/_control/bot` starts, stops and kills the bot's process. Every reply is its status. */
export function botRoutes(bot: () => BotSupervisor): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.get("/", (c) => c.json(bot().status()));
  app.post("/", async (c) => {
    const parsed = body.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "expected {action}", problems: z.treeifyError(parsed.error) }, 400);
    switch (parsed.data.action) {
      case "start":
        bot().start();
        break;
      case "stop":
        await bot().stop();
        break;
      case "kill":
        await bot().kill();
        break;
      case "restart":
        await bot().stop();
        bot().start();
        break;
      default:
        throw new Error(`no such action: ${parsed.data.action satisfies never}`);
    }
    return c.json(bot().status());
  });
  return app;
}
