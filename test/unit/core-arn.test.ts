import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arnMatches,
  findPrincipalArns,
  findSessionNames,
  identityCenterEmail,
  parseAccount,
  parseArn,
  permissionSet,
  toRequesterKey,
  toRoleArn,
} from "../../src/core/arn.ts";

const A = "111122223333";
const user = `arn:aws:iam::${A}:user/ops/jane`;
const role = `arn:aws:iam::${A}:role/ci/Deploy`;
const session = `arn:aws:sts::${A}:assumed-role/Deploy/run-1`;
const sso = (name: string) => `arn:aws:sts::${A}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/${name}`;

const MEANS: [listed: string, executedBy: string, means: boolean, why: string][] = [
  [user, user, true, "the same user"],
  [user, user.toUpperCase().replace("ARN:AWS:IAM", "arn:aws:iam"), true, "the same user in other case"],
  [user, `arn:aws:iam::${A}:user/jane`, false, "a user with another path"],
  [user, user.replace(A, "444455556666"), false, "a user of another account"],
  [session, session, true, "the same session"],
  [session, session.replace("run-1", "run-2"), false, "another session of the same role"],
  [role, session, true, "any session of the role, although the ARN of a session has no path"],
  [role, session.replace("run-1", "run-2"), true, "any session of the role"],
  [role, session.replace("Deploy", "Deploy2"), false, "a session of a role with a longer name"],
  [role, session.replace(A, "444455556666"), false, "a session of a role with the same name in another account"],
  [role.replace("arn:aws:", "arn:aws-cn:"), session, false, "a session of another partition"],
  [session, role, false, "the role, if only a session is listed"],
  [`arn:aws:iam::${A}:role/Deploy`, session, true, "a session of a role without a path"],
  [`arn:aws:iam::${A}:role/a/b/c/Deploy`, session, true, "a session of a role with a long path"],
  [`arn:aws:iam::${A}:role//Deploy`, session, true, "a session of a role with an empty path"],
  [
    `arn:aws:iam::${A}:role/ci/D`,
    session.replace("Deploy", "D").replace("run-1", "r"),
    true,
    "a session with short names",
  ],
  [role.toUpperCase(), session, true, "a session of a role that is listed in other case"],
  [`arn:aws:iam::${A}:user/Deploy`, session, false, "a session of a role with the name of a user"],
  [`arn:aws:iam::${A}:role`, session, false, "a session, if no role is listed"],
  [`${role}/`, session, false, "a session, if the listed ARN has no role name"],
  [`x${role}`, session, false, "a session, if the listed text only contains a role's ARN"],
  [role, `arn:aws:iam::${A}:role/Deploy`, true, "the same role without its path"],
  [`arn:aws:iam::${A}:role/Deploy`, role, true, "the same role with its path"],
  [role, `arn:aws:iam::444455556666:role/Deploy`, false, "a role with the same name in another account"],
  [role, `x${session}`, false, "a text that only contains a session's ARN"],
  [role, `${session}/x`, false, "a session's ARN with another part"],
  [role, session.replace("/run-1", ""), false, "a session's ARN without a name"],
  [role.replace(A, "1"), session.replace(A, "1"), false, "a session of no account"],
  [`arn:aws:iam::${A}:root`, `arn:aws:iam::${A}:root`, true, "the root user"],
  [`arn:aws:iam::${A}:root`, user, false, "a user, if the root user is listed"],
];

for (const [listed, executedBy, means, why] of MEANS)
  test(`${listed} ${means ? "means" : "does not mean"} ${why}`, () =>
    assert.equal(arnMatches(listed, executedBy), means));

test("only the session name of an Identity Center role is accepted as an email address", () => {
  const table: [string, string | null][] = [
    [sso("rosa@example.com"), "rosa@example.com"],
    [sso("rosa"), null],
    [sso("a@b@example.com"), null],
    [sso("ro sa@example.com"), null],
    [sso("rosa@exam ple.com"), null],
    [sso("@example.com"), null],
    [sso("rosa@"), null],
    [sso("r@e"), "r@e"],
    [sso("rosa@example.com").replace("SSO_Admin", "SSO_Prod_Admin"), "rosa@example.com"],
    [sso("rosa@example.com").replace("SSO_Admin", "SSO_A"), "rosa@example.com"],
    [sso("rosa@example.com").replace("SSO_Admin", "SSO_"), null],
    [sso("rosa@example.com").replace("AWSReserved", "xAWSReserved"), null],
    [sso("rosa@example.com").replace("abcdef/", "abcdef0/"), null],
    [sso("rosa@example.com").replace("abcdef/", "abcdef-x/"), null],
    [sso("rosa@example.com").replace("abcdef/", "abcdeg/"), null],
    [sso("rosa@example.com").replace("abcdef/", "abcde/"), null],
    ["rosa@example.com", null],
    [`arn:aws:sts::${A}:assumed-role/Deploy/rosa@example.com`, null],
    [`arn:aws:sts::${A}:assumed-role/AWSReservedSSO_Fake/rosa@example.com`, null],
    [`arn:aws:iam::${A}:user/rosa@example.com`, null],
    [`arn:aws-us-gov:sts::${A}:assumed-role/AWSReservedSSO_X_0123456789abcdef/rosa@example.com`, "rosa@example.com"],
  ];
  for (const [arn, email] of table) assert.equal(identityCenterEmail(arn), email, arn);
});

