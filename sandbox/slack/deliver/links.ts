import type { WebSocket } from "ws";
import type { SessionTimers } from "../../wire/session-timers.ts";
import { isObject } from "../blocks/check.ts";
import { parseJson } from "../json.ts";
import type { Changes } from "../workspace/changes.ts";
import { newSecret } from "../workspace/ids.ts";
import type { SlackApp } from "../workspace/model.ts";

/*
 * The states of Socket Mode:
 * - A ticket is issued until a connection redeems it, its lifetime ends, or Socket Mode is disabled.
 * - A connection is open from its `hello` until the client closes it, the stand-in disconnects it, or it breaks.
 * - An envelope waits on its connection until the app acknowledges it there, the timeout ends, or the workspace is reset.
 */

/** The maximum number of Socket Mode connections per app. https://docs.slack.dev/apis/events-api/using-socket-mode */
export const MAX_LINKS = 10;
/** The lifetime of an address from apps.connections.open, in milliseconds (assumed). */
const TICKET_TTL_MS = 30_000;
/** How long closing waits for the client's close frame, in machine milliseconds. */
const CLOSE_TIMEOUT_MS = 500;
/** Slack sends a warning this long before it closes a connection. https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect */
const WARNING_LEAD_MS = 10_000;

/** Why Slack closes a connection. `warning` is sent about ten seconds earlier, the others immediately before. */
export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

/**
 * An open connection, with its unacknowledged envelopes. For an envelope that was sent twice, one acknowledgement resolves
 * both.
 */
export interface Link {
  id: number;
  appId: string;
  socket: WebSocket;
  waiting: Map<string, ((payload: unknown) => void)[]>;
}

export interface Links {
  issueTicket(app: SlackApp): string;
  /** Redeems a ticket once within its lifetime, and returns its app. */
  redeem(ticket: string): string | undefined;
  /** Adds a connection and sends `hello`, or closes it if the app already has ten. */
  attach(appId: string, socket: WebSocket): void;
  /** Disables Socket Mode: invalidates all tickets, and disconnects every connection. */
  disable(): void;
  /** Lists the open connections of an app. */
  list(appId: string): Link[];
  /** Selects the connection for the next envelope, round robin: an envelope is sent over one connection, never over all. */
  next(appId: string): Link | undefined;
  disconnect(link: Link, reason: DisconnectReason): void;
  /** Closes every connection, and terminates those whose client does not reply within 500 ms. */
  closeAll(): Promise<void>;
}

export function makeLinks(deps: { clock: Pick<SessionTimers, "now" | "at">; changes: Changes }): Links {
  const tickets = new Map<string, { appId: string; until: number }>();
  const links = new Set<Link>();
  let counter = 0;
  let sent = 0;
  const of = (appId: string) => [...links].filter((each) => each.appId === appId && each.socket.readyState === 1);
  const debugInfo = { host: "applink-sandbox", build_number: 1, approximate_connection_time: 18_060 };
  const disconnectFrame = (reason: DisconnectReason) =>
    JSON.stringify({ type: "disconnect", reason, debug_info: { host: debugInfo.host } });

  const self: Links = {
    list: of,
    issueTicket(app) {
      const ticket = newSecret();
      tickets.set(ticket, { appId: app.id, until: deps.clock.now() + TICKET_TTL_MS });
      return ticket;
    },
    redeem(ticket) {
      const found = tickets.get(ticket);
      tickets.delete(ticket);
      return found !== undefined && deps.clock.now() <= found.until ? found.appId : undefined;
    },
    disable() {
      tickets.clear();
      for (const link of links) self.disconnect(link, "link_disabled");
    },
    attach(appId, socket) {
      socket.on("error", () => socket.terminate());
      if (of(appId).length >= MAX_LINKS) {
        socket.send(disconnectFrame("too_many_websockets"));
        socket.close(1000);
        return;
      }
      const link: Link = { id: ++counter, appId, socket, waiting: new Map() };
      links.add(link);
      socket.on("message", (data) => acknowledge(link, String(data)));
      socket.on("close", () => {
        links.delete(link);
        deps.changes.announce({ what: "socket", id: String(link.id) });
      });
      socket.send(
        JSON.stringify({
          type: "hello",
          num_connections: of(appId).length,
          debug_info: debugInfo,
          connection_info: { app_id: appId },
        }),
      );
      deps.changes.announce({ what: "socket", id: String(link.id) });
    },
    next(appId) {
      const open = of(appId);
      return open[sent++ % Math.max(1, open.length)];
    },
    disconnect(link, reason) {
      if (link.socket.readyState !== link.socket.OPEN) return;
      link.socket.send(disconnectFrame(reason));
      if (reason !== "warning") link.socket.close(1000);
      else deps.clock.at(deps.clock.now() + WARNING_LEAD_MS, () => self.disconnect(link, "refresh_requested"));
    },
    async closeAll() {
      const closed = [...links].map(
        ({ socket }) =>
          new Promise<void>((resolve) => {
            const timeout = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
            socket.once("close", () => {
              clearTimeout(timeout);
              resolve();
            });
            socket.close(1001);
          }),
      );
      await Promise.all(closed);
    },
  };
  return self;
}

/** Accepts an acknowledgement once, and only on the connection that carried the envelope. */
function acknowledge(link: Link, data: string): void {
  const frame = parseJson(data)?.value;
  if (!isObject(frame)) return; // Slack ignores invalid JSON.
  const id = String(frame.envelope_id);
  const resolves = link.waiting.get(id) ?? [];
  link.waiting.delete(id);
  for (const resolve of resolves) resolve(frame.payload);
}
