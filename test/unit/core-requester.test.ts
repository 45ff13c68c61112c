import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arnMatches,
  findRequester,
  identityCenterEmail,
  isKnown,
  isRequester,
  UNKNOWN_REQUESTER,
} from "../../src/core/requester.ts";
import { aPerson } from "../support/samples.ts";

const A = "111122223333";
const user = `arn:aws:iam::${A}:user/ops/jane`;
const role = `arn:aws:iam::${A}:role/ci/Deploy`;
const session = `arn:aws:sts::${A}:assumed-role/Deploy/run-1`;
const sso = (name: string) => `arn:aws:sts::${A}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/${name}`;

const MEANS: [listed: string, executedBy: string, means: boolean, why: string][] = [
  [user, user, true, "the same user"],
  [user, user.toUpperCase().replace("ARN:AWS:IAM", "arn:aws:iam"), true, "the same user in other case"],
  [user, `arn:aws:iam::${A}:user/jane`, false, "a user of another path"],
  [user, user.replace(A, "444455556666"), false, "a user of another account"],
  [session, session, true, "the same session"],
  [session, session.replace("run-1", "run-2"), false, "another session of the same role"],
  [role, session, true, "any session of the role, whose path a session's ARN lacks"],
  [role, session.replace("run-1", "run-2"), true, "any session of the role"],
  [role, session.replace("Deploy", "Deploy2"), false, "a session of a role with a longer name"],
  [role, session.replace(A, "444455556666"), false, "a session of that role's name in another account"],
  [role.replace("arn:aws:", "arn:aws-cn:"), session, false, "a session of another partition"],
  [session, role, false, "the role, where only a session is listed"],
  [`arn:aws:iam::${A}:root`, `arn:aws:iam::${A}:root`, true, "the root user"],
  [`arn:aws:iam::${A}:root`, user, false, "a user, where the root user is listed"],
];

for (const [listed, executedBy, means, why] of MEANS)
  test(`${listed} ${means ? "means" : "does not mean"} ${why}`, () =>
    assert.equal(arnMatches(listed, executedBy), means));

test("only Identity Center's own sessions have an address that is believed", () => {
  const table: [string, string | null][] = [
    [sso("rosa@example.com"), "rosa@example.com"],
    [sso("rosa"), null],
    [sso("a@b@example.com"), null],
    [`arn:aws:sts::${A}:assumed-role/Deploy/rosa@example.com`, null],
    [`arn:aws:sts::${A}:assumed-role/AWSReservedSSO_Fake/rosa@example.com`, null],
    [`arn:aws:iam::${A}:user/rosa@example.com`, null],
    [`arn:aws-us-gov:sts::${A}:assumed-role/AWSReservedSSO_X_0123456789abcdef/rosa@example.com`, "rosa@example.com"],
  ];
  for (const [arn, email] of table) assert.equal(identityCenterEmail(arn), email, arn);
});

test("several people who act under one ARN may each have been it", () => {
  const identities = { U0JANE: [role], U0OMAR: [user, role], U0MIA: [user] };
  assert.deepEqual(findRequester(session, identities), { userIds: ["U0JANE", "U0OMAR"], email: null });
  assert.deepEqual(findRequester(null, identities), UNKNOWN_REQUESTER);
  assert.equal(isKnown(findRequester("something else", identities)), false);
});

test("who started it is told by id first, then by address without case, and else is not known", () => {
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
  for (const [requester, answer] of table)
    assert.equal(isRequester(jane, requester), answer, JSON.stringify(requester));
  assert.equal(isRequester({ id: "U0X", email: null }, { userIds: [], email: "omar@example.com" }), "unknown");
});
