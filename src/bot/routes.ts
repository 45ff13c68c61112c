import type { Clock } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";
import type { Config } from "../config/config.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Health, Readiness } from "../ops/readiness.ts";
import { type Routes, sendJson } from "../ops/server.ts";
import { SLACK_PATH } from "../slack/connection/http.ts";
import type { SlackConnection } from "./connect-slack.ts";

/**
 * Makes the routes of both ports: `main` for PORT, `ops` for OPS_PORT. They reply from the start, also while the parts in
 * `late` do not exist yet. In HTTP mode, PORT is public: there, /readyz returns the status alone, because the targets and
 * their errors contain account IDs and roles, and there are no metrics, which contain account IDs and query the database.
 */
export function makeRoutes(deps: {
  config: Pick<Config, "opsPort" | "slack">;
  late: { store: Store | null; handle: SlackConnection["handle"] };
  health: Health;
  metrics: Metrics;
  clock: Clock;
}): { main: Routes; ops: Routes } {
  const { config, late, health, metrics, clock } = deps;
  const isPublic = config.slack.connection.kind === "http";
  // Requests share the read in progress: it uses one of the few connections on which clicks are stored.
  let reading: Promise<string | null> | null = null;
  const readStoreFault = () => {
    reading ??= findStoreFault(late.store, health).finally(() => {
      reading = null;
    });
    return reading;
  };

  const readyz = (render: (readiness: Readiness) => object): Routes => ({
    "/readyz": {
      async GET(_, response) {
        const readiness = health.report(await readStoreFault());
        sendJson(response, readiness.status === "not ready" ? 503 : 200, render(readiness));
      },
    },
  });
  const healthz: Routes = { "/healthz": { GET: (_, response) => sendJson(response, 200, { status: "ok" }) } };
  const prometheus: Routes = {
    "/metrics": {
      async GET(_, response) {
        const text = await metrics.text(late.store, clock.now(), health);
        response.writeHead(200, { "content-type": metrics.contentType }).end(text);
      },
    },
  };
  const slack: Routes = {
    [SLACK_PATH]: {
      POST(request, response) {
        if (late.handle !== null) return late.handle(request, response);
        sendJson(response, 503, { status: "not ready" });
      },
    },
  };
  const inFull = readyz(({ status, parts }) => ({ status, ...parts }));
  const statusOnly = readyz(({ status }) => ({ status }));
  const here = config.opsPort === null ? (isPublic ? statusOnly : { ...inFull, ...prometheus }) : {};
  return {
    main: { ...healthz, ...here, ...(isPublic ? slack : {}) },
    ops: { ...healthz, ...inFull, ...prometheus },
  };
}

/** Target health is stored for all replicas; a successful read doubles as the store's health check. */
async function findStoreFault(store: Store | null, health: Health): Promise<string | null> {
  try {
    if (store === null) return "unreachable";
    health.recall(await store.ackStore.polls.all());
    return store.fileFault();
  } catch {
    return "unreachable";
  }
}
