import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Faults } from "../../wire/faults.ts";
import { pause, type SessionTimers } from "../../wire/session-timers.ts";
import type { SlackFault } from "../slack-faults.ts";
import type { Links } from "./links.ts";

/** Slack pings its sockets: clients close a connection after 30 s of silence. Machine time, as in the clients. */
const PING_INTERVAL_MS = 5000;

/** Accepts WebSocket handshakes at `/link/?ticket=...`. Returns a function that closes all connections. */
export function serveLinks(deps: {
  server: Server;
  links: Links;
  faults: Faults<SlackFault>;
  clock: SessionTimers;
}): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true });
  const upgrade = async (...[request, socket, head]: Parameters<typeof sockets.handleUpgrade>) => {
    // A client may disconnect during a delayed handshake, when its socket has no other error listener.
    socket.on("error", () => socket.destroy());
    const fault = deps.faults.take("link");
    if (fault !== undefined) {
      const proceed = fault.kind === "delay" && (await pause(deps.clock, fault.delayMs ?? 0));
      if (!proceed) return socket.destroy();
    }
    const url = new URL(request.url ?? "/", "http://sandbox");
    const appId = url.pathname === "/link/" ? deps.links.redeem(url.searchParams.get("ticket") ?? "") : undefined;
    if (appId === undefined) return rejectHandshake(socket);
    sockets.handleUpgrade(request, socket, head, (client) => deps.links.attach(appId, client));
  };
  deps.server.on("upgrade", upgrade);
  const pings = setInterval(() => {
    for (const client of sockets.clients) client.ping("Ping from applink-sandbox");
  }, PING_INTERVAL_MS);
  pings.unref();
  return async () => {
    clearInterval(pings);
    deps.server.off("upgrade", upgrade);
    await deps.links.closeAll();
    sockets.close();
  };
}

function rejectHandshake(socket: Duplex): void {
  socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
