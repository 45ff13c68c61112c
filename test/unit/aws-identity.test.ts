import assert from "node:assert/strict";
import { test } from "node:test";
import { authorize } from "../../sandbox/aws/identity/authorize.ts";
import {
  matchesPrincipal,
  type Principal,
  sessionPrincipal,
  userPrincipal,
} from "../../sandbox/aws/identity/principal.ts";
import { parseAuthorization, verifySignature } from "../../sandbox/aws/protocol/signature.ts";

/** Two cases of AWS's published test suite for Signature Version 4. */
const publishedCases = [
  ["get-vanilla", "GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  ["post-vanilla", "POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
] as const;
const authorization = (signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
const request = (method: string, more: object = {}) => ({
  method,
  path: "/",
  query: "",
  headers: new Headers({ host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" }),
  body: "",
  ...more,
});
const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const then = Date.parse("2015-08-30T12:36:00Z");

for (const [name, method, signature] of publishedCases) {
  test(`only AWS's published signature of ${name} is valid`, () => {
    const scope = parseAuthorization(authorization(signature));
    verifySignature(scope, secret, request(method), then);
    const mismatch = { code: "InvalidSignatureException", message: /does not match the signature you provided/ };
    assert.throws(() => verifySignature(scope, "another", request(method), then), mismatch);
    assert.throws(() => verifySignature(scope, secret, request(method, { body: "x" }), then), mismatch);
    assert.throws(() => verifySignature(scope, secret, request(method, { path: "/x" }), then), mismatch);
    const shorter = parseAuthorization(authorization(signature.slice(2)));
    assert.throws(() => verifySignature(shorter, secret, request(method), then), mismatch);
  });
}

test("a signature is valid for five minutes before and after its time", () => {
  const scope = parseAuthorization(authorization(publishedCases[0][2]));
  verifySignature(scope, secret, request("GET"), then + 299_000);
  verifySignature(scope, secret, request("GET"), then - 299_000);
  assert.throws(() => verifySignature(scope, secret, request("GET"), then + 301_000), {
    message: /Signature expired: 20150830T123600Z/,
  });
  assert.throws(() => verifySignature(scope, secret, request("GET"), then - 301_000), {
    message: /Signature not yet current/,
  });
});

test("the operation must be among the signed headers", () => {
  const scope = parseAuthorization(authorization(publishedCases[0][2]));
  const headers = new Headers({
    host: "example.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    "x-amz-target": "AmazonSSM.X",
  });
  assert.throws(() => verifySignature(scope, secret, request("GET", { headers }), then), {
    message: /'x-amz-target' must be a 'SignedHeader'/,
  });
});

const role = { arn: "arn:aws:iam::111122223333:role/path/Ops", id: "AROA1", allows: [], trusts: [] };
const jane = userPrincipal("111122223333", "jane");
const session = sessionPrincipal(role, "jane@example.com");
const approvers: [string, Principal, string, boolean][] = [
  ["a user by name", jane, "jane", true],
  ["a user by ARN", jane, "arn:aws:iam::111122223333:user/jane", true],
  ["a user of another account by ARN", jane, "arn:aws:iam::444455556666:user/jane", false],
  ["a user by a part of the name", jane, "jan", false],
  ["a session by its role's ARN", session, "arn:aws:iam::111122223333:role/path/Ops", true],
  [
    "a session by its own ARN, which has no path",
    session,
    "arn:aws:sts::111122223333:assumed-role/Ops/jane@example.com",
    true,
  ],
  ["a session by another session's ARN", session, "arn:aws:sts::111122223333:assumed-role/Ops/omar@example.com", false],
  ["a session by its role's name without the ARN", session, "Ops", false],
  ["a session by its session name", session, "jane@example.com", false],
  ["a user by a wildcard", session, "*", false],
];
for (const [claim, principal, approver, expected] of approvers) {
  test(`an approver: ${claim} ${expected ? "matches" : "does not match"}`, () =>
    assert.equal(matchesPrincipal(approver, principal), expected));
}

test("an IAM policy matches an action by name or wildcard, in any case, and not by regular expression", () => {
  const from = { account: "111122223333", region: "us-east-1", endpoint: "http://localhost:4566" };
  const caller = (allows: string[]) => ({ principal: jane, allows, ...from });
  for (const allowed of ["ssm:GetDocument", "ssm:get*", "ssm:*", "*"])
    authorize(caller([allowed]), "ssm:GetDocument", "*");
  for (const other of ["ssm:Get", "ssm.GetDocument", "ssm:GetDocumen.", "events:*"]) {
    assert.throws(() => authorize(caller([other]), "ssm:GetDocument", "*"), { code: "AccessDeniedException" }, other);
  }
});
