import { Hono } from "hono";
import { z } from "zod";
import { controlRoutes } from "../../wire/control-routes.ts";
import type { HonoEnv } from "../../wire/http-server.ts";
import { AMAZON_RUNBOOKS } from "../amazon-runbooks.ts";
import { assumptionsSchema } from "../assumptions.ts";
import type { Execution } from "../engine/execution-state.ts";
import { simulationRuleSchema } from "../engine/simulation.ts";
import { deliveryFaultSchema } from "../events/deliver-to-queue.ts";
import { ruleSchema } from "../events/rule-store.ts";
import { AwsError } from "../protocol/aws-error.ts";
import { applySeed, seedDemonstration, seedSchema } from "../seed.ts";
import type { StandIn } from "../stand-in.ts";
import { describeDocuments } from "./document-report.ts";
import { describeExecution } from "./execution-report.ts";
import { describeQueue } from "./queue-report.ts";

const failuresSchema = z.strictObject({
  times: z.int().positive().default(1),
  code: z.string().default("InternalFailure"),
  message: z.string().default("Unexpected error occurred while putting the event."),
});

const roleSchema = z.strictObject({
  arn: z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/),
  allows: z.array(z.string()),
  trusts: z.array(z.string()),
  trustsSourceIdentity: z.boolean().optional(),
});

/** Makes `/_control/` of the AWS stand-in: the routes of both stand-ins and those that only this one has. */
export function controlApp(deps: { standIn: StandIn; reset: () => void }): Hono<HonoEnv> {
  const { standIn, reset } = deps;
  const app = new Hono<HonoEnv>();
  app.route("/", controlRoutes({ ...standIn, reset, changes: standIn.bus }));

  app.post("/seed", async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const parsed = seedSchema.safeParse(body);
    if (!parsed.success) return c.json({ error: "not a seed", problems: z.treeifyError(parsed.error) }, 400);
    try {
      return c.json(parsed.data === "demonstration" ? seedDemonstration(standIn) : applySeed(standIn, parsed.data));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return c.json({ error: `${error.code}: ${error.message}` }, 400);
    }
  });

  app.get("/simulate", (c) => c.json({ rules: standIn.simulation.list() }));
  app.post("/simulate", async (c) => {
    const parsed = simulationRuleSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a rule", problems: z.treeifyError(parsed.error) }, 400);
    standIn.simulation.add(parsed.data);
    return c.json({ ok: true, rules: standIn.simulation.list() });
  });
  app.delete("/simulate", (c) => {
    standIn.simulation.clear();
    return c.json({ ok: true });
  });

  app.get("/documents", (c) => c.json({ documents: standIn.resources.all().flatMap(describeDocuments) }));
  app.get("/amazon-runbooks", (c) => c.json({ names: AMAZON_RUNBOOKS }));
  const describe = (execution: Execution) =>
    describeExecution(execution, standIn.resources.at(execution.location), standIn.timers.now);
  app.get("/executions", (c) => {
    const all = standIn.resources.all().flatMap(({ executions }) => [...executions.values()]);
    return c.json({ executions: all.map((execution) => describe(execution)) });
  });
  app.get("/executions/:id", (c) => {
    const id = c.req.param("id");
    const found = standIn.resources
      .all()
      .map(({ executions }) => executions.get(id))
      .find((execution) => execution !== undefined);
    return found === undefined ? c.json({ error: `no execution ${id}` }, 404) : c.json(describe(found));
  });

  app.get("/bus", (c) => {
    const { source, bus } = c.req.query();
    return c.json({ events: standIn.bus.list({ ...(source ? { source } : {}), ...(bus ? { bus } : {}) }) });
  });
  app.post("/bus/failures", async (c) => {
    const parsed = failuresSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a failure", problems: z.treeifyError(parsed.error) }, 400);
    standIn.bus.failNext(parsed.data);
    return c.json({ ok: true });
  });

  app.get("/bus/faults", (c) => c.json({ faults: standIn.deliveryFaults.list() }));
  app.post("/bus/faults", async (c) => {
    const parsed = deliveryFaultSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a fault", problems: z.treeifyError(parsed.error) }, 400);
    standIn.deliveryFaults.add(parsed.data);
    return c.json({ ok: true, faults: standIn.deliveryFaults.list() });
  });
  app.delete("/bus/faults", (c) => {
    standIn.deliveryFaults.clear();
    return c.json({ ok: true });
  });
  app.get("/rules", (c) => c.json({ rules: standIn.rules.all() }));
  app.post("/rules", async (c) => {
    const parsed = ruleSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a rule", problems: z.treeifyError(parsed.error) }, 400);
    try {
      standIn.rules.put(parsed.data);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return c.json({ error: `${error.code}: ${error.message}` }, 400);
    }
    return c.json({ ok: true, rules: standIn.rules.all() });
  });
  app.delete("/rules/:name", (c) => {
    standIn.rules.remove(c.req.param("name"), c.req.query("bus"));
    return c.json({ ok: true, rules: standIn.rules.all() });
  });
  app.get("/queues", (c) => c.json({ queues: standIn.queues.all().map(describeQueue) }));

  app.get("/assumptions", (c) => c.json(standIn.assumptions.values));
  app.post("/assumptions", async (c) => {
    const changes: unknown = await c.req.json().catch(() => undefined);
    const parsed = assumptionsSchema.safeParse({ ...standIn.assumptions.values, ...(changes as object) });
    if (!parsed.success) return c.json({ error: "not assumptions", problems: z.treeifyError(parsed.error) }, 400);
    standIn.assumptions.change(parsed.data);
    return c.json(standIn.assumptions.values);
  });

  app.get("/identities", (c) =>
    c.json({
      keys: standIn.identities
        .listKeys()
        .map(({ accessKeyId, principal, allows }) => ({ accessKeyId, arn: principal.arn, allows })),
    }),
  );
  app.post("/roles", async (c) => {
    const parsed = roleSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: "not a role", problems: z.treeifyError(parsed.error) }, 400);
    const { arn } = parsed.data;
    standIn.identities.addRole({ ...parsed.data, id: `AROA${arn.replace(/\W/g, "").slice(-16).toUpperCase()}` });
    return c.json({ ok: true });
  });
  return app;
}
