import assert from "node:assert/strict";
import { test } from "node:test";
import { SSMServiceException } from "@aws-sdk/client-ssm";
import { describe, MalformedAnswerError, readFailure, signalFailure } from "../../src/aws/aws-failures.ts";
import { decodeInput, decodeListed } from "../../src/aws/decode.ts";
import { decodeAtOnce } from "../support/decode-at-once.ts";

const network = (code: string, syscall?: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
const replied = (name: string, httpStatusCode: number) =>
  new SSMServiceException({
    name,
    $fault: httpStatusCode < 500 ? "client" : "server",
    message: "x",
    $metadata: { httpStatusCode, requestId: "r" },
  });

const SIGNALS: [claim: string, error: unknown, expected: string][] = [
  ["refused by AWS", replied("InvalidAutomationSignalException", 400), "refused"],
  ["throttled by AWS", replied("ThrottlingException", 429), "refused"],
  ["with an internal error of AWS", replied("InternalServerError", 500), "ambiguous, with a reply"],
  ["to a port without a listener", network("ECONNREFUSED", "connect"), "not-sent"],
  ["to an unknown host name", network("ENOTFOUND", "getaddrinfo"), "not-sent"],
  [
    "to a host whose addresses all refuse",
    new AggregateError([network("ECONNREFUSED", "connect"), network("ENETUNREACH", "connect")]),
    "not-sent",
  ],
  [
    "to a host of which one address may have accepted it",
    new AggregateError([network("ECONNREFUSED", "connect"), network("ETIMEDOUT", "connect")]),
    "ambiguous, without a reply",
  ],
  ["without credentials", Object.assign(new Error("x"), { name: "CredentialsProviderError" }), "not-sent"],
  [
    "to a host that became unreachable after the request was written",
    network("EHOSTUNREACH", "read"),
    "ambiguous, without a reply",
  ],
  ["with a broken connection", network("ECONNRESET", "read"), "ambiguous, without a reply"],
  ["without a reply in time", Object.assign(new Error("x"), { name: "TimeoutError" }), "ambiguous, without a reply"],
  ["with an unexpected exception", "boom", "ambiguous, without a reply"],
];

for (const [claim, error, expected] of SIGNALS) {
  test(`a signal ${claim} is ${expected}`, () => {
    const result = signalFailure(error);
    const actual =
      result.kind === "ambiguous" ? `ambiguous, ${result.answered ? "with a reply" : "without a reply"}` : result.kind;
    assert.equal(actual, expected);
  });
}

test("a failed read states whether a retry may help", () => {
  for (const code of [
    ...["AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId"],
    ...["ExpiredTokenException", "ExpiredToken", "InvalidSignatureException", "SignatureDoesNotMatch"],
    ...["ValidationException", "CredentialsProviderError"],
  ])
    assert.equal(readFailure(replied(code, 400)).retry, false, code);
  for (const error of [
    replied("ThrottlingException", 400),
    network("ECONNRESET", "read"),
    new MalformedAnswerError("x"),
  ])
    assert.equal(readFailure(error).retry, true, String(error));
});

test("the description of an error is never empty and names its cause", () => {
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
  ["-0", "-0"],
  [' { "a" : [ "b c", 1, null ] } ', { a: ["b c", 1, null] }],
  ['{"a":"\\u003cb\\/ \\"c\\\\"}', { a: '<b/ "c\\' }],
  ['["12345678901234567890"," 1.0 "]', ["12345678901234567890", " 1.0 "]],
  ['{"Serial":12345678901234567890}', '{"Serial":12345678901234567890}'],
  ["[1.0]", "[1.0]"],
  ['{"b":1,"2":1}', '{"b":1,"2":1}'],
  ['{"a":1,"a":2}', '{"a":1,"a":2}'],
  ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
  [5, 5],
  [undefined, undefined],
];

for (const [text, expected] of INPUTS) {
  test(`the input ${JSON.stringify(text)} is decoded as ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(decodeInput(text), expected);
  });
}

test("a list item that is not an execution is omitted; an execution without id or status is malformed", () => {
  const complete = { AutomationExecutionId: "e", AutomationExecutionStatus: "Waiting" } as const;
  assert.deepEqual(decodeListed(complete), {
    executionId: "e",
    status: "Waiting",
    currentStepName: null,
    currentAction: null,
  });
  for (const item of [null, {}, { AutomationExecutionId: "e" }, { AutomationExecutionStatus: "Waiting" } as const])
    assert.equal(decodeListed(item), null);
  for (const execution of [undefined, {}, { AutomationExecutionId: "e" }])
    assert.throws(() => decodeAtOnce(execution, []), MalformedAnswerError);
});

test("the enclosing step of a step is decoded from ParentStepDetails, and is null without one", () => {
  const execution = { AutomationExecutionId: "e", AutomationExecutionStatus: "Waiting" } as const;
  const decode = (step: object) => decodeAtOnce(execution, [step])?.steps[0]?.parentStepId;
  assert.equal(decode({ ParentStepDetails: { StepExecutionId: "loop", StepName: "Loop", Iteration: 2 } }), "loop");
  for (const details of [undefined, null, {}, { StepName: "Loop" }, "loop"])
    assert.equal(decode({ ParentStepDetails: details }), null);
});
