import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIRequestError } from "@slack/web-api";
import { chatFailure } from "../../src/slack/slack-failures.ts";

const network = (code: string, syscall?: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
/** An error of the network, wrapped as fetch throws it. */
const fetched = (cause: unknown) => new TypeError("fetch failed", { cause });

const REQUESTS: [claim: string, original: Error, expected: "unavailable" | "ambiguous", error: string][] = [
  ["the port is closed", fetched(network("ECONNREFUSED", "connect")), "unavailable", "ECONNREFUSED"],
  ["the host name is unknown", fetched(network("ENOTFOUND", "getaddrinfo")), "unavailable", "ENOTFOUND"],
  ["the host name cannot be looked up now", fetched(network("EAI_AGAIN", "getaddrinfo")), "unavailable", "EAI_AGAIN"],
  ["the host is unreachable", fetched(network("EHOSTUNREACH", "connect")), "unavailable", "EHOSTUNREACH"],
  ["the network is unreachable", fetched(network("ENETUNREACH", "connect")), "unavailable", "ENETUNREACH"],
  [
    "every address of the host refuses",
    fetched(new AggregateError([network("ECONNREFUSED", "connect"), network("ENETUNREACH", "connect")])),
    "unavailable",
    "ECONNREFUSED",
  ],
  [
    "one of two addresses may have received the request",
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
    "the network became unreachable while the request was written",
    fetched(network("ENETUNREACH", "write")),
    "ambiguous",
    "ENETUNREACH",
  ],
  ["the failing system call is unknown", fetched(network("EHOSTUNREACH")), "ambiguous", "EHOSTUNREACH"],
  ["the connection broke", fetched(network("ECONNRESET", "read")), "ambiguous", "ECONNRESET"],
  ["the reply timed out", new DOMException("x", "TimeoutError"), "ambiguous", "TimeoutError"],
  ["the cause is unknown", fetched(undefined), "ambiguous", "TypeError"],
];

for (const [claim, original, kind, error] of REQUESTS) {
  test(`if ${claim}, the call is ${kind}`, () => {
    assert.deepEqual(chatFailure(new WebAPIRequestError(original)), { kind, error });
  });
}
