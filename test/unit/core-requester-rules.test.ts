import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyPrincipal } from "../../src/core/principal.ts";
import type { AddressOwner, Identities } from "../../src/core/requester.ts";
import { explainRequesterRule, findRequesterRule } from "../../src/core/requester-rule.ts";
import { aRoute } from "../support/samples.ts";
import { findRequesterByArn, iam, PLAIN, role, SSO_ROLE, session, sso, sts, user } from "./principal-samples.ts";
import { type Effect, VALUES, vote } from "./requester-rule-votes.ts";

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

for (const { name, executedBy, kind, identities = {}, owner = null, effects, jane, line } of PRINCIPALS) {
  test(`started by ${name}: which approvals count under each value of whenRequesterUnknown`, () => {
    assert.equal(classifyPrincipal(executedBy), kind);
    const requester = findRequesterByArn(executedBy, identities, owner);
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
      assert.equal(/no approval counts, because/i.test(text), rule === "denied", text);
    }
  });
}
