import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import { type BaseFault, type Fault, type Faults, faultSchema } from "./faults.ts";
import type { HonoEnv } from "./http-server.ts";
import type { Journal } from "./journal.ts";

/** Ten years at a time, and never past a year that every client can show. */
const MAX_ADVANCE_MS = 3_652 * 86_400_000;
const MAX_TIME = Date.UTC(9999, 11, 31);
const clockSchema = z.strictObject({ advanceMs: z.number().nonnegative().max(MAX_ADVANCE_MS) });

/** What somebody did to the stand-in itself; in `/events` as `control`, so that a page shows it whoever did it. */
interface ControlChange {
  what: "requests" | "faults" | "clock" | "reset";
}

/**
 * The part of `/_control/` that both stand-ins share: the journal, the faults, the clock, reset, and a stream of events.
 * Every answer is JSON; a malformed request is 400 `{error, problems}`.
 */
export function controlRoutes<F extends BaseFault = Fault>(deps: {
  clock: SandboxClock;
  faults: Faults<F>;
  /** The faults that this stand-in understands; absent: the ones that all do. */
  faultSchema?: z.ZodType<F>;
  journal: Journal;
  /** Puts the stand-in back to its seeded beginning. */
  reset: () => void;
  /** Calls the listener with each change of the stand-in's state; they appear in `/events` as `change`. */
  changes?: { subscribe(listener: (change: unknown) => void): () => void };
}): Hono<HonoEnv> {
  const { clock, faults, journal } = deps;
  const schema = deps.faultSchema ?? (faultSchema as unknown as z.ZodType<F>);
  const app = new Hono<HonoEnv>();
  const listeners = new Set<(act: ControlChange) => void>();
  const publish = (what: ControlChange["what"]) => {
    for (const listener of listeners) listener({ what });
  };

  app.get("/requests", (c) => {
    const operation = c.req.query("operation");
    const since = Number(c.req.query("since") ?? 0);
    const without = (c.req.query("without") ?? "").split(",").filter((each) => each !== ""); // beginnings of names
    const requests = journal
      .list({ ...(operation ? { operation } : {}), since })
      .filter((entry) => !without.some((each) => entry.operation.startsWith(each)));
    const last = Number(c.req.query("last") ?? requests.length); // the newest so many
    return c.json({ requests: requests.slice(Math.max(0, requests.length - last)) });
  });
  app.delete("/requests", (c) => {
    journal.clear();
    publish("requests");
    return c.json({ ok: true });
  });

  app.get("/faults", (c) => c.json({ faults: faults.list() }));
  app.post("/faults", async (c) => {
    const parsed = schema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a fault", problems: z.treeifyError(parsed.error) }, 400);
    faults.add(parsed.data);
    publish("faults");
    return c.json({ ok: true, faults: faults.list() });
  });
  app.delete("/faults", (c) => {
    faults.clear({ operation: c.req.query("operation"), kind: c.req.query("kind") });
    publish("faults");
    return c.json({ ok: true });
  });

  app.get("/clock", (c) => c.json({ now: clock.now() }));
  app.post("/clock", async (c) => {
    const parsed = clockSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "expected {advanceMs}", problems: z.treeifyError(parsed.error) }, 400);
    if (clock.now() + parsed.data.advanceMs > MAX_TIME) return c.json({ error: "the clock ends with 9999" }, 400);
    clock.advance(parsed.data.advanceMs);
    publish("clock");
    return c.json({ now: clock.now() });
  });

  app.post("/reset", (c) => {
    deps.reset();
    faults.clear();
    journal.clear();
    publish("reset");
    return c.json({ ok: true });
  });

  app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      const stop = journal.subscribe((entry) => {
        void stream.writeSSE({ event: "request", id: String(entry.seq), data: JSON.stringify(entry) });
      });
      const quiet = deps.changes?.subscribe((change) => {
        void stream.writeSSE({ event: "change", data: JSON.stringify(change) });
      });
      const acted = (act: ControlChange) => void stream.writeSSE({ event: "control", data: JSON.stringify(act) });
      listeners.add(acted);
      await stream.writeSSE({ event: "hello", data: JSON.stringify({ now: clock.now() }) });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      stop();
      quiet?.();
      listeners.delete(acted);
    }),
  );
  return app;
}
