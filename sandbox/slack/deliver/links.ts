import type { WebSocket } from "ws";
import type { SessionTimers } from "../../wire/session-timers.ts";
import { isObject } from "../blocks/check.ts";
import { parseJson } from "../json.ts";
import type { Changes } from "../workspace/changes.ts";
import { newSecret } from "../workspace/ids.ts";
import type { SlackApp } from "../workspace/model.ts";

/** How many Socket Mode connections an app may hold. https://docs.slack.dev/apis/events-api/using-socket-mode */
export const MAX_LINKS = 10;
/** How long the address from apps.connections.open can be used, in milliseconds (assumed). */
const TICKET_TTL_MS = 30_000;
/** How long closing waits for the client's part of the handshake, in machine milliseconds. */
const CLOSE_TIMEOUT_MS = 500;
/** A warning comes this long before the end. https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect */
const WARNING_LEAD_MS = 10_000;

/** Why Slack ends a connection; `warning` comes about ten seconds before the end, the others at it. */
export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

/**
 * One open connection, with the envelopes that were sent over it and wait for their acknowledgement. An envelope that went
 * out twice waits twice, and is acknowledged at once.
 */
export interface Link {
  id: number;
  appId: string;
  socket: WebSocket;
  waiting: Map<string, ((payload: unknown) => void)[]>;
}

export interface Links {
  issueTicket(app: SlackApp): string;
  /** The app that a ticket was made for, once, while it is fresh. */
  redeem(ticket: string): string | undefined;
  /** Takes a connection and greets it, or turns it away when the app has ten. */
  attach(appId: string, socket: WebSocket): void;
  /** Socket Mode was switched off: tickets are worthless, and every connection is told and closed. */
  disable(): void;
  /** The open connections of an app. */
  list(appId: string): Link[];
  /** The connection whose turn it is: an envelope goes to one of them, never to all. */
  next(appId: string): Link | undefined;
  disconnect(link: Link, reason: DisconnectReason): void;
  /** Closes every connection politely; those that do not answer within half a second are cut. */
  closeAll(): Promise<void>;
}

export function makeLinks(deps: { clock: Pick<SessionTimers, "now" | "at">; changes: Changes }): Links {
  const tickets = new Map<string, { appId: string; until: number }>();
  const links = new Set<Link>();
  let counter = 0;
  let turn = 0;
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
      return open[turn++ % Math.max(1, open.length)];
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
            const cut = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
            socket.once("close", () => {
              clearTimeout(cut);
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

/** An acknowledgement counts on the connection that carried the envelope, once. */
function acknowledge(link: Link, data: string): void {
  const frame = parseJson(data)?.value;
  if (!isObject(frame)) return; // Slack ignores what is no JSON.
  const id = String(frame.envelope_id);
  const resolves = link.waiting.get(id) ?? [];
  link.waiting.delete(id);
  for (const resolve of resolves) resolve(frame.payload);
}
