import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import { chatFailure, findAdvice, findAppTokenAdvice } from "../../src/slack/slack-failures.ts";

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

test("an error of the workspace or the plan has its own advice; a rejected app-level token names its own variable", () => {
  for (const [code, pattern] of [
    ["plan_upgrade_required", /plan has no user groups: in countersign\.yml, name people under users/],
    ["messages_tab_disabled", /Messages Tab/],
    [
      "user_not_visible",
      /cannot see this person\. In countersign\.yml, name someone who is a full member of this workspace\./,
    ],
    ["ekm_access_denied", /encryption keys/],
    ["edit_window_closed", /does not let apps edit older messages/],
  ] as const)
    assert.match(findAdvice(code), pattern, code);
  assert.match(findAdvice("invalid_auth"), /set SLACK_BOT_TOKEN/);
  for (const code of ["invalid_auth", "token_revoked", "missing_scope"]) {
    assert.match(findAppTokenAdvice(code), /connections:write.* set SLACK_APP_TOKEN/, code);
    assert.doesNotMatch(findAppTokenAdvice(code), /SLACK_BOT_TOKEN/, code);
  }
});

test("both spellings of a rate limit ask to wait", () => {
  for (const error of ["ratelimited", "rate_limited"])
    assert.deepEqual(chatFailure(new WebAPIPlatformError({ ok: false, error })), {
      kind: "limited",
      retryAfterMs: 30_000,
    });
});
