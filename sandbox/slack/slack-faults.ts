import { z } from "zod";
import { faultSchema } from "../wire/faults.ts";

/**
 * The faults of the Slack stand-in. An operation is a Web API method (`chat.postMessage`), a delivery to the app
 * (`deliver:block_actions`), `response_url`, or `link` (the handshake of a Socket Mode connection).
 *
 * - `throttle`: HTTP 429 with Retry-After; `omitRetryAfter` leaves the header out.
 * - `error`: HTTP 200 with `{ok: false, error: code}`, or HTTP `status`. Of a delivery: it never arrives.
 * - `delay`: `delayMs` on the sandbox's clock, so moving the clock ends it. A delivery that is delayed past three seconds
 *   shows the person a warning and reaches the app all the same.
 * - `refuse`: the connection is closed before anything happens. Of a delivery: it never arrives.
 * - `drop-reply`: executed, then the connection is closed. Of a delivery: the app's acknowledgement is lost.
 * - `twice`: a delivery arrives twice, byte for byte.
 */
export const slackFaultSchema = faultSchema.extend({
  kind: z.enum([...faultSchema.shape.kind.options, "twice"]),
  omitRetryAfter: z.boolean().optional(),
});

export type SlackFault = z.infer<typeof slackFaultSchema>;
