import { makeReadHealth } from "../app/admin/health.ts";
import { makePending, readWaiting } from "../app/admin/list-waiting.ts";
import { makeRefreshHome } from "../app/admin/refresh-home.ts";
import { startHomeWorker } from "../workers/homes.ts";
import type { Worker } from "../workers/worker.ts";
import { wireHealth, wireInspection } from "./wire-listeners.ts";
import type { Slack } from "./wire-slack.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Starts the worker that publishes App Home. */
export function startHome(wiring: Wiring, slack: Slack, targets: Targets): Worker {
  const { store, wakeUps, clock, log } = wiring;
  const { homes, search } = store;
  const inspecting = wireInspection(wiring, slack, targets);
  const pending = makePending({ ...inspecting, clock });
  const waiting = () => readWaiting(inspecting);
  const health = makeReadHealth(wireHealth(wiring, targets));
  const refresh = makeRefreshHome({ homes, search, pending, waiting, health, publish: slack.publishHome, clock, log });
  return startHomeWorker({ homes, refresh, wakeUps, clock, log });
}
