import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RunningHttp {
  port: number;
  /** Stops listening, and resolves when the requests in progress have their responses and every connection is closed. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** One handler for each path. */
export type Routes = Readonly<Record<string, Handler>>;

/** How long requests in progress may take when the server closes. */
const CLOSING_MS = 3_000;

/** Serves each path by its handler; any other path is 404. Rejects if the port is in use. */
export function serveHttp(port: number, routes: Routes): Promise<RunningHttp> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (handler === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
      return;
    }
    response.once("close", () => {
      // A request that was in progress when the server closed leaves an idle connection behind.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    respond(handler, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const isInUse = "code" in error && error.code === "EADDRINUSE";
      reject(isInUse ? new Error(`Port ${port} is in use. Set PORT to a free one.`, { cause: error }) : error);
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

/** Turns the exception of a handler that throws at once into a rejection. */
async function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await handler(request, response);
}

/** Responds with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
