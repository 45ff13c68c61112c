import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK } from "../../src/core/mask.ts";
import { ROUTE, view } from "./messages-examples.ts";
import { SURFACES } from "./surfaces.ts";

/** A request at the limits of the API model: 200 names, 50 values of 512 characters, half of the names hidden. */
const parameters = Array.from({ length: 200 }, (_, name) => ({
  ...{ name: `Name${name}`, masked: name % 2 === 0, isDefault: false },
  values:
    name % 2 === 0 ? [MASK] : Array.from({ length: 50 }, (_, value) => `${name}x${value}-`.repeat(128).slice(0, 512)),
}));

/** Returns the processor time of this thread in the best of several runs: other processes do not count. */
function cost(work: () => unknown): number {
  const runs = Array.from({ length: 4 }, () => {
    const since = process.threadCpuUsage();
    for (let time = 0; time < 2; time++) work();
    const { user, system } = process.threadCpuUsage(since);
    return user + system;
  });
  return Math.min(...runs);
}

test("no surface of a request at the limits costs much more than it costs to store the request", () => {
  const of = { ...view({ facts: { parameters } }), route: ROUTE };
  const stored = cost(() => JSON.parse(JSON.stringify(of.request)));
  for (const [name, { render }] of Object.entries(SURFACES)) {
    const rendered = cost(() => render(of));
    assert.ok(rendered < 4 * stored, `${name}: ${rendered} and ${stored} microseconds`);
  }
});
