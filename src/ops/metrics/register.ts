import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Adds a counter. One without labels starts at zero by itself; `startAtZero` does it for one with labels. */
export const counter = (registry: Registry, name: string, help: string, labelNames: string[] = []) =>
  new Counter({ name: `countersign_${name}`, help, labelNames, registers: [registry] });

export const gauge = (registry: Registry, name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name: `countersign_${name}`, help, labelNames, registers: [registry] });

/** Adds a histogram of times; `buckets` are in seconds. */
export const histogram = (
  registry: Registry,
  name: string,
  help: string,
  buckets: number[],
  labelNames: string[] = [],
) => new Histogram({ name: `countersign_${name}`, help, buckets, labelNames, registers: [registry] });

/** Shows a counter as 0 for each value of a label, so that its first increase is an increase for Prometheus too. */
export function startAtZero(of: Counter<string>, label: string, values: readonly string[], more = {}): void {
  for (const value of values) of.inc({ ...more, [label]: value }, 0);
}
