import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import type { Route } from "../../src/core/policy.ts";
import { classifyPrincipal } from "../../src/core/principal.ts";
import {
  type AddressOwner,
  type AddressOwners,
  findRequester,
  type Identities,
  type Requester,
} from "../../src/core/requester.ts";
import { describeRequesterRule, explainRequesterRule, findRequesterRule } from "../../src/core/requester-rule.ts";
import { aPerson, aRequest, aRoute, NOW } from "../support/samples.ts";
import { findStarter, iam, PLAIN, role, SSO_ROLE, session, sso, sts, user } from "./principal-samples.ts";

type Effect = "counts" | "denied" | "self-approval" | "waits";

/**
 * Each kind of principal: the effect of an approval by Mia under `allow`, `deny-people` and `deny`, and of one by Jane,
 * who is listed where the row says so, under `allow`.
 */
const PRINCIPALS: {
  name: string;
  executedBy: string | null;
  kind: ReturnType<typeof classifyPrincipal>;
  identities?: Identities;
  owner?: AddressOwner;
  effects: [Effect, Effect, Effect];
  jane: Effect;
  /** The ARN in the line that an admin can add, under each value; null: no line. */
  line: string | null;
}[] = [
  {
    name: "an IAM user that matches no one",
    executedBy: user,
    kind: "iam-user",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: user,
  },
  {
    name: "a listed IAM user",
    executedBy: user,
    kind: "iam-user",
    identities: { U0JANE: [user] },
    effects: ["counts", "counts", "counts"],
    jane: "self-approval",
    line: null,
  },
  {
    name: "the IAM user of another account",
    executedBy: iam("user/ops/jane", "444455556666"),
    kind: "iam-user",
    identities: { U0JANE: [user] },
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: iam("user/ops/jane", "444455556666"),
  },
  {
    name: "the root user",
    executedBy: iam("root"),
    kind: "root",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: iam("root"),
  },
  {
    name: "a federated user",
    executedBy: sts("federated-user/jane"),
    kind: "federated-user",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: sts("federated-user/jane"),
  },
  {
    name: "an Identity Center session whose address someone had",
    executedBy: sso("jane@example.com"),
    kind: "identity-center",
    owner: { kind: "person", userId: "U0JANE" },
    effects: ["counts", "counts", "counts"],
    jane: "self-approval",
    line: null,
  },
  {
    name: "an Identity Center session whose address no one had",
    executedBy: sso("left@example.com"),
    kind: "identity-center",
    owner: { kind: "nobody" },
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: sso("left@example.com"),
  },
  {
    name: "an Identity Center session before Slack has answered",
    executedBy: sso("rosa@example.com"),
    kind: "identity-center",
    owner: { kind: "pending" },
    effects: ["waits", "waits", "waits"],
    jane: "waits",
    line: null,
  },
  {
    name: "an Identity Center session without an address",
    executedBy: sso("rosa"),
    kind: "identity-center",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: sso("rosa"),
  },
  {
    name: "a role session named like an address",
    executedBy: sts("assumed-role/Deploy/u0jane@example.com"),
    kind: "role",
    effects: ["counts", "counts", "denied"],
    jane: "counts",
    line: iam("role/Deploy"),
  },
  {
    name: "a role session",
    executedBy: session,
    kind: "role",
    effects: ["counts", "counts", "denied"],
    jane: "counts",
    line: iam("role/Deploy"),
  },
  {
    name: "a role session listed under Jane",
    executedBy: session,
    kind: "role",
    identities: { U0JANE: [role] },
    effects: ["counts", "counts", "denied"],
    jane: "self-approval",
    line: null,
  },
  {
    name: "an Identity Center role listed under Jane",
    executedBy: sso("left@example.com"),
    kind: "identity-center",
    identities: { U0JANE: [iam(`role/${SSO_ROLE}`)] },
    owner: { kind: "nobody" },
    effects: ["counts", "denied", "denied"],
    jane: "self-approval",
    line: null,
  },
  {
    name: "a role",
    executedBy: role,
    kind: "role",
    effects: ["counts", "counts", "denied"],
    jane: "counts",
    line: role,
  },
  {
    name: "the role of an EventBridge rule",
    executedBy: sts("assumed-role/EventBridgeSsm/0123456789abcdef"),
    kind: "role",
    effects: ["counts", "counts", "denied"],
    jane: "counts",
    line: iam("role/EventBridgeSsm"),
  },
  {
    name: "a service principal",
    executedBy: "events.amazonaws.com",
    kind: "service",
    effects: ["counts", "counts", "denied"],
    jane: "counts",
    line: null,
  },
  {
    name: "no principal",
    executedBy: null,
    kind: "unnamed",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: null,
  },
  {
    name: "an unclear text",
    executedBy: "AROAEXAMPLE:someone",
    kind: "unclear",
    effects: ["counts", "denied", "denied"],
    jane: "counts",
    line: null,
  },
];

const VALUES = ["allow", "deny-people", "deny"] as const;

function vote(userId: string, route: Route, requester: Requester, verdict: "approve" | "reject" = "approve"): Effect {
  const person = aPerson(userId);
  const facts = {
    request: aRequest(),
    route,
    votes: [],
    person,
    membership: { kind: "member" as const },
    requester,
    sessionEmail: null,
  };
  const asked = { verdict, authority: "approver" as const, reason: null, typed: null, now: NOW };
  const evaluation = evaluateVote({ ...facts, ...asked });
  if (evaluation.kind !== "denied") return "counts";
  const { kind } = evaluation.denial;
  if (kind === "requester-unread") return "waits";
  return kind === "requester-unknown" ? "denied" : kind === "self-approval" ? kind : assert.fail(kind);
}

for (const { name, executedBy, kind, identities = {}, owner = null, effects, jane, line } of PRINCIPALS) {
  test(`started by ${name}: which approvals count under each value of whenRequesterUnknown`, () => {
    assert.equal(classifyPrincipal(executedBy), kind);
    const requester = findStarter(executedBy, identities, owner);
    const routes = VALUES.map((whenRequesterUnknown) => aRoute({ whenRequesterUnknown }));
    assert.deepEqual(
      routes.map((route) => vote("U0MIA", route, requester)),
      effects,
    );
    assert.equal(vote("U0JANE", aRoute({ whenRequesterUnknown: "allow" }), requester), jane);
    for (const route of routes) {
      for (const person of ["U0MIA", "U0JANE"]) {
        assert.equal(vote(person, route, requester, "reject"), "counts", "a rejection is always possible");
        assert.equal(vote(person, { ...route, selfApproval: true }, requester), "counts");
      }
      const text = explainRequesterRule(route, requester, PLAIN, true);
      const rule = findRequesterRule(route, requester);
      assert.equal(text.includes(`whenRequesterUnknown: ${route.whenRequesterUnknown}`), rule !== "known", text);
      assert.equal(text.includes(`U...: ["${line}"]`), line !== null, text);
      assert.equal(text.includes("no approval counts"), rule === "denied", text);
    }
  });
}

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
        assert.equal(text.includes("no approval counts"), denied, text);
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
