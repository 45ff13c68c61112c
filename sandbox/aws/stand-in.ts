import { randomUUID } from "node:crypto";
import type { SandboxClock } from "../wire/clock.ts";
import { makeFaults } from "../wire/faults.ts";
import { makeJournal } from "../wire/journal.ts";
import { makeSessionTimers } from "../wire/session-timers.ts";
import { type AssumptionValues, makeAssumptions } from "./assumptions.ts";
import { makeEngine } from "./engine/engine.ts";
import { makeSimulation } from "./engine/simulation.ts";
import { type DeliveryFault, deliverToQueue } from "./events/deliver-to-queue.ts";
import { makeEventBus } from "./events/event-bus.ts";
import { makeRuleStore } from "./events/rule-store.ts";
import { publishStatusEvent } from "./events/status-events.ts";
import { makeIdentityStore } from "./identity/identity-store.ts";
import { makeResourceStore } from "./resources.ts";
import { makeQueueStore } from "./sqs/queue-store.ts";
import { resolveRunbook } from "./ssm/documents.ts";

export type StandIn = ReturnType<typeof makeStandIn>;

/**
 * Makes every part of the stand-in except its HTTP server. `callerNow`: the clock of the callers; default: the machine's.
 * `initial`: the assumptions that differ from the defaults.
 */
export function makeStandIn(
  clock: SandboxClock,
  callerNow: () => number = Date.now,
  initial: Partial<AssumptionValues> = {},
) {
  const newId = () => randomUUID();
  const resources = makeResourceStore();
  const timers = makeSessionTimers(clock);
  const simulation = makeSimulation();
  const assumptions = makeAssumptions(initial);
  const bus = makeEventBus(newId);
  const identities = makeIdentityStore();
  const queues = makeQueueStore(timers);
  const rules = makeRuleStore();
  const deliveryFaults = makeFaults<DeliveryFault>();
  deliverToQueue({ bus, rules, queue: queues.waiting, faults: deliveryFaults, timers, assumptions });
  const engine = makeEngine({
    timers,
    newId,
    simulation,
    assumptions,
    resolveChild: (location, name, version, parameters) =>
      resolveRunbook(resources.at(location), name, version, parameters),
    saveExecution: (execution) => void resources.at(execution.location).executions.set(execution.id, execution),
    onStatus: (change) => publishStatusEvent({ bus, now: timers.now, assumptions: () => assumptions.values }, change),
  });
  return {
    clock,
    timers,
    resources,
    engine,
    simulation,
    assumptions,
    bus,
    identities,
    queues,
    rules,
    deliveryFaults,
    faults: makeFaults(),
    journal: makeJournal(clock),
    tokenSecret: randomUUID(),
    machineNow: Date.now,
    callerNow,
    /** Removes all documents, executions, timers and settings. Keeps the clock and the seeded identities. */
    clear() {
      timers.endSession();
      resources.clear();
      simulation.clear();
      assumptions.reset();
      bus.clear();
      deliveryFaults.clear();
      queues.reset();
      rules.reset();
      identities.reset();
    },
  };
}
