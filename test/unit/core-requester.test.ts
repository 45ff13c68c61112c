import assert from "node:assert/strict";
import { test } from "node:test";
import { findRequester, isKnown, isRequester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aPerson } from "../support/samples.ts";

const A = "111122223333";
const user = `arn:aws:iam::${A}:user/ops/jane`;
const role = `arn:aws:iam::${A}:role/ci/Deploy`;
const session = `arn:aws:sts::${A}:assumed-role/Deploy/run-1`;

test("each person who can act with the ARN of the requester may be the requester", () => {
  const identities = { U0JANE: [role], U0OMAR: [user, role], U0MIA: [user] };
  assert.deepEqual(findRequester(session, identities), { userIds: ["U0JANE", "U0OMAR"], email: null });
  assert.deepEqual(findRequester(null, identities), UNKNOWN_REQUESTER);
  assert.equal(isKnown(findRequester("something else", identities)), false);
});

test("the requester is identified by Slack id, then by address without case, and is otherwise unknown", () => {
  const jane = aPerson("U0JANE", { email: "Jane@Example.com" });
  const table: [Parameters<typeof isRequester>[1], string][] = [
    [{ userIds: ["U0JANE"], email: null }, "yes"],
    [{ userIds: ["U0OMAR"], email: null }, "no"],
    [{ userIds: [], email: "jane@example.COM" }, "yes"],
    [{ userIds: ["U0OMAR"], email: "jane@example.com" }, "yes"],
    [{ userIds: [], email: "omar@example.com" }, "no"],
    [{ userIds: [], email: "omar@example.com", emailIsForeign: true }, "unknown"],
    [UNKNOWN_REQUESTER, "unknown"],
  ];
  for (const [requester, expected] of table)
    assert.equal(isRequester(jane, requester), expected, JSON.stringify(requester));
  assert.equal(isRequester({ id: "U0X", email: null }, { userIds: [], email: "omar@example.com" }), "unknown");
});
