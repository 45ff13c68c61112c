import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RunningHttp {
  port: number;
  /** Stops listening and ends idle connections; requests under way are answered first. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** How long requests under way may take when the server closes. */
const CLOSING_MS = 3_000;

/** Serves each path by its handler; anything else is 404. Rejects when the port is taken. */
export function serveHttp(port: number, routes: Record<string, Handler>): Promise<RunningHttp> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (handler === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
      return;
    }
    response.once("close", () => {
      // What was under way when the server closed leaves an idle connection behind.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    respond(handler, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const taken = "code" in error && error.code === "EADDRINUSE";
      reject(taken ? new Error(`Port ${port} is in use. Set PORT to a free one.`, { cause: error }) : error);
    });
    server.listen(port, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise<void>((done) => {
            const patience = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
            server.close(() => {
              clearTimeout(patience);
              done();
            });
            server.closeIdleConnections();
          }),
      }),
    );
  });
}

/** A handler that throws at once rejects, as one that throws later does. */
async function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await handler(request, response);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
