import { Hono } from "hono";
import { makeSandboxClock, type SandboxClock } from "../wire/clock.ts";
import { type HonoEnv, hangUp, listen } from "../wire/http-server.ts";
import { localOriginsOnly } from "../wire/local-origins-only.ts";
import { controlApp } from "./control/control-app.ts";
import { dispatchOperation } from "./dispatch-operation.ts";
import { parseAwsRequest } from "./protocol/aws-request.ts";
import { makeRoutes } from "./routes.ts";
import { seedDemonstration } from "./seed.ts";
import { makeStandIn, type StandIn } from "./stand-in.ts";
import { writeReply } from "./write-reply.ts";

export interface AwsSandbox {
  /** For instance `http://127.0.0.1:4566`: the value of AWS_ENDPOINT_URL. */
  url: string;
  port: number;
  clock: SandboxClock;
  /** What is inside, for a process that runs the sandbox itself; everybody else uses `/_control/`. */
  standIn: StandIn;
  close(): Promise<void>;
}

/**
 * Starts the AWS stand-in on a port of the loopback address (0: a free one). With `seed`, demonstration runbooks are
 * loaded and three of them wait for an approval. A clock that is given is the caller's to close.
 */
export async function startAwsSandbox(options: {
  port: number;
  clock?: SandboxClock;
  seed?: boolean;
}): Promise<AwsSandbox> {
  const clock = options.clock ?? makeSandboxClock();
  const standIn = makeStandIn(clock);
  const reset = () => {
    standIn.clear();
    if (options.seed) seedDemonstration(standIn);
  };
  const routes = makeRoutes(standIn);
  const app = new Hono<HonoEnv>();
  app.use("/_control/*", localOriginsOnly);
  app.route("/_control", controlApp({ standIn, reset }));
  app.get("/", (c) => c.text("The AWS stand-in of Countersign: set AWS_ENDPOINT_URL to this address.\n"));
  app.post("/", async (c) => {
    const [path = "/", query = ""] = (c.env.incoming.url ?? "/").split("?");
    const { method, headers } = c.req.raw;
    const body = await c.req.text().catch(() => undefined);
    if (body === undefined) return hangUp(c); // the caller went away while it spoke
    const incoming = parseAwsRequest({ method, path, query, headers, body });
    return writeReply(c, incoming, await dispatchOperation({ ...standIn, routes }, incoming));
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
