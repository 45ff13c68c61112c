import { Hono } from "hono";
import { makeSandboxClock, type SandboxClock } from "../wire/clock.ts";
import { type HonoEnv, hangUp, listen } from "../wire/http-server.ts";
import { localOriginsOnly } from "../wire/local-origins-only.ts";
import type { AssumptionValues } from "./assumptions.ts";
import { controlApp } from "./control/control-app.ts";
import { dispatchOperation } from "./dispatch-operation.ts";
import { parseAwsRequest } from "./protocol/aws-request.ts";
import { makeRoutes } from "./routes.ts";
import { seedDemonstration } from "./seed.ts";
import { makeStandIn, type StandIn } from "./stand-in.ts";
import { writeReply } from "./write-reply.ts";

export interface AwsSandbox {
  /** For example `http://127.0.0.1:4566`: the value for AWS_ENDPOINT_URL. */
  url: string;
  port: number;
  clock: SandboxClock;
  /** The internals, for a process that runs the sandbox itself. Other programs use `/_control/`. */
  standIn: StandIn;
  close(): Promise<void>;
}

/**
 * Starts the AWS stand-in on a port of the loopback address; 0 picks a free port. `seed` loads the demonstration
 * runbooks and starts three of them, which wait for an approval. The caller closes a clock that it passes in.
 */
export async function startAwsSandbox(options: {
  port: number;
  clock?: SandboxClock;
  seed?: boolean;
  /** The clock with which callers compare the expiry of credentials; default: the machine's. */
  callerNow?: () => number;
  /** The initial assumptions that differ from the defaults. */
  assumptions?: Partial<AssumptionValues>;
}): Promise<AwsSandbox> {
  const clock = options.clock ?? makeSandboxClock();
  const standIn = makeStandIn(clock, options.callerNow, options.assumptions);
  const reset = () => {
    standIn.clear();
    if (options.seed) seedDemonstration(standIn);
  };
  const routes = makeRoutes(standIn);
  const app = new Hono<HonoEnv>();
  app.use("/_control/*", localOriginsOnly);
  app.route("/_control", controlApp({ standIn, reset }));
  app.get("/", (c) => c.text("This is Countersign's AWS stand-in. Set AWS_ENDPOINT_URL to this address.\n"));
  app.post("/", async (c) => {
    const [path = "/", query = ""] = (c.env.incoming.url ?? "/").split("?");
    const { method, headers } = c.req.raw;
    const body = await c.req.text().catch(() => undefined);
    if (body === undefined) return hangUp(c); // the caller disconnected while sending the request
    const awsRequest = parseAwsRequest({ method, path, query, headers, body });
    const disconnected = new AbortController();
    c.env.outgoing.once("close", () => disconnected.abort());
    return writeReply(c, awsRequest, await dispatchOperation({ ...standIn, routes }, awsRequest, disconnected.signal));
  });
  const server = await listen(app, options.port);
  reset();
  return {
    url: server.url,
    port: server.port,
    clock,
    standIn,
    async close() {
      standIn.timers.endSession();
      await server.close();
      if (options.clock === undefined) clock.close();
    },
  };
}
