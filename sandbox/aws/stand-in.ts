import { randomUUID } from "node:crypto";
import type { SandboxClock } from "../wire/clock.ts";
import { makeFaults } from "../wire/faults.ts";
import { makeJournal } from "../wire/journal.ts";
import { makeSessionTimers } from "../wire/session-timers.ts";
import { makeAssumptions } from "./assumptions.ts";
import { makeEngine } from "./engine/engine.ts";
import { makeSimulation } from "./engine/simulation.ts";
import { makeEventBus } from "./events/event-bus.ts";
import { publishStatusEvent } from "./events/status-events.ts";
import { makeDirectory } from "./identity/identity-store.ts";
import { makeWorld } from "./resources.ts";
import { resolveRunbook } from "./ssm/documents.ts";

export type StandIn = ReturnType<typeof makeStandIn>;

/** Everything that the stand-in is made of, without its wire. */
export function makeStandIn(clock: SandboxClock) {
  const newId = () => randomUUID();
  const world = makeWorld();
  const timers = makeSessionTimers(clock);
  const simulation = makeSimulation();
  const assumptions = makeAssumptions();
  const bus = makeEventBus(newId);
  const directory = makeDirectory();
  const engine = makeEngine({
    timers,
    newId,
    simulation,
    assumptions,
    resolveChild: (place, name, version, parameters) => resolveRunbook(world.at(place), name, version, parameters),
    keep: (execution) => void world.at(execution.place).executions.set(execution.id, execution),
    onStatus: (change) => publishStatusEvent({ bus, now: timers.now, assumptions: () => assumptions.values }, change),
  });
  return {
    clock,
    timers,
    world,
    engine,
    simulation,
    assumptions,
    bus,
    directory,
    faults: makeFaults(),
    journal: makeJournal(clock),
    tokenSecret: randomUUID(),
    machineNow: Date.now,
    /** Empties everything but the clock: no document, no execution, no timer, only the seeded identities. */
    clear() {
      timers.endSession();
      world.clear();
      simulation.clear();
      assumptions.reset();
      bus.clear();
      directory.reset();
    },
  };
}
