import assert from "node:assert/strict";
import { test } from "node:test";
import { describeRecordedApprovers, describeRecordedPolicy, type RecordedRule } from "../../src/core/recorded-rule.ts";
import { mention } from "./mention-names.ts";

const RULE: RecordedRule = {
  route: "databases",
  action: "aws:approve",
  approvers: { users: ["U0JANE", "U0OMAR"], groups: ["S0DBA"], channels: ["C0DBA", "C0OPS"], selfApproval: false },
  quorum: 2,
  policyHash: "aa",
};
const CHANNELS = "members of <#C0DBA>, members of <#C0OPS>";
const NOBODY = { users: [], groups: [], channels: [], selfApproval: true };

test("the record of a request says who could decide, how many approvals it needed, and whether the requester could", () => {
  const describe = (more: Partial<RecordedRule>) => describeRecordedApprovers({ ...RULE, ...more }, mention);
  assert.equal(
    describe({}),
    `<@U0JANE>, <@U0OMAR>, <!subteam^S0DBA>, ${CHANNELS}; 2 approvals; the requester may not approve`,
  );
  assert.equal(
    describe({ approvers: NOBODY, quorum: 1, action: "aws:pause" }),
    "nobody; 1 vote to resume; the requester may resume",
  );
});

test("nobody in Slack could decide a request without a route, or whose route was not in the configuration", () => {
  const none = { approvers: null, quorum: null };
  const describe = (more: Partial<RecordedRule>) => describeRecordedApprovers({ ...RULE, ...more }, mention);
  const removed = 'nobody in Slack: route ""databases"" was not in the configuration';
  assert.equal(describe({ route: null, ...none }), "nobody in Slack: no route");
  assert.equal(describe(none), removed);
  assert.equal(describe({ approvers: null }), removed);
  assert.equal(describe({ quorum: null }), removed);
});

test("the configuration of the time when the request opened is named if it was another", () => {
  const describe = (openedHash: string | undefined) => describeRecordedPolicy(RULE, openedHash, mention);
  assert.deepEqual([undefined, "aa", "bb"].map(describe), ['"aa"', '"aa"', '"aa"; "bb" when the request opened']);
});
