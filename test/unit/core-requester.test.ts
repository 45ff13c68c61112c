import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AddressOwner,
  describeRequester,
  type Identities,
  initialOwners,
  isRequester,
  type Requester,
  UNKNOWN_REQUESTER,
} from "../../src/core/requester.ts";
import { describeMissingIdentity, describeRequesterRule } from "../../src/core/requester-rule.ts";
import { aPerson, aRoute } from "../support/samples.ts";
import {
  findRequesterByArn as find,
  iam,
  PLAIN,
  role,
  SSO_ROLE,
  session,
  sso,
  sts,
  user,
} from "./principal-samples.ts";

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
  const owners = (executedBy: string | null) => initialOwners({ executedBy });
  assert.deepEqual(owners(sso("rosa@example.com")), { "rosa@example.com": { kind: "pending" } });
  for (const other of [sso("rosa"), sts("assumed-role/Deploy/rosa@example.com"), user, null])
    assert.deepEqual(owners(other), {}, String(other));
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
    "not U0JANE, who possibly started it; no approval counts, because the requester is a role, which identifies no one (whenRequesterUnknown: deny)",
  );
});

test("a child execution is described by the people of the first execution, and by the principals that it went through", () => {
  const principal = (executedBy: string | null, more: Partial<Requester> = {}) => ({
    ...UNKNOWN_REQUESTER,
    executedBy,
    ...more,
  });
  const jane = principal(user, { userIds: ["U0JANE", "U0MIA"] });
  const run = (name: string) => principal(sts(`assumed-role/Automation/${name}`));
  const unread = { ...UNKNOWN_REQUESTER, unread: "AccessDeniedException" };
  const table: [Requester, string][] = [
    [{ ...run("1"), parents: [jane] }, "U0JANE or U0MIA (jane) through Automation/1"],
    [{ ...jane, parents: [jane] }, "U0JANE or U0MIA (jane)"],
    [{ ...run("1"), parents: [run("1"), jane, jane] }, "U0JANE or U0MIA (jane) through Automation/1"],
    [{ ...run("1"), parents: [run("2"), jane] }, "U0JANE or U0MIA (jane) through Automation/2 and Automation/1"],
    [
      { ...run("1"), parents: [run("2"), run("3"), run("4"), jane] },
      "U0JANE or U0MIA (jane) through Automation/4, Automation/3 and 2 more",
    ],
    [{ ...jane, parents: [run("1"), unread] }, "an unknown requester through Automation/1 and jane"],
  ];
  for (const [requester, text] of table) assert.equal(describeRequester(requester, PLAIN), text);
});
