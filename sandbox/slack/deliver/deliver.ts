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
  /** Where HTTP deliveries go; undefined: Socket Mode. */
  requestUrl: () => string | undefined;
}

export type Deliver = (delivery: Delivery) => Promise<DeliveryResult>;

/** How long after the one before an event comes again: almost at once, after a minute, after five. */
const EVENT_RETRY_DELAYS_MS = [1000, 60_000, 300_000];

/**
 * Brings something to the app, over Socket Mode or signed HTTP, through the faults in force, and writes it down.
 * Only events come again when they were not acknowledged; for interactions and commands Slack documents no such thing.
 * https://docs.slack.dev/apis/events-api/#retries
 */
export function makeDeliver(deps: Deps): Deliver {
  const deliver = async (delivery: Delivery): Promise<DeliveryResult> => {
    if (!isInstalled(delivery.app)) return { acked: false, via: "none", ms: 0, problem: "app_not_installed" };
    const operation = `deliver:${delivery.kind}`;
    const fault = deps.faults.take(operation);
    const seen = await deliverWithFault(deps, delivery, fault, (reached, delivered) => {
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
    if (!seen.acked && seen.problem !== RESET && delivery.kind === "events_api")
      retryEvent(deps, delivery, seen, deliver);
    return seen;
  };
  return deliver;
}

/** Answers what the person sees; `record` is told what really happened, which may be later. */
async function deliverWithFault(
  deps: Deps,
  delivery: Delivery,
  fault: SlackFault | undefined,
  record: (reached: boolean, delivered: DeliveryResult) => void,
): Promise<DeliveryResult> {
  const send = makeSend(deps, delivery);
  const recorded = async () => {
    const delivered = await send();
    record(delivered.via !== "none" && delivered.problem !== "connection_failed", delivered);
    return delivered;
  };
  const gaveUp = (problem: string): DeliveryResult => ({ acked: false, via: "none", ms: ACK_TIMEOUT_MS, problem });
  if (fault === undefined) return recorded();
  switch (fault.kind) {
    case "refuse":
    case "throttle":
    case "error": {
      const lost = gaveUp("not_delivered");
      record(false, lost);
      return lost;
    }
    case "delay": {
      const late = pause(deps.clock, fault.delayMs ?? 0).then((lasts) => (lasts ? recorded() : gaveUp(RESET)));
      const warned = pause(deps.clock, ACK_TIMEOUT_MS).then((lasts) => gaveUp(lasts ? "timeout" : RESET));
      return Promise.race([late, warned]);
    }
    case "drop-reply": {
      const delivered = await recorded();
      if (delivered.problem === RESET) return delivered;
      return { ...delivered, acked: false, body: undefined, problem: "timeout" };
    }
    case "twice": {
      const [first] = await Promise.all([recorded(), recorded()]);
      return first;
    }
    default:
      throw new Error(`no such fault: ${fault.kind satisfies never}`);
  }
}

/** Sends the same bytes each time it is called. */
function makeSend(deps: Deps, delivery: Delivery): () => Promise<DeliveryResult> {
  const url = deps.requestUrl();
  if (url === undefined) {
    const envelope = toEnvelope(delivery);
    return () => sendOverSocket(deps, delivery, envelope);
  }
  const request = signedRequest(delivery, url);
  return () => sendOverHttp(deps, request);
}

function retryEvent(deps: Deps, delivery: Delivery, seen: DeliveryResult, deliver: Deliver): void {
  const attempt = (delivery.retry?.attempt ?? 0) + 1;
  const after = EVENT_RETRY_DELAYS_MS[attempt - 1];
  if (after === undefined) return;
  const reason =
    seen.problem === "timeout"
      ? "http_timeout"
      : seen.problem?.startsWith("http_")
        ? "http_error"
        : "connection_failed";
  deps.clock.at(deps.clock.now() + after, () => void deliver({ ...delivery, retry: { attempt, reason } }));
}
