import { createServer, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** Passes each of Slack's HTTP requests to one of the bots in turn. `ports`: of the bots that run. */
export async function startLoadBalancer(ports: () => readonly number[]) {
  let passed = 0;
  const server = createServer((request, response) => {
    const running = ports();
    const port = running[passed++ % Math.max(1, running.length)];
    if (port === undefined) return void response.destroy();
    const { method, url, headers } = request;
    const upstream = sendRequest({ host: "127.0.0.1", port, method, path: url, headers, agent: false }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    for (const stream of [upstream, request, response]) stream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/slack/events`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
