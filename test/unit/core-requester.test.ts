import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { Route } from "../../src/core/policy.ts";
import { classifyPrincipal } from "../../src/core/principal.ts";
import {
  type AddressOwner,
  describeMissingIdentity,
  describeRequester,
  describeRequesterRule,
  explainRequesterRule,
  findRequester,
  findRequesterRule,
  type Identities,
  initialOwner,
  isRequester,
  type Requester,
  UNKNOWN_REQUESTER,
} from "../../src/core/requester.ts";
import { aPerson, aRequest, aRoute, NOW } from "../support/samples.ts";

const A = "111122223333";
const iam = (resource: string, account = A) => `arn:aws:iam::${account}:${resource}`;
const sts = (resource: string) => `arn:aws:sts::${A}:${resource}`;
const user = iam("user/ops/jane");
const role = iam("role/ci/Deploy");
const session = sts("assumed-role/Deploy/run-1");
const SSO_ROLE = "AWSReservedSSO_Operator_0123456789abcdef";
const sso = (name: string) => sts(`assumed-role/${SSO_ROLE}/${name}`);

const asIs = (text: string) => text;
const PLAIN: NameRenderer = { user: asIs, group: asIs, channel: asIs, text: asIs, word: asIs, strong: asIs };

const NONE: AddressOwner = { kind: "none" };
const find = (executedBy: string | null, identities: Identities = {}, owner: AddressOwner = NONE) =>
  findRequester(executedBy, identities, owner);

test("a listed user or Identity Center session is the requester; whoever is listed with a role is only a candidate", () => {
  const identities = { U0JANE: [role], U0OMAR: [user, role], U0MIA: [user] };
  const table: [string | null, Identities, string[], string[]][] = [
    [user, identities, ["U0OMAR", "U0MIA"], []],
    [session, identities, [], ["U0JANE", "U0OMAR"]],
    [session, { U0JANE: [session] }, [], ["U0JANE"]],
    [sso("jane"), { U0JANE: [sso("jane")] }, ["U0JANE"], []],
    [sso("jane"), { U0JANE: [iam(`role/aws-reserved/sso.amazonaws.com/${SSO_ROLE}`)] }, [], ["U0JANE"]],
    [iam("root"), { U0JANE: [iam("root")] }, ["U0JANE"], []],
    [sts("federated-user/jane"), { U0JANE: [sts("federated-user/jane")] }, [], ["U0JANE"]],
    [iam("user/ops/jane", "444455556666"), identities, [], []],
    ["something else", identities, [], []],
    [null, identities, [], []],
  ];
  for (const [executedBy, listed, userIds, candidates] of table) {
    const requester = find(executedBy, listed);
    assert.deepEqual([requester.userIds, requester.candidates], [userIds, candidates], String(executedBy));
  }
});

test("the account that had the address when the request opened is the requester, also next to a listed person", () => {
  const owner: AddressOwner = { kind: "person", userId: "U0ROSA" };
  assert.deepEqual(find(sso("rosa@example.com"), {}, owner).userIds, ["U0ROSA"]);
  assert.deepEqual(find(sso("rosa@example.com"), { U0JANE: [sso("rosa@example.com")] }, owner).userIds, [
    "U0JANE",
    "U0ROSA",
  ]);
  assert.deepEqual(find(sso("rosa@example.com"), { U0ROSA: [sso("rosa@example.com")] }, owner).userIds, ["U0ROSA"]);
  assert.equal(find(sso("rosa@example.com"), {}, { kind: "pending" }).pending, true);
  assert.equal(find(sso("rosa@example.com"), {}, { kind: "nobody" }).pending, false);
});

test("only an Identity Center session with an address needs a lookup", () => {
  assert.deepEqual(initialOwner(sso("rosa@example.com")), { kind: "pending" });
  for (const other of [sso("rosa"), sts("assumed-role/Deploy/rosa@example.com"), user, null])
    assert.deepEqual(initialOwner(other), NONE, String(other));
});

test("a person is the requester by the stored id, by the current address without case, or as a candidate", () => {
  const jane = aPerson("U0JANE", { email: "Jane@Example.com" });
  const table: [Partial<Requester>, string][] = [
    [{ userIds: ["U0JANE"] }, "yes"],
    [{ userIds: ["U0OMAR"] }, "no"],
    [{ email: "jane@example.COM" }, "yes"],
    [{ userIds: ["U0OMAR"], email: "jane@example.com" }, "yes"],
    [{ candidates: ["U0JANE"] }, "yes"],
    [{ candidates: ["U0OMAR"] }, "unknown"],
    [{ userIds: ["U0OMAR"], candidates: ["U0JANE"] }, "yes"],
    [{ email: "omar@example.com", pending: true }, "unknown"],
    [{}, "unknown"],
  ];
  for (const [requester, expected] of table)
    assert.equal(isRequester(jane, { ...UNKNOWN_REQUESTER, ...requester }), expected, JSON.stringify(requester));
});

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

for (const { name, executedBy, kind, identities = {}, owner = NONE, effects, jane, line } of PRINCIPALS) {
  test(`started by ${name}: which approvals count under each value of whenRequesterUnknown`, () => {
    assert.equal(classifyPrincipal(executedBy), kind);
    const requester = findRequester(executedBy, identities, owner);
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
      const text = explainRequesterRule(route, requester, PLAIN);
      const rule = findRequesterRule(route, requester);
      assert.equal(text.includes(`whenRequesterUnknown: ${route.whenRequesterUnknown}`), rule !== "known", text);
      assert.equal(text.includes(`U...: ["${line}"]`), line !== null, text);
      assert.equal(text.includes("no approval counts"), rule === "denied", text);
    }
  });
}

test("the status line names the missing identity of a person, and leaves a role's to Details", () => {
  const route = aRoute({ whenRequesterUnknown: "deny-people" });
  const missing = (arn: string, kinds?: "people") => describeMissingIdentity(route, find(arn), PLAIN, kinds);
  assert.match(missing(user, "people") ?? "", /identities: U\.\.\.: \["arn:aws:iam::111122223333:user\/ops\/jane"\]/);
  assert.equal(missing(session, "people"), null);
  assert.match(
    missing(session) ?? "",
    /exclude a person who uses it .*U\.\.\.: \["arn:aws:iam::111122223333:role\/Deploy"\]/,
  );
});

test("the requester is described as a person where that is certain, and as the principal and its candidates otherwise", () => {
  assert.equal(describeRequester(find(user, { U0JANE: [user] }), PLAIN), "U0JANE (jane)");
  assert.equal(describeRequester(find(session, { U0JANE: [role] }), PLAIN), "Deploy/run-1, perhaps U0JANE");
  assert.equal(describeRequester(find(session), PLAIN), "Deploy/run-1");
  const listed = find(session, { U0JANE: [role] });
  assert.equal(
    describeRequesterRule(aRoute({ whenRequesterUnknown: "deny" }), listed, PLAIN),
    "not U0JANE, who may have started it; no approval counts, because the requester is a role, which identifies no one (whenRequesterUnknown: deny)",
  );
});
