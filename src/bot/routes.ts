import type { Clock } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Health } from "../ops/readiness.ts";
import { type Routes, sendJson } from "../ops/server.ts";
import { SLACK_PATH } from "../slack/connection/http.ts";
import type { SlackConnection } from "./connect-slack.ts";

/** Makes the routes of the HTTP server. They reply from the start, also while the parts in `late` do not exist yet. */
export function makeRoutes(deps: {
  late: { store: Store | null; handle: SlackConnection["handle"] };
  health: Health;
  metrics: Metrics;
  clock: Clock;
}): Routes {
  const { late, health, metrics, clock } = deps;

  /** Target health is stored for all replicas; a successful read doubles as the store's health check. */
  const isStoreUp = async () => {
    try {
      if (late.store === null) return false;
      health.recall(await late.store.ackStore.polls.all());
      return true;
    } catch {
      return false;
    }
  };

  return {
    "/healthz": (_, response) => sendJson(response, 200, { status: "ok" }),
    "/readyz": async (_, response) => {
      const { ready, parts } = await health.report(isStoreUp);
      sendJson(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", ...parts });
    },
    "/metrics": async (_, response) => {
      const text = await metrics.text(late.store, clock.now(), health.isSlackConnected());
      response.writeHead(200, { "content-type": metrics.contentType }).end(text);
    },
    [SLACK_PATH]: (request, response) => {
      if (late.handle !== null) late.handle(request, response);
      else sendJson(response, 503, { status: "not ready" });
    },
  };
}
