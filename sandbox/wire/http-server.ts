import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import type { Context, Hono } from "hono";

/** Hono's environment with Node's raw request and response, which `hangUp` needs to drop a reply. */
export type HonoEnv = { Bindings: HttpBindings };

export interface RunningServer {
  /** For example `http://127.0.0.1:4566`. */
  url: string;
  port: number;
  server: Server;
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

/** Listens on `port` of the loopback address; 0 picks a free port. Rejects if the port is in use. */
export function listen(app: Hono<HonoEnv>, port: number): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }) as Server;
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server.once("error", reject);
    server.once("listening", () => {
      const actual = (server.address() as AddressInfo).port;
      resolve({
        url: `http://127.0.0.1:${actual}`,
        port: actual,
        server,
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

/** Closes the caller's connection without a reply, as when the network fails. */
export function hangUp(c: Context<HonoEnv>): Response {
  const incoming: IncomingMessage | undefined = c.env.incoming as IncomingMessage | undefined;
  const outgoing: ServerResponse | undefined = c.env.outgoing as ServerResponse | undefined;
  incoming?.socket.destroy();
  outgoing?.destroy();
  return new Response(null, { status: 500, headers: { "x-hono-already-sent": "true" } });
}
