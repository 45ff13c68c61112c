import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTPModuleFunctions, HTTPReceiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Clock } from "../../app/ports/aws.ts";

/** The path for Slack's requests in HTTP mode; the app's manifest has it. */
export const SLACK_PATH = "/slack/events";

/** How far Slack's clock may be ahead. Bolt itself checks only the past, up to five minutes. */
const MAX_AHEAD_MS = 60_000;
/** How long a signature is kept, so that a captured request cannot be replayed. */
const REMEMBERED_MS = 6 * 60_000;
/** The largest body. Slack's requests stay far below: a click repeats its message, of at most 50 blocks. */
const MAX_BODY_BYTES = 1024 * 1024;
const TOO_LARGE = "the body is too large";
/**
 * The most bytes of bodies that are kept before their signatures are verified: anyone can send headers of the right form. A
 * body of at most MAX_SMALL_BYTES is read anyway, because the number of connections limits these, so that a click still counts.
 */
const MAX_UNVERIFIED_BYTES = 16 * 1024 * 1024;
const MAX_SMALL_BYTES = 64 * 1024;
const TOO_MANY = "too many large bodies at once";
/** The largest body of a request without a signature: Slack's check of the certificate (`ssl_check`) has none. */
const MAX_UNSIGNED_BYTES = 256;
/** A longer body is parsed only after its signature is verified. */
const MAX_NULL_BYTES = 64;
/** The form of a signature. Source: Slack documentation, "Verifying requests from Slack". */
const SIGNATURE = /^v0=([0-9a-f]{64})$/;

/** The most signatures that are kept: forged requests add signatures too, and must not exhaust the memory. */
const MAX_REMEMBERED = 20_000;

/**
 * Makes the receiver for Slack's requests over HTTP. Bolt's receiver verifies the signature. Before the body is read,
 * requests without the headers of a signature, requests from another time, and requests with a signature that was seen
 * before are refused. A replay after a restart is still the same click by its own key.
 */
export function makeHttpReceiver(options: { signingSecret: string; logger: Logger; clock: Clock }) {
  const { signingSecret, logger, clock } = options;
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [SLACK_PATH], logger });
  const seen = new Map<string, number>();
  const readBody = makeBodyReader();

  const refused = (request: IncomingMessage): string | null => {
    const now = clock.now();
    const signature = request.headers["x-slack-signature"];
    // Bolt refuses such a request unless it is Slack's check of the certificate.
    if (signature === undefined && Number(request.headers["content-length"]) <= MAX_UNSIGNED_BYTES) return null;
    const [, digest] = SIGNATURE.exec(String(signature)) ?? [];
    if (digest === undefined) return "the request has no signature of Slack's form";
    const timestamp = String(request.headers["x-slack-request-timestamp"]);
    const ahead = /^\d+$/.test(timestamp) ? Number(timestamp) * 1000 - now : Number.NaN;
    if (ahead > MAX_AHEAD_MS) return "the request's timestamp is in the future";
    if (!(ahead >= -REMEMBERED_MS)) return "the request's timestamp is missing or too old";
    for (const [key, at] of seen) {
      if (now - at < REMEMBERED_MS && seen.size < MAX_REMEMBERED) break;
      seen.delete(key);
    }
    if (seen.has(digest)) return "the request was seen before";
    seen.set(digest, now);
    return null;
  };

  const end = (response: ServerResponse, status: number, reason: string) => {
    logger.warn(`A request was refused: ${reason}.`);
    // The rest of the body is not read: the connection cannot serve another request.
    response.writeHead(status, { "content-type": "text/plain", connection: "close" }).end(reason);
  };

  return {
    receiver,
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const reason = refused(request);
      if (reason !== null) return end(response, 401, reason);
      if (Number(request.headers["content-length"]) > MAX_BODY_BYTES) return end(response, 413, TOO_LARGE);
      const rawBody = await readBody(request).catch(() => "the body did not arrive" as const);
      if (rawBody === TOO_LARGE) return end(response, 413, rawBody);
      if (rawBody === TOO_MANY) return end(response, 503, rawBody);
      if (typeof rawBody === "string") return end(response, 400, rawBody);
      // Bolt takes the body from here, and would fail on null and never reply.
      const received = Object.assign(request, { rawBody });
      if (rawBody.length <= MAX_NULL_BYTES && isNull(received)) return end(response, 400, "the body is null");
      receiver.requestListener(received, response);
    },
  };
}

/** Makes the function that reads a body, or returns why not. It rejects if the client stops sending. */
function makeBodyReader() {
  let unverifiedBytes = 0;
  return async (request: IncomingMessage): Promise<Buffer | typeof TOO_LARGE | typeof TOO_MANY> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      // The connection stays open after an early return, for the reply.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        chunks.push(chunk);
        bytes += chunk.length;
        unverifiedBytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) return TOO_LARGE;
        if (bytes > MAX_SMALL_BYTES && unverifiedBytes > MAX_UNVERIFIED_BYTES) return TOO_MANY;
      }
      return Buffer.concat(chunks);
    } finally {
      unverifiedBytes -= bytes;
    }
  };
}

/** Returns whether the payload is JSON's `null`. Any other payload is Bolt's to parse, and so is a malformed one. */
function isNull(request: Parameters<typeof HTTPModuleFunctions.parseHTTPRequestBody>[0]): boolean {
  try {
    return HTTPModuleFunctions.parseHTTPRequestBody(request) === null;
  } catch {
    return false;
  }
}
