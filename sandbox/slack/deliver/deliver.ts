import type { Faults } from "../../wire/faults.ts";
import type { Journal } from "../../wire/journal.ts";
import { pause, type SessionTimers } from "../../wire/session-timers.ts";
import { redact } from "../redact.ts";
import type { SlackFault } from "../slack-faults.ts";
import { isInstalled } from "../workspace/installed.ts";
import { ACK_TIMEOUT_MS, type Delivery, type DeliveryResult, RESET } from "./delivery.ts";
import type { Links } from "./links.ts";
import { sendOverHttp, signedRequest } from "./over-http.ts";
import { sendOverSocket, toEnvelope } from "./over-socket.ts";

interface Deps {
  links: Links;
  clock: SessionTimers;
  faults: Faults<SlackFault>;
  journal: Journal;
  /** The URL for HTTP deliveries; undefined: Socket Mode. */
  requestUrl: () => string | undefined;
  /** The time in signatures; default: the machine's. */
  signedAt?: (() => number) | undefined;
}

export type Deliver = (delivery: Delivery) => Promise<DeliveryResult>;

/** The delay of each retry of an event, after the previous attempt. */
const EVENT_RETRY_DELAYS_MS = [1000, 60_000, 300_000];

/**
 * Delivers a payload to the app over Socket Mode or signed HTTP, applies the active faults, and records it in the journal.
 * Retries only events: Slack documents no retries for interactions and commands.
 * https://docs.slack.dev/apis/events-api/#retries
 */
export function makeDeliver(deps: Deps): Deliver {
  const deliver = async (delivery: Delivery): Promise<DeliveryResult> => {
    if (!isInstalled(delivery.app)) return { acked: false, via: "none", ms: 0, problem: "app_not_installed" };
    const operation = `deliver:${delivery.kind}`;
    const fault = deps.faults.take(operation);
    const visible = await deliverWithFault(deps, delivery, fault, (reached, delivered) => {
      if (delivered.problem === RESET) return;
      deps.journal.record({
        operation,
        principal: delivery.app.id,
        input: redact(delivery.payload),
        executed: reached,
        outcome: {
          status: delivered.acked ? 200 : 0,
          body: redact(delivered),
          ...(fault === undefined ? {} : { fault: fault.kind }),
        },
      });
    });
    if (!visible.acked && visible.problem !== RESET && delivery.kind === "events_api")
      retryEvent(deps, delivery, visible, deliver);
    return visible;
  };
  return deliver;
}

/** Returns the result that the person sees. Calls `record` with the actual result, which may arrive later. */
async function deliverWithFault(
  deps: Deps,
  delivery: Delivery,
  fault: SlackFault | undefined,
  record: (reached: boolean, delivered: DeliveryResult) => void,
): Promise<DeliveryResult> {
  const send = makeSend(deps, delivery);
  const sendAndRecord = async () => {
    const delivered = await send();
    record(delivered.via !== "none" && delivered.problem !== "connection_failed", delivered);
    return delivered;
  };
  const fail = (problem: string): DeliveryResult => ({ acked: false, via: "none", ms: ACK_TIMEOUT_MS, problem });
  if (fault === undefined) return sendAndRecord();
  switch (fault.kind) {
    case "refuse":
    case "throttle":
    case "error": {
      const lost = fail("not_delivered");
      record(false, lost);
      return lost;
    }
    case "delay": {
      const delayed = pause(deps.clock, fault.delayMs ?? 0).then((sessionActive) =>
        sessionActive ? sendAndRecord() : fail(RESET),
      );
      const timedOut = pause(deps.clock, ACK_TIMEOUT_MS).then((sessionActive) =>
        fail(sessionActive ? "timeout" : RESET),
      );
      return Promise.race([delayed, timedOut]);
    }
    case "drop-reply": {
      const delivered = await sendAndRecord();
      if (delivered.problem === RESET) return delivered;
      return { ...delivered, acked: false, body: undefined, problem: "timeout" };
    }
    case "twice": {
      const [first] = await Promise.all([sendAndRecord(), sendAndRecord()]);
      return first;
    }
    default:
      throw new Error(`no such fault: ${fault.kind satisfies never}`);
  }
}

/** Returns a function that sends identical bytes on each call. */
function makeSend(deps: Deps, delivery: Delivery): () => Promise<DeliveryResult> {
  const url = deps.requestUrl();
  if (url === undefined) {
    const envelope = toEnvelope(delivery);
    return () => sendOverSocket(deps, delivery, envelope);
  }
  const request = signedRequest(delivery, url, deps.signedAt?.());
  return () => sendOverHttp(deps, request);
}

function retryEvent(deps: Deps, delivery: Delivery, result: DeliveryResult, deliver: Deliver): void {
  const attempt = (delivery.retry?.attempt ?? 0) + 1;
  const delayMs = EVENT_RETRY_DELAYS_MS[attempt - 1];
  if (delayMs === undefined) return;
  const reason =
    result.problem === "timeout"
      ? "http_timeout"
      : result.problem?.startsWith("http_")
        ? "http_error"
        : "connection_failed";
  deps.clock.at(deps.clock.now() + delayMs, () => void deliver({ ...delivery, retry: { attempt, reason } }));
}
