/** Measures, in a thread of its own, the processor time of each surface of a large request. See details-cost.test.ts. */
import { parentPort } from "node:worker_threads";
import { MASK } from "../../src/core/mask.ts";
import { ROUTE, view } from "./messages-examples.ts";
import { SURFACES } from "./surfaces.ts";

export interface Costs {
  /** The cost to read and write the stored request, in microseconds. */
  stored: number;
  /** The cost to render it, by surface. */
  rendered: Record<string, number>;
}

/** A request at the limits of the API model: 200 names, 50 values of 512 characters, half of the names hidden. */
const parameters = Array.from({ length: 200 }, (_, name) => ({
  ...{ name: `Name${name}`, masked: name % 2 === 0, isDefault: false },
  values:
    name % 2 === 0 ? [MASK] : Array.from({ length: 50 }, (_, value) => `${name}x${value}-`.repeat(128).slice(0, 512)),
}));

const ROUNDS = 5;
/** More than the resolution of a thread's processor time. */
const RUNS = 2;

/** Returns the processor time of this thread, in microseconds: other processes do not count. */
function measure(work: () => unknown): number {
  const since = process.threadCpuUsage();
  for (let run = 0; run < RUNS; run++) work();
  const { user, system } = process.threadCpuUsage(since);
  return user + system;
}

const of = { ...view({ facts: { parameters } }), route: ROUTE };
const costs: Costs = { stored: Number.POSITIVE_INFINITY, rendered: {} };
// The best round is the one without a pause of the garbage collector or of the machine.
for (let round = 0; round < ROUNDS; round++) {
  costs.stored = Math.min(
    costs.stored,
    measure(() => JSON.parse(JSON.stringify(of.request))),
  );
  for (const [name, { render }] of Object.entries(SURFACES))
    costs.rendered[name] = Math.min(
      costs.rendered[name] ?? Number.POSITIVE_INFINITY,
      measure(() => render(of)),
    );
}
parentPort?.postMessage(costs);
