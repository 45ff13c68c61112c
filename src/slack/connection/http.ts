import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTPReceiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Clock } from "../../app/ports/aws.ts";

/** The path for Slack's requests in HTTP mode; the app's manifest has it. */
export const SLACK_PATH = "/slack/events";

/** How far Slack's clock may be ahead. Bolt itself checks only the past, up to five minutes. */
const MAX_AHEAD_MS = 60_000;
/** How long a signature is kept, so that a captured request cannot be replayed. */
const REMEMBERED_MS = 6 * 60_000;
/** The most signatures that are kept: forged requests add signatures too, and must not exhaust the memory. */
const MAX_REMEMBERED = 20_000;

/**
 * Makes the receiver for Slack's requests over HTTP. Bolt's receiver verifies the signature. Before that, requests from
 * the future and requests with a signature that was seen before are refused. A replay after a restart is still the same
 * click by its own key.
 */
export function makeHttpReceiver(options: { signingSecret: string; logger: Logger; clock: Clock }) {
  const { signingSecret, logger, clock } = options;
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [SLACK_PATH], logger });
  const seen = new Map<string, number>();

  const refused = (request: IncomingMessage): string | null => {
    const now = clock.now();
    const timestamp = Number(request.headers["x-slack-request-timestamp"]);
    if (timestamp * 1000 > now + MAX_AHEAD_MS) return "the request's timestamp is in the future";
    const signature = request.headers["x-slack-signature"];
    if (typeof signature !== "string") return null; // Bolt refuses a request without a signature
    for (const [key, at] of seen) {
      if (now - at < REMEMBERED_MS && seen.size < MAX_REMEMBERED) break;
      seen.delete(key);
    }
    // Bolt verifies the text between the first two equals signs. Text after that does not make it another request.
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
