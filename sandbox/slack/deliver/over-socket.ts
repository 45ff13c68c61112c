import { randomUUID } from "node:crypto";
import type { SessionTimers } from "../../wire/session-timers.ts";
import {
  ACCEPTS_RESPONSE,
  ACK_TIMEOUT_MS,
  type Delivery,
  type DeliveryKind,
  type DeliveryResult,
  RESET,
} from "./delivery.ts";
import type { Links } from "./links.ts";

const ENVELOPE_TYPE: Record<DeliveryKind, string> = {
  block_actions: "interactive",
  view_submission: "interactive",
  view_closed: "interactive",
  slash_commands: "slash_commands",
  events_api: "events_api",
};

/** Converts a delivery to a Socket Mode envelope. https://docs.slack.dev/apis/events-api/using-socket-mode#events */
export function toEnvelope(delivery: Delivery): { id: string; frame: string } {
  const id = randomUUID();
  const frame = JSON.stringify({
    envelope_id: id,
    payload: delivery.payload,
    type: ENVELOPE_TYPE[delivery.kind],
    accepts_response_payload: ACCEPTS_RESPONSE[delivery.kind],
    ...(delivery.kind === "events_api"
      ? { retry_attempt: delivery.retry?.attempt ?? 0, retry_reason: delivery.retry?.reason ?? "" }
      : {}),
  });
  return { id, frame };
}

/** Sends an envelope over one of the app's connections and waits up to three seconds for its acknowledgement. */
export function sendOverSocket(
  deps: { links: Links; clock: SessionTimers },
  delivery: Delivery,
  envelope: { id: string; frame: string },
): Promise<DeliveryResult> {
  const started = deps.clock.now();
  const link = deps.links.next(delivery.app.id);
  if (link === undefined) return Promise.resolve({ acked: false, via: "none", ms: 0, problem: "no_connection" });
  return new Promise((resolve) => {
    const giveUp = (problem: string) => {
      link.waiting.delete(envelope.id);
      resolve({ acked: false, via: "socket", ms: deps.clock.now() - started, problem });
    };
    const cancel = deps.clock.at(
      started + ACK_TIMEOUT_MS,
      () => giveUp("timeout"),
      () => giveUp(RESET),
    );
    const acknowledged = (body: unknown) => {
      cancel();
      resolve({ acked: true, via: "socket", ms: deps.clock.now() - started, body });
    };
    link.waiting.set(envelope.id, [...(link.waiting.get(envelope.id) ?? []), acknowledged]);
    link.socket.send(envelope.frame);
  });
}
