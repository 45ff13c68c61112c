import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../../src/core/person.ts";
import { findReadRight, READ_RULE } from "../../src/core/read-access.ts";
import type { Vote } from "../../src/core/request.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aPerson, aVote } from "../support/samples.ts";

const subject = (
  more: { votes?: Vote[]; userIds?: string[]; candidates?: string[]; email?: string; route?: null } = {},
) => ({
  request: { route: more.route === null ? null : "databases" },
  requester: {
    ...UNKNOWN_REQUESTER,
    userIds: more.userIds ?? [],
    candidates: more.candidates ?? [],
    email: more.email ?? null,
  },
  votes: more.votes ?? [],
});
const reader = (more: { person?: Person; admin?: boolean; routes?: string[] } = {}) => ({
  person: more.person ?? aPerson("U0ANNA"),
  admin: more.admin ?? false,
  routes: new Set(more.routes),
});
const NO_MEMBERS = ["guest", "external", "deactivated", "bot"] as const;

for (const [who, right, one, of, pressed] of [
  ["a stranger", null, reader(), subject(), false],
  ["an admin", "admin", reader({ admin: true }), subject(), false],
  ["an approver of the route", "approver", reader({ routes: ["databases"] }), subject(), false],
  ["an approver of another route", null, reader({ routes: ["web"] }), subject(), false],
  ["an approver, if no route applies,", null, reader({ routes: ["databases"] }), subject({ route: null }), false],
  ["the requester", "requester", reader(), subject({ userIds: ["U0ANNA"] }), false],
  ["the present owner of the requester's address", null, reader(), subject({ email: "U0Anna@Example.com" }), false],
  ["a candidate", null, reader(), subject({ candidates: ["U0ANNA"] }), false],
  ["a member without an address", null, reader({ person: aPerson("U0ANNA", { email: null }) }), subject(), false],
  ["a member who pressed a button", "pressed", reader(), subject(), true],
  ["a member who voted", "pressed", reader(), subject({ votes: [aVote("U0ANNA")] }), false],
  ["another member than the voter", null, reader(), subject({ votes: [aVote("U0JANE")] }), false],
] as const)
  test(`the rule for reading: ${who} ${right === null ? "may not" : "may"} read a request`, () => {
    assert.equal(findReadRight(one, of, pressed), right);
  });

test("the rule for reading: nobody but a full member may read a request, whatever else they are", () => {
  for (const accountStatus of NO_MEMBERS) {
    const person = aPerson("U0ANNA", { accountStatus });
    const all = reader({ person, admin: true, routes: ["databases"] });
    assert.equal(findReadRight(all, subject({ userIds: ["U0ANNA"], votes: [aVote("U0ANNA")] }), true), null);
  }
});

test("a person whom the rule refuses reads who may read a request", () => {
  assert.equal(
    READ_RULE,
    [
      "Full members of this workspace can read a request if they are its approver, its requester or a Countersign admin,",
      "if they voted on it, or if they press a button on its message.",
    ].join(" "),
  );
});
