import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RunningHttp {
  port: number;
  /** Stops listening, and resolves when the requests in progress have their responses and every connection is closed. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The handlers of each path, by method. */
export type Routes = Readonly<Record<string, Readonly<{ GET: Handler } | { POST: Handler }>>>;

/** How long requests in progress may take when the server closes. */
const CLOSING_MS = 3_000;

/**
 * A port may be public, and no client needs more than this: Slack, a load balancer and a scraper send their headers and a
 * small body at once. A connection beyond the maximum is closed; headers or a request that take longer get status 408.
 * A handler has no time limit.
 *
 * An idle connection is kept longer than load balancers keep theirs (an ALB: 60 s): otherwise a load balancer could send a
 * request on a connection that the server is closing, and reply with 502. The time for headers begins with a connection's
 * first byte of a request, so it stays short. While more than half of the connections are open, none is kept idle.
 */
export const LIMITS = {
  connections: 200,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Serves each path and method by its handler; another method of the path is 405, and any other path is 404. Rejects if
 * the port is in use; `variable` names its setting. A test may set smaller limits.
 */
export function serveHttp(port: number, routes: Routes, variable = "PORT", limits = LIMITS): Promise<RunningHttp> {
  const { connections, ...timeouts } = limits;
  let open = 0;
  const server: Server = createServer(timeouts, (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const handlers: Readonly<Record<string, Handler>> = (Object.hasOwn(routes, path) && routes[path]) || {};
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (open > connections / 2) response.shouldKeepAlive = false;
    if (handler === undefined) return refuse(response, Object.keys(handlers));
    response.once("close", () => {
      // A request that was in progress when the server closed leaves an idle connection behind.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    respond(handler, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = connections;
  server.on("connection", (socket) => {
    open++;
    socket.once("close", () => open--);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const isInUse = "code" in error && error.code === "EADDRINUSE";
      reject(isInUse ? new Error(`Port ${port} is in use. Set ${variable} to a free one.`, { cause: error }) : error);
    });
    server.listen(port, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise<void>((done) => {
            const timeout = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
            server.close(() => {
              clearTimeout(timeout);
              done();
            });
            server.closeIdleConnections();
          }),
      }),
    );
  });
}

/** Replies to a path without a handler for the method; `allowed` has the methods of the path. */
function refuse(response: ServerResponse, allowed: readonly string[]): void {
  const [status, text] = allowed.length === 0 ? [404, "Not found"] : [405, "Method not allowed"];
  const allow = allowed.length === 0 ? {} : { allow: allowed.join(", ").replace("GET", "GET, HEAD") };
  // The body was not read: the connection cannot serve another request.
  response.writeHead(status, { "content-type": "text/plain", connection: "close", ...allow }).end(`${text}\n`);
}

/** Turns the exception of a handler that throws at once into a rejection. */
async function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await handler(request, response);
}

/** Responds with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
