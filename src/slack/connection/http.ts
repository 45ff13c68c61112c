import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTPReceiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Clock } from "../../app/ports/aws.ts";

/** Where Slack sends requests in HTTP mode; the app's manifest names it. */
export const SLACK_PATH = "/slack/events";

/** How far ahead of ours Slack's clock may be. Bolt itself bounds only the past, at five minutes. */
const MAX_AHEAD_MS = 60_000;
/** How long a signature is remembered, so that a captured request cannot be played again. */
const REMEMBERED_MS = 6 * 60_000;
/** How many are remembered: forged ones count too, and must not fill the memory. */
const MAX_REMEMBERED = 20_000;

/**
 * Slack's requests over HTTP: Bolt's receiver verifies the signature; before it stands a bound on the future and a memory
 * of signatures seen. A click that slips past the memory after a restart is still one click by its own key.
 */
export function makeHttpReceiver(options: { signingSecret: string; logger: Logger; clock: Clock }) {
  const { signingSecret, logger, clock } = options;
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [SLACK_PATH], logger });
  const seen = new Map<string, number>();

  const refused = (request: IncomingMessage): string | null => {
    const now = clock.now();
    const timestamp = Number(request.headers["x-slack-request-timestamp"]);
    if (timestamp * 1000 > now + MAX_AHEAD_MS) return "the request's timestamp lies in the future";
    const signature = request.headers["x-slack-signature"];
    if (typeof signature !== "string") return null; // Bolt refuses it
    for (const [key, at] of seen) {
      if (now - at < REMEMBERED_MS && seen.size < MAX_REMEMBERED) break;
      seen.delete(key);
    }
    // Bolt verifies what stands between the first two equals signs; whatever follows makes no other request of it.
    const key = createHash("sha256")
      .update(signature.split("=")[1] ?? "")
      .digest("base64");
    if (seen.has(key)) return "the request was seen before";
    seen.set(key, now);
    return null;
  };

  return {
    receiver,
    handle(request: IncomingMessage, response: ServerResponse): void {
      const reason = refused(request);
      if (reason === null) return void receiver.requestListener(request, response);
      logger.warn(`A request was refused: ${reason}.`);
      response.writeHead(401, { "content-type": "text/plain" }).end(reason);
    },
  };
}
