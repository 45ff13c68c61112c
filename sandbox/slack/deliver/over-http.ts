import { createHmac } from "node:crypto";
import type { SessionTimers } from "../../wire/session-timers.ts";
import { parseJson } from "../json.ts";
import { ACK_TIMEOUT_MS, type Delivery, type DeliveryResult, RESET } from "./delivery.ts";

/** A signed request. Sending it twice is an exact replay. */
export interface SignedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Signs a delivery for HTTP: interactive payloads as the form field `payload`, commands as form fields, events as JSON.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * The timestamp is machine time, not sandbox time: the receiver compares it with the machine's clock.
 */
export function signedRequest(delivery: Delivery, url: string, machineNow = Date.now()): SignedRequest {
  const { body, type } = toBody(delivery);
  const timestamp = String(Math.floor(machineNow / 1000));
  const signature = createHmac("sha256", delivery.app.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    url,
    body,
    headers: {
      "content-type": type,
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
      ...(delivery.retry === undefined
        ? {}
        : { "x-slack-retry-num": String(delivery.retry.attempt), "x-slack-retry-reason": delivery.retry.reason }),
    },
  };
}

function toBody({ kind, payload }: Delivery): { body: string; type: string } {
  const form = "application/x-www-form-urlencoded";
  if (kind === "events_api") return { body: JSON.stringify(payload), type: "application/json" };
  if (kind === "slash_commands") {
    return { body: new URLSearchParams(payload as Record<string, string>).toString(), type: form };
  }
  return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), type: form };
}

/** Sends a signed request. A 2xx response within three seconds is the acknowledgement. */
export async function sendOverHttp(deps: { clock: SessionTimers }, request: SignedRequest): Promise<DeliveryResult> {
  const started = deps.clock.now();
  const abort = new AbortController();
  const cancel = deps.clock.at(
    started + ACK_TIMEOUT_MS,
    () => abort.abort("timeout"),
    () => abort.abort(RESET),
  );
  const failed = (problem: string): DeliveryResult => ({
    acked: false,
    via: "http",
    ms: deps.clock.now() - started,
    problem,
  });
  try {
    const response = await fetch(request.url, {
      method: "POST",
      headers: request.headers,
      body: request.body,
      redirect: "manual",
      signal: abort.signal,
    });
    const text = await response.text();
    if (!response.ok) return failed(`http_${response.status}`);
    return { acked: true, via: "http", ms: deps.clock.now() - started, body: parseReply(text) };
  } catch {
    return failed(abort.signal.aborted ? String(abort.signal.reason) : "connection_failed");
  } finally {
    cancel();
  }
}

/** Parses the body of a response: JSON, or plain text from a command. */
function parseReply(text: string): unknown {
  if (text === "") return undefined;
  const parsed = parseJson(text);
  return parsed === undefined ? text : parsed.value;
}
