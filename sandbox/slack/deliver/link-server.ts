import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Faults } from "../../wire/faults.ts";
import { pause, type SessionTimers } from "../../wire/session-timers.ts";
import type { SlackFault } from "../slack-faults.ts";
import type { Links } from "./links.ts";

/** Slack pings its sockets; clients take a silence of 30 s for a dead connection. Machine time, as their timers are. */
const PING_INTERVAL_MS = 5000;

/** Takes WebSocket handshakes at `/link/?ticket=...`. Returns what ends it. */
export function serveLinks(deps: {
  server: Server;
  links: Links;
  faults: Faults<SlackFault>;
  clock: SessionTimers;
}): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true });
  const upgrade = async (...[request, socket, head]: Parameters<typeof sockets.handleUpgrade>) => {
    // A client may go away while its handshake is held up, and nobody else listens to its socket then.
    socket.on("error", () => socket.destroy());
    const fault = deps.faults.take("link");
    if (fault !== undefined) {
      const lasts = fault.kind === "delay" && (await pause(deps.clock, fault.delayMs ?? 0));
      if (!lasts) return socket.destroy();
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
