import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import { type BaseFault, type Fault, type Faults, faultSchema } from "./faults.ts";
import type { HonoEnv } from "./http-server.ts";
import type { Journal } from "./journal.ts";

/** At most ten years per request, and never past 9999, the last year that every client can display. */
const MAX_ADVANCE_MS = 3_652 * 86_400_000;
const MAX_TIME = Date.UTC(9999, 11, 31);
const clockSchema = z.strictObject({ advanceMs: z.number().nonnegative().max(MAX_ADVANCE_MS) });

/** A change made through these routes. `/events` reports it as `control`, so that every open page shows it. */
interface ControlChange {
  what: "requests" | "faults" | "clock" | "reset";
}

/**
 * Makes the routes of `/_control/` that both stand-ins share: journal, faults, clock, reset, and a stream of events.
 * Every reply is JSON. A malformed request gets 400 `{error, problems}`.
 */
export function controlRoutes<F extends BaseFault = Fault>(deps: {
  clock: SandboxClock;
  faults: Faults<F>;
  /** Schema of the faults that this stand-in supports. Default: the faults that both support. */
  faultSchema?: z.ZodType<F>;
  journal: Journal;
  /** Restores the seeded state of the stand-in. */
  reset: () => void;
  /** Calls the listener with each change of the stand-in's state. `/events` reports it as `change`. */
  changes?: { subscribe(listener: (change: unknown) => void): () => void };
}): Hono<HonoEnv> {
  const { clock, faults, journal } = deps;
  const schema = deps.faultSchema ?? (faultSchema as unknown as z.ZodType<F>);
  const app = new Hono<HonoEnv>();
  const listeners = new Set<(change: ControlChange) => void>();
  const publish = (what: ControlChange["what"]) => {
    for (const listener of listeners) listener({ what });
  };

  app.get("/requests", (c) => {
    const operation = c.req.query("operation");
    const since = Number(c.req.query("since") ?? 0);
    const excludedPrefixes = (c.req.query("without") ?? "").split(",").filter((each) => each !== "");
    const requests = journal
      .list({ ...(operation ? { operation } : {}), since })
      .filter((entry) => !excludedPrefixes.some((prefix) => entry.operation.startsWith(prefix)));
    const last = Number(c.req.query("last") ?? requests.length); // the number of newest entries to return
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
    if (clock.now() + parsed.data.advanceMs > MAX_TIME)
      return c.json({ error: "the clock cannot pass the year 9999" }, 400);
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
      const stopRequests = journal.subscribe((entry) => {
        void stream.writeSSE({ event: "request", id: String(entry.seq), data: JSON.stringify(entry) });
      });
      const stopChanges = deps.changes?.subscribe((change) => {
        void stream.writeSSE({ event: "change", data: JSON.stringify(change) });
      });
      const onControl = (change: ControlChange) =>
        void stream.writeSSE({ event: "control", data: JSON.stringify(change) });
      listeners.add(onControl);
      await stream.writeSSE({ event: "hello", data: JSON.stringify({ now: clock.now() }) });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      stopRequests();
      stopChanges?.();
      listeners.delete(onControl);
    }),
  );
  return app;
}
