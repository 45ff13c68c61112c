import assert from "node:assert/strict";
import { test } from "node:test";
import { SSMServiceException } from "@aws-sdk/client-ssm";
import { describe, MalformedAnswerError, readFailure, signalFailure } from "../../src/aws/aws-failures.ts";
import { decodeExecution, decodeInput, decodeListed } from "../../src/aws/decode.ts";

const network = (code: string, syscall?: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
const answered = (name: string, httpStatusCode: number) =>
  new SSMServiceException({
    name,
    $fault: httpStatusCode < 500 ? "client" : "server",
    message: "x",
    $metadata: { httpStatusCode, requestId: "r" },
  });

const SIGNALS: [claim: string, error: unknown, expected: string][] = [
  ["AWS refused it", answered("InvalidAutomationSignalException", 400), "refused"],
  ["AWS throttled it", answered("ThrottlingException", 429), "refused"],
  ["AWS failed", answered("InternalServerError", 500), "ambiguous, answered"],
  ["nobody listens", network("ECONNREFUSED", "connect"), "not-sent"],
  ["the name is not known", network("ENOTFOUND", "getaddrinfo"), "not-sent"],
  [
    "no address of the host answers",
    new AggregateError([network("ECONNREFUSED", "connect"), network("ENETUNREACH", "connect")]),
    "not-sent",
  ],
  [
    "one of two addresses may have taken it",
    new AggregateError([network("ECONNREFUSED", "connect"), network("ETIMEDOUT", "connect")]),
    "ambiguous, silent",
  ],
  ["there are no credentials", Object.assign(new Error("x"), { name: "CredentialsProviderError" }), "not-sent"],
  ["the host became unreachable after the request was written", network("EHOSTUNREACH", "read"), "ambiguous, silent"],
  ["the connection broke", network("ECONNRESET", "read"), "ambiguous, silent"],
  ["no answer came in time", Object.assign(new Error("x"), { name: "TimeoutError" }), "ambiguous, silent"],
  ["something unforeseen was thrown", "boom", "ambiguous, silent"],
];

for (const [claim, error, expected] of SIGNALS) {
  test(`a signal: ${claim} -> ${expected}`, () => {
    const result = signalFailure(error);
    const words = result.kind === "ambiguous" ? `ambiguous, ${result.answered ? "answered" : "silent"}` : result.kind;
    assert.equal(words, expected);
  });
}

test("a failed read says whether waiting alone may help", () => {
  for (const code of ["AccessDeniedException", "ExpiredTokenException", "ValidationException"])
    assert.equal(readFailure(answered(code, 400)).retry, false, code);
  for (const error of [
    answered("ThrottlingException", 400),
    network("ECONNRESET", "read"),
    new MalformedAnswerError("x"),
  ])
    assert.equal(readFailure(error).retry, true, String(error));
});

test("an error's words never are empty, and name what went wrong", () => {
  assert.deepEqual(describe(new AggregateError([network("ECONNREFUSED", "connect")])), {
    code: "ECONNREFUSED",
    message: "connect ECONNREFUSED",
  });
  assert.deepEqual(describe(new MalformedAnswerError("no id")), { code: "MalformedAnswer", message: "no id" });
  assert.equal(describe(new SyntaxError("Unexpected token <")).code, "MalformedAnswer");
  assert.deepEqual(describe(Object.assign(new Error(""), { name: "Odd" })), { code: "Odd", message: "Odd" });
  assert.deepEqual(describe("boom"), { code: "Unknown", message: "boom" });
});

const INPUTS: [text: unknown, expected: unknown][] = [
  ['"a text"', "a text"],
  ['["a","b"]', ["a", "b"]],
  ["1", 1],
  ["true", true],
  ["a bare text", "a bare text"],
  ["", ""],
  ["{half", "{half"],
  ["111122223333444455556666", "111122223333444455556666"],
  ["007", "007"],
  ["1.0", "1.0"],
  ["1e3", "1e3"],
  [5, 5],
  [undefined, undefined],
];

for (const [text, expected] of INPUTS) {
  test(`an input that came as ${JSON.stringify(text)} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(decodeInput(text), expected);
  });
}

test("what is not an execution in a list is left out; an execution without id or status is malformed", () => {
  const whole = { AutomationExecutionId: "e", AutomationExecutionStatus: "Waiting" } as const;
  assert.deepEqual(decodeListed(whole), {
    executionId: "e",
    status: "Waiting",
    currentStepName: null,
    currentAction: null,
  });
  for (const item of [null, {}, { AutomationExecutionId: "e" }, { AutomationExecutionStatus: "Waiting" } as const])
    assert.equal(decodeListed(item), null);
  for (const execution of [undefined, {}, { AutomationExecutionId: "e" }])
    assert.throws(() => decodeExecution(execution, []), MalformedAnswerError);
});
