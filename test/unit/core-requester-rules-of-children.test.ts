import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddressOwners, findRequester, type Requester } from "../../src/core/requester.ts";
import { describeRequesterRule, explainRequesterRule, findRequesterRule } from "../../src/core/requester-rule.ts";
import { aRoute } from "../support/samples.ts";
import { iam, PLAIN, role, session, sso, sts, user } from "./principal-samples.ts";
import { type Effect, VALUES, vote } from "./requester-rule-votes.ts";

/**
 * Executions with a parent: the principals of the execution and of its parents, nearest first, and the effects as above.
 * `owners` are those of the addresses. Jane is always listed with her user, and with the role of Deploy's sessions.
 */
const CHILDREN: {
  name: string;
  principals: (string | null)[];
  owners?: AddressOwners;
  unread?: string;
  effects: [Effect, Effect, Effect];
  jane: Effect;
}[] = [
  {
    name: "a role, for a person who is known",
    principals: [sts("assumed-role/Automation/run-1"), user],
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
  },
  {
    name: "a person who is known, for a role",
    principals: [user, sts("assumed-role/Automation/run-1")],
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
  },
  {
    name: "a person who is known, for the same person",
    principals: [user, user],
    effects: ["counts", "counts", "counts"],
    jane: "self-approval",
  },
  {
    name: "a role, for a person whom the configuration does not list",
    principals: [sts("assumed-role/Automation/run-1"), iam("user/omar")],
    effects: ["counts", "denied", "denied"],
    jane: "counts",
  },
  {
    name: "another person, for a person whom the configuration does not list",
    principals: [user, iam("user/omar")],
    effects: ["counts", "denied", "denied"],
    jane: "self-approval",
  },
  {
    name: "a role, for a role that Jane may have used",
    principals: [sts("assumed-role/Automation/run-1"), session],
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
  },
  {
    name: "a role, for another role, for a person who is known",
    principals: [sts("assumed-role/Automation/run-1"), sts("assumed-role/Pipeline/run-2"), user],
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
  },
  {
    name: "a role, for an address whose owner Slack has yet to return",
    principals: [sts("assumed-role/Automation/run-1"), sso("rosa@example.com")],
    owners: { "rosa@example.com": { kind: "pending" } },
    effects: ["waits", "waits", "denied"],
    jane: "waits",
  },
  {
    name: "a person who is known, for an address of no one",
    principals: [user, sso("rosa@example.com")],
    owners: { "rosa@example.com": { kind: "nobody" } },
    effects: ["counts", "denied", "denied"],
    jane: "self-approval",
  },
  {
    name: "a role, for Jane's address",
    principals: [sts("assumed-role/Automation/run-1"), sso("jane@corp.example")],
    owners: { "jane@corp.example": { kind: "person", userId: "U0JANE" } },
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
  },
  {
    name: "a person who is known, for a parent that could not be read",
    principals: [user],
    unread: "AccessDeniedException",
    effects: ["counts", "denied", "denied"],
    jane: "self-approval",
  },
  {
    name: "a role, for a person who is known, for a parent that could not be read",
    principals: [sts("assumed-role/Automation/run-1"), user],
    unread: "TooManyLevels",
    effects: ["counts", "denied", "denied"],
    jane: "self-approval",
  },
];

for (const { name, principals, owners: addressOwners = {}, unread, effects, jane } of CHILDREN) {
  test(`a child execution started by ${name}: the strictest rule of all of them applies`, () => {
    const [executedBy = null, ...above] = principals;
    const parents = above.map((each) => ({ executedBy: each }));
    const facts = { executedBy, parents, ...(unread === undefined ? {} : { parentsUnread: unread }) };
    const requester = findRequester({ facts, addressOwners }, { U0JANE: [user, role] });
    const routes = VALUES.map((whenRequesterUnknown) => aRoute({ whenRequesterUnknown }));
    assert.deepEqual(
      routes.map((route) => vote("U0MIA", route, requester)),
      effects,
    );
    assert.equal(vote("U0JANE", aRoute({ whenRequesterUnknown: "allow" }), requester), jane);
    for (const route of routes) {
      assert.equal(vote("U0JANE", route, requester, "reject"), "counts");
      const denied = findRequesterRule(route, requester) === "denied";
      for (const text of [
        explainRequesterRule(route, requester, PLAIN, true),
        describeRequesterRule(route, requester, PLAIN) ?? "",
      ]) {
        assert.equal(/no approval counts, because/i.test(text), denied, text);
        assert.equal(text.includes("U0JANE"), jane === "self-approval", text);
        if (unread !== undefined && denied) assert.ok(text.includes(unread), text);
      }
    }
  });
}

test("a parent makes no approval count that would not count without it", () => {
  const some = [null, user, iam("user/omar"), session, sts("assumed-role/Automation/run-1"), sso("rosa@example.com")];
  const addressOwners: AddressOwners = { "rosa@example.com": { kind: "person", userId: "U0ROSA" } };
  const find = (executedBy: string | null, parents: { executedBy: string | null }[] = []) =>
    findRequester({ facts: { executedBy, parents }, addressOwners }, { U0JANE: [user, role] });
  for (const own of some)
    for (const parent of some)
      for (const whenRequesterUnknown of VALUES)
        for (const person of ["U0MIA", "U0JANE", "U0ROSA"]) {
          const effect = (requester: Requester) => vote(person, aRoute({ whenRequesterUnknown }), requester);
          const both = effect(find(own, [{ executedBy: parent }]));
          const each = [effect(find(own)), effect(find(parent))];
          assert.equal(
            both === "counts",
            each.every((one) => one === "counts"),
            `${own} ${parent} ${person}`,
          );
        }
});
