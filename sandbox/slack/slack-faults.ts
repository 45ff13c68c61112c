import { z } from "zod";
import { faultSchema } from "../wire/faults.ts";

/**
 * The faults of the Slack stand-in. An operation is a Web API method (`chat.postMessage`), a delivery to the app
 * (`deliver:block_actions`), `response_url`, or `link` (the handshake of a Socket Mode connection).
 *
 * - `throttle`: HTTP 429 with Retry-After; `omitRetryAfter` omits the header.
 * - `error`: HTTP 200 with `{ok: false, error: code}`, or HTTP `status`. A delivery never arrives.
 * - `delay`: `delayMs` on the sandbox's clock, so advancing the clock ends it. For a delivery delayed beyond three seconds,
 *   the person sees a warning, and the app still gets the delivery.
 * - `refuse`: the connection closes before anything happens. A delivery never arrives.
 * - `drop-reply`: the call is executed, then the connection closes. A delivery arrives, but its acknowledgement is lost.
 * - `twice`: a delivery arrives twice, with identical bytes.
 */
export const slackFaultSchema = faultSchema.extend({
  kind: z.enum([...faultSchema.shape.kind.options, "twice"]),
  omitRetryAfter: z.boolean().optional(),
});

export type SlackFault = z.infer<typeof slackFaultSchema>;
