import assert from "node:assert/strict";
import { test } from "node:test";
import { neverLeft } from "../../src/core/never-left.ts";

const failure = (code?: string, syscall?: string) =>
  Object.assign(new Error("failed"), code === undefined ? {} : { code }, syscall === undefined ? {} : { syscall });
const refused = failure("ECONNREFUSED", "connect");
const timedOut = failure("ETIMEDOUT", "connect");
const many = (...errors: unknown[]) => new AggregateError(errors, "failed");

const NEVER_LEFT: [claim: string, error: unknown][] = [
  ["a refused connection", refused],
  ["an unknown host", failure("ENOTFOUND", "getaddrinfo")],
  ["a name server that does not answer", failure("EAI_AGAIN", "getaddrinfo")],
  ["a host without a route", failure("EHOSTUNREACH", "connect")],
  ["a network without a route", failure("ENETUNREACH", "connect")],
  ["several addresses that all refuse", many(refused, failure("ENETUNREACH", "connect"))],
];
for (const [claim, error] of NEVER_LEFT)
  test(`${claim} proves that the request never left`, () => assert.equal(neverLeft(error), true));

const MAY_HAVE_LEFT: [claim: string, error: unknown][] = [
  ["a host that becomes unreachable after the request was written", failure("EHOSTUNREACH", "write")],
  ["a connection that is reset", failure("ECONNRESET", "read")],
  ["a connection that takes too long", timedOut],
  ["an error without a system call", failure("ECONNREFUSED")],
  ["an error without a code", failure(undefined, "connect")],
  ["an error without either", failure()],
  ["a value that is no error", { code: "ECONNREFUSED", syscall: "connect" }],
  ["no value", null],
  ["several addresses of which one may have been reached", many(refused, timedOut)],
  ["several addresses without any error", many()],
  [
    "several addresses, with a code for all",
    Object.assign(many(timedOut), { code: "ECONNREFUSED", syscall: "connect" }),
  ],
];
for (const [claim, error] of MAY_HAVE_LEFT)
  test(`${claim} does not prove that the request never left`, () => assert.equal(neverLeft(error), false));
