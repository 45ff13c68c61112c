import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRoutes } from "../../src/bot/routes.ts";

const PATHS: [connection: "http" | "socket", opsPort: number | null, main: string[]][] = [
  ["socket", null, ["/healthz", "/readyz", "/metrics"]],
  ["socket", 9090, ["/healthz"]],
  ["http", null, ["/healthz", "/readyz", "/slack/events"]],
  ["http", 9090, ["/healthz", "/slack/events"]],
];

for (const [kind, opsPort, main] of PATHS) {
  test(`connected by ${kind}, PORT serves ${main.join(", ")} if OPS_PORT is ${opsPort}`, () => {
    const config = { opsPort, slack: { connection: { kind } } };
    const routes = makeRoutes({ config, late: { store: null, handle: null } } as unknown as Parameters<
      typeof makeRoutes
    >[0]);
    assert.deepEqual(Object.keys(routes.main), main);
    assert.deepEqual(Object.keys(routes.ops), ["/healthz", "/readyz", "/metrics"]);
  });
}
