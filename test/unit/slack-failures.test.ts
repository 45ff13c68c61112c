import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIRequestError } from "@slack/web-api";
import { chatFailure } from "../../src/slack/slack-failures.ts";

const network = (code: string, syscall?: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
/** The network's own error, as fetch throws it. */
const fetched = (cause: unknown) => new TypeError("fetch failed", { cause });

const REQUESTS: [claim: string, original: Error, expected: "unavailable" | "ambiguous", error: string][] = [
  ["nobody listens", fetched(network("ECONNREFUSED", "connect")), "unavailable", "ECONNREFUSED"],
  ["the name is not known", fetched(network("ENOTFOUND", "getaddrinfo")), "unavailable", "ENOTFOUND"],
  ["the name cannot be looked up now", fetched(network("EAI_AGAIN", "getaddrinfo")), "unavailable", "EAI_AGAIN"],
  ["the host cannot be reached", fetched(network("EHOSTUNREACH", "connect")), "unavailable", "EHOSTUNREACH"],
  ["the network cannot be reached", fetched(network("ENETUNREACH", "connect")), "unavailable", "ENETUNREACH"],
  [
    "no address of the host answers",
    fetched(new AggregateError([network("ECONNREFUSED", "connect"), network("ENETUNREACH", "connect")])),
    "unavailable",
    "ECONNREFUSED",
  ],
  [
    "one of two addresses may have taken it",
    fetched(new AggregateError([network("ECONNREFUSED", "connect"), network("ETIMEDOUT", "connect")])),
    "ambiguous",
    "ECONNREFUSED",
  ],
  [
    "the host became unreachable after the request was written",
    fetched(network("EHOSTUNREACH", "read")),
    "ambiguous",
    "EHOSTUNREACH",
  ],
  [
    "the network went away while the request was written",
    fetched(network("ENETUNREACH", "write")),
    "ambiguous",
    "ENETUNREACH",
  ],
  ["it is not said where it failed", fetched(network("EHOSTUNREACH")), "ambiguous", "EHOSTUNREACH"],
  ["the connection broke", fetched(network("ECONNRESET", "read")), "ambiguous", "ECONNRESET"],
  ["no answer came in time", new DOMException("x", "TimeoutError"), "ambiguous", "TimeoutError"],
  ["nobody knows what failed", fetched(undefined), "ambiguous", "TypeError"],
];

for (const [claim, original, kind, error] of REQUESTS) {
  test(`a call of which ${claim} is ${kind}`, () => {
    assert.deepEqual(chatFailure(new WebAPIRequestError(original)), { kind, error });
  });
}
