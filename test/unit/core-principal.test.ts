import assert from "node:assert/strict";
import { test } from "node:test";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import {
  classifyPrincipal,
  describePrincipal,
  isPersonal,
  type PrincipalKind,
  principalName,
  principalNoun,
} from "../../src/core/principal.ts";
import { iam, PLAIN, SSO_ROLE, sso, sts } from "./principal-samples.ts";

/** Shows each text that others wrote in backticks, and a short name in brackets. */
const MARKED: NameRenderer = { ...PLAIN, text: (text) => `\`${text}\``, word: (text) => `[${text}]` };

/** A principal, its kind, and its name. */
const PRINCIPALS: [arn: string | null, kind: PrincipalKind, name: string][] = [
  [null, "unnamed", "unknown"],
  ["", "unnamed", "unknown"],
  [" \n", "unnamed", "unknown"],
  [iam("user/jane"), "iam-user", "`jane`"],
  [iam("user/ops/jane"), "iam-user", "`jane`"],
  [` ${iam("user/jane")}\n`, "iam-user", "`jane`"],
  [iam("root"), "root", "the account's root user"],
  [sts("federated-user/jane"), "federated-user", "`jane` (federated)"],
  [iam("role/ci/Deploy"), "role", "role `Deploy`"],
  [sts("assumed-role/Deploy/run-1"), "role", "`Deploy/run-1`"],
  [sts("assumed-role"), "unclear", "`/assumed-role`"],
  [iam(`role/aws-reserved/sso.amazonaws.com/${SSO_ROLE}`), "identity-center", `role \`${SSO_ROLE}\``],
  [iam(`role/${SSO_ROLE}`), "identity-center", `role \`${SSO_ROLE}\``],
  [iam(`user/${SSO_ROLE}`), "iam-user", `\`${SSO_ROLE}\``],
  [sso("rosa@example.com"), "identity-center", "`rosa@example.com`"],
  [sso("rosa@example.com").replace("AWSReserved", "awsreserved"), "identity-center", "`rosa@example.com`"],
  [sts("assumed-role/AWSReservedSSO_Fake/rosa"), "identity-center", "`AWSReservedSSO_Fake/rosa`"],
  [sts("assumed-role/My-AWSReservedSSO_Role/rosa"), "role", "`My-AWSReservedSSO_Role/rosa`"],
  [iam("role/AWSReservedSSO_Path/Deploy"), "role", "role `Deploy`"],
  ["events.amazonaws.com", "service", "`events.amazonaws.com`"],
  ["ssm.cn-north-1.amazonaws.com.cn", "service", "`ssm.cn-north-1.amazonaws.com.cn`"],
  ["events.amazonaws.com.evil.example", "unclear", "`events.amazonaws.com.evil.example`"],
  ["user/events.amazonaws.com", "unclear", "`user/events.amazonaws.com`"],
  ["eventsXamazonaws.com", "unclear", "`eventsXamazonaws.com`"],
  [".amazonaws.comXcn", "unclear", "`.amazonaws.comXcn`"],
  ["jane", "unclear", "`jane`"],
  [iam("group/ops"), "unclear", "`group/ops`"],
  [iam("user"), "unclear", "`user`"],
  [sts("root"), "unclear", "the account's root user"],
  [sts("user/jane"), "unclear", "`jane`"],
  [sts("role/Deploy"), "unclear", "role `Deploy`"],
  [iam("federated-user/jane"), "unclear", "`jane` (federated)"],
  [iam("assumed-role/Deploy/run-1"), "unclear", "`Deploy/run-1`"],
  ["arn:aws:s3::111122223333:user/jane", "unclear", "`arn:aws:s3::111122223333:user/jane`"],
  ["arn:aws:iam:us-east-1:111122223333:group/ops", "unclear", "`arn:aws:iam:us-east-1:111122223333:group/ops`"],
];

for (const [arn, kind, name] of PRINCIPALS)
  test(`the principal ${JSON.stringify(arn)} is classified as ${kind} and named ${name}`, () => {
    assert.equal(classifyPrincipal(arn), kind);
    assert.equal(principalName(arn, MARKED), name);
  });

test("only a session of Identity Center is described with its permission set", () => {
  const rosa = "`rosa@example.com` (Identity Center, [Operator])";
  assert.equal(describePrincipal(sso("rosa@example.com"), MARKED), rosa);
  for (const [arn, , name] of PRINCIPALS)
    if (!name.includes("rosa@example.com")) assert.equal(describePrincipal(arn, MARKED), name);
});

test("a person acts under each kind of principal but a role and a service, and each kind has its noun", () => {
  const nouns: Record<PrincipalKind, [noun: string, personal: boolean]> = {
    "iam-user": ["an IAM user", true],
    root: ["an account's root user", true],
    "federated-user": ["a federated user", true],
    "identity-center": ["an Identity Center session", true],
    role: ["a role", false],
    service: ["an AWS service", false],
    unnamed: ["a principal without a name", true],
    unclear: ["an unclear principal", true],
  };
  for (const [kind, expected] of Object.entries(nouns)) {
    const each = kind as PrincipalKind;
    assert.deepEqual([principalNoun(each), isPersonal(each)], expected, kind);
  }
  assert.throws(() => principalNoun("later" as PrincipalKind), /no noun for later/);
});