test("the ARN of a role session becomes the ARN of its role, in every partition; other ARNs do not change", () => {
  assert.equal(toRoleArn("arn:aws:sts::111122223333:assumed-role/Bot/i-0abc"), "arn:aws:iam::111122223333:role/Bot");
  assert.equal(
    toRoleArn("arn:aws-us-gov:sts::111122223333:assumed-role/Bot/x@example.com"),
    "arn:aws-us-gov:iam::111122223333:role/Bot",
  );
  for (const arn of ["arn:aws:iam::111122223333:user/bot", "arn:aws:sts::111122223333:federated-user/bot"])
    assert.equal(toRoleArn(arn), arn);
});

test("an ARN is split at its first five colons; other texts are not ARNs and contain no account", () => {
  assert.deepEqual(parseArn("arn:aws:events:eu-west-1:111122223333:event-bus/a:b"), {
    partition: "aws",
    service: "events",
    region: "eu-west-1",
    account: "111122223333",
    resource: "event-bus/a:b",
  });
  for (const text of ["", "jane", "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:"])
    assert.deepEqual([parseArn(text), parseAccount(text)], [null, null]);
  assert.deepEqual([parseArn(` ${role}`), parseArn(role.replace("arn:", "urn:"))], [null, null]);
  assert.equal(parseArn("arn:a:b:c:d:first\nsecond")?.resource, "first\nsecond");
  assert.deepEqual([parseAccount(role), parseAccount(null), parseAccount("arn:aws:s3:::bucket")], [A, null, null]);
});

test("ARNs and session names are found anywhere in a text", () => {
  const text = JSON.stringify({ By: [user, session], Note: `x:assumed-role/R/Jane@example.com; arn:aws:s3:::bucket.` });
  assert.deepEqual(findPrincipalArns(text), [user, session]);
  assert.deepEqual(findSessionNames(text), ["run-1", "jane@example.com"]);
});

test("the ARN in a sentence ends before the punctuation, and belongs to a principal", () => {
  const found = (text: string) => findPrincipalArns(text);
  for (const arn of [user, role, session, sso("rosa+x@example.com"), `arn:aws-us-gov:sts::${A}:federated-user/j`])
    for (const text of [arn, `(${arn})`, `By ${arn}.`, `${arn}, or`, `"${arn}"`])
      assert.deepEqual(found(text), [arn], text);
  assert.deepEqual(found("arn:aws:iam::111122223333:r"), ["arn:aws:iam::111122223333:r"]);
  for (const text of [`arn:aws:ssm::${A}:user/x`, "arn:aws:iam::account:user/x", `arn:aws:iam::${A}:.`, "jane"])
    assert.deepEqual(found(text), [], text);
});

test("the session names of one role leave out those of other roles, whatever the role's path and case are", () => {
  const text = [session, session.replace("Deploy", "Deploy2").replace("run-1", "run-2"), sso("rosa@example.com")].join(
    " ",
  );
  assert.deepEqual(findSessionNames(text), ["run-1", "run-2", "rosa@example.com"]);
  assert.deepEqual(findSessionNames(text, role), ["run-1"]);
  assert.deepEqual(findSessionNames(text, role.toUpperCase()), ["run-1"]);
  assert.deepEqual(findSessionNames(text, `arn:aws:iam::${A}:role/Other`), []);
  assert.deepEqual(findSessionNames("assumed-role/R/a, :role/R/b, :assumed-role/R", null), []);
});

test("a requester is counted by the role of a session, which it cannot choose, or by the name that Identity Center chose", () => {
  const table: [string | null, string][] = [
    [null, ""],
    [user, user],
    [session, `arn:aws:iam::${A}:role/Deploy`],
    [session.replace("run-1", "rosa@example.com"), `arn:aws:iam::${A}:role/Deploy`],
    [sso("rosa@example.com"), sso("rosa@example.com")],
    [sso("rosa"), `arn:aws:iam::${A}:role/AWSReservedSSO_Admin_0123456789abcdef`],
  ];
  for (const [executedBy, key] of table) assert.equal(toRequesterKey(executedBy), key, String(executedBy));
});

test("only the role of a permission set has one", () => {
  assert.equal(permissionSet("AWSReservedSSO_Prod_Admin_0123456789abcdef"), "Prod_Admin");
  for (const role of ["Deploy", "AWSReservedSSO_Admin", "AWSReservedSSO__0123456789abcdef"])
    assert.equal(permissionSet(role), null, role);
});
