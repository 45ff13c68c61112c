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

test("requests for readiness at the same time read the database once", async () => {
  let reads = 0;
  const all = async () => {
    reads++;
    await new Promise(setImmediate);
    return [];
  };
  const store = { ackStore: { polls: { all } }, fileFault: () => null };
  const health = { recall() {}, report: (fault: string | null) => ({ status: fault ?? "ready", parts: {} }) };
  const config = { opsPort: null, slack: { connection: { kind: "http" } } };
  const { main } = makeRoutes({ config, health, late: { store, handle: null } } as unknown as Parameters<
    typeof makeRoutes
  >[0]);
  const bodies: string[] = [];
  const response = { writeHead: () => response, end: (text: string) => void bodies.push(text) };
  const route = main["/readyz"];
  assert(route !== undefined && "GET" in route);
  const get = () => route.GET({} as never, response as never);
  await Promise.all([get(), get(), get()]);
  assert.deepEqual([reads, bodies.map((body) => JSON.parse(body).status)], [1, ["ready", "ready", "ready"]]);
  await get();
  assert.equal(reads, 2);
});

test("on a port that the internet reaches, /readyz returns the status alone, without errors and account ids", async () => {
  const parts = { aws: { "111122223333/us-east-1": "AccessDeniedException" } };
  const health = { report: () => ({ status: "degraded", parts }) };
  const read = async (kind: "http" | "socket", port: "main" | "ops") => {
    const config = { opsPort: null, slack: { connection: { kind } } };
    const deps = { config, health, late: { store: null, handle: null } };
    const routes = makeRoutes(deps as unknown as Parameters<typeof makeRoutes>[0]);
    let body = "";
    const response = {
      writeHead: () => response,
      end: (text: string) => {
        body = text;
      },
    };
    const route = routes[port]["/readyz"];
    assert(route !== undefined && "GET" in route);
    await route.GET({} as never, response as never);
    return JSON.parse(body);
  };
  assert.deepEqual(await read("http", "main"), { status: "degraded" });
  for (const [kind, port] of [
    ["http", "ops"],
    ["socket", "main"],
    ["socket", "ops"],
  ] as const)
    assert.deepEqual(await read(kind, port), { status: "degraded", ...parts });
});
