import { makePending } from "../app/admin/list-waiting.ts";
import { makeRefreshHome } from "../app/admin/refresh-home.ts";
import { startHomeWorker } from "../workers/homes.ts";
import type { Worker } from "../workers/worker.ts";
import { wireHealthReport, wireInspection } from "./wire-listeners.ts";
import type { Slack } from "./wire-slack.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Starts the worker that publishes App Home. */
export function startHome(wiring: Wiring, slack: Slack, targets: Targets): Worker {
  const { store, wakeUps, clock, log } = wiring;
  const { homes, search } = store;
  const pending = makePending({ ...wireInspection(wiring, slack, targets), clock });
  const health = wireHealthReport(wiring, slack, targets);
  const refresh = makeRefreshHome({ homes, search, pending, health, publish: slack.publishHome, clock, log });
  return startHomeWorker({ homes, refresh, wakeUps, clock, log });
}
