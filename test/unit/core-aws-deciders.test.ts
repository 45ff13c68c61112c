import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDecider, findAwsDeciders } from "../../src/core/aws-deciders.ts";
import type { Outcome } from "../../src/core/request.ts";
import { mention } from "./mention-names.ts";

const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
const SESSION = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/rosa@example.com";
const SHARED = user("shared");
const IDENTITIES = { U0JANE: [user("jane"), SHARED], U0OMAR: [SHARED] };
const addressOwners = { "rosa@example.com": { kind: "person", userId: "U0ROSA" } } as const;

const decidedBy = (where: Outcome["where"], ...by: string[]): Outcome => ({
  kind: "rejected",
  where,
  by,
  detail: null,
});

test("a principal who decided in AWS is a person if exactly one person uses it", () => {
  const outcome = decidedBy("aws", user("jane"), SHARED, user("unlisted"), SESSION);
  assert.deepEqual(findAwsDeciders({ outcome, addressOwners }, IDENTITIES), {
    [user("jane")]: "U0JANE",
    [SESSION]: "U0ROSA",
  });
});

test("no person is looked up for a decision in Slack, or for a step without a decision", () => {
  assert.deepEqual(findAwsDeciders({ outcome: decidedBy("slack", user("jane")), addressOwners }, IDENTITIES), {});
  assert.deepEqual(findAwsDeciders({ outcome: null, addressOwners }, IDENTITIES), {});
});

test("a decider is named after the person behind the principal, if one is known", () => {
  const people = { [user("jane")]: "U0JANE", [SESSION]: "U0ROSA" };
  assert.equal(describeDecider(user("jane"), people, mention), '<@U0JANE> ("jane")');
  assert.equal(describeDecider(SESSION, people, mention), '<@U0ROSA> ("rosa@example.com")');
  assert.equal(describeDecider(SESSION, {}, mention), '"rosa@example.com" (Identity Center, "Admin")');
});
