import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AddressOwners,
  awaitsLookup,
  awaitsOwner,
  findRequester,
  type Identities,
  initialAccounts,
  initialOwners,
  isRequester,
  type ListedAccounts,
  type PendingLookup,
  pendingLookups,
  type Requester,
  type RequesterFacts,
  UNKNOWN_REQUESTER,
} from "../../src/core/requester.ts";
import { aPerson } from "../support/samples.ts";
import { iam, role, session, sso, user } from "./principal-samples.ts";

const ROSA = "rosa@example.com";
const pending = { kind: "pending" } as const;
const rosa = { kind: "person", userId: "U0ROSA" } as const;
const nobody = { kind: "nobody" } as const;
const parents = (...principals: (string | null)[]) => principals.map((executedBy) => ({ executedBy }));

test("a new request looks up the addresses and the listed people of its execution and of each parent", () => {
  const facts = { executedBy: session, parents: parents(sso(ROSA), user, iam("user/omar")) };
  const identities = { U0JANE: [user], U0ROSA: [sso(ROSA)], U0MIA: [role], U0EVE: [iam("user/eve")] };
  assert.deepEqual(initialOwners(facts), { [ROSA]: pending });
  assert.deepEqual(initialAccounts(facts, identities), { U0ROSA: "pending", U0JANE: "pending" });
  assert.deepEqual(initialAccounts({ executedBy: null }, identities), {});
});

/** A stored request, the lookups that are left, and whether approvals wait for one of them. */
const LOOKUPS: [
  claim: string,
  facts: RequesterFacts,
  addressOwners: AddressOwners,
  listedAccounts: ListedAccounts | undefined,
  identities: Identities,
  left: PendingLookup[],
  waits: boolean,
][] = [
  [
    "an address without an owner so far",
    { executedBy: sso(ROSA) },
    { [ROSA]: pending },
    {},
    {},
    [{ email: ROSA }],
    true,
  ],
  ["an address with an owner", { executedBy: sso(ROSA) }, { [ROSA]: rosa }, {}, {}, [], false],
  ["an address of no one", { executedBy: sso(ROSA) }, { [ROSA]: nobody }, {}, {}, [], false],
  [
    "a listed account without a reply so far",
    { executedBy: user },
    {},
    { U0JANE: "pending" },
    { U0JANE: [user] },
    [{ userId: "U0JANE" }],
    true,
  ],
  ["a listed account that is active", { executedBy: user }, {}, { U0JANE: "active" }, { U0JANE: [user] }, [], false],
  [
    "a listed account that is inactive",
    { executedBy: user },
    {},
    { U0JANE: "inactive" },
    { U0JANE: [user] },
    [],
    false,
  ],
  [
    "a person who was listed after the request opened",
    { executedBy: user },
    {},
    { U0JANE: "active" },
    { U0JANE: [user], U0MIA: [user] },
    [{ userId: "U0MIA" }],
    true,
  ],
  [
    "a listed person of a request without stored accounts",
    { executedBy: user },
    {},
    undefined,
    { U0JANE: [user] },
    [{ userId: "U0JANE" }],
    true,
  ],
  ["a person who is listed with a role", { executedBy: session }, {}, {}, { U0JANE: [role] }, [], false],
  [
    "a listed account before an address",
    { executedBy: sso(ROSA) },
    { [ROSA]: pending },
    { U0JANE: "pending" },
    { U0JANE: [sso(ROSA)] },
    [{ userId: "U0JANE" }, { email: ROSA }],
    true,
  ],
  [
    "an address of a listed person whose account is active",
    { executedBy: sso(ROSA) },
    { [ROSA]: pending },
    { U0JANE: "active" },
    { U0JANE: [sso(ROSA)] },
    [{ email: ROSA }],
    false,
  ],
  [
    "a parent's address, for an execution of a known person",
    { executedBy: user, parents: parents(sso(ROSA)) },
    { [ROSA]: pending },
    { U0JANE: "active" },
    { U0JANE: [user] },
    [{ email: ROSA }],
    true,
  ],
];

for (const [claim, facts, addressOwners, listedAccounts, identities, left, waits] of LOOKUPS)
  test(`${claim}: ${left.length} lookups are left, and approvals ${waits ? "wait" : "do not wait"}`, () => {
    const request = { facts, addressOwners, ...(listedAccounts === undefined ? {} : { listedAccounts }) };
    assert.deepEqual(pendingLookups(request, identities), left);
    assert.equal(awaitsLookup(request, identities), waits);
  });

test("a requester is awaited only while the owner of an address can be the only one who identifies it", () => {
  const known: Requester = { ...UNKNOWN_REQUESTER, userIds: ["U0JANE"] };
  const awaited: Requester = { ...UNKNOWN_REQUESTER, pending: true };
  const table: [Requester, boolean][] = [
    [UNKNOWN_REQUESTER, false],
    [known, false],
    [awaited, true],
    [{ ...known, pending: true }, false],
    [{ ...known, parents: [awaited] }, true],
    [{ ...awaited, parents: [known] }, true],
    [{ ...known, parents: [UNKNOWN_REQUESTER] }, false],
  ];
  for (const [requester, expected] of table) assert.equal(awaitsOwner(requester), expected, JSON.stringify(requester));
});

test("a listed person whose account is inactive does not identify the requester, and may not approve either", () => {
  const listed = { U0JANE: [user], U0MIA: [user], U0OMAR: [user], U0EVE: [role] };
  const find = (listedAccounts: ListedAccounts) =>
    findRequester({ facts: { executedBy: user }, addressOwners: {}, listedAccounts }, listed);
  const base = { ...UNKNOWN_REQUESTER, executedBy: user };
  const some = find({ U0JANE: "inactive", U0MIA: "active", U0OMAR: "inactive" });
  assert.deepEqual(some, { ...base, userIds: ["U0MIA"], inactive: ["U0JANE", "U0OMAR"] });
  assert.deepEqual(find({ U0JANE: "pending" }), { ...base, userIds: ["U0JANE", "U0MIA", "U0OMAR"] });
  for (const [id, expected] of Object.entries({ U0JANE: "yes", U0OMAR: "yes", U0MIA: "yes", U0EVE: "no" }))
    assert.equal(isRequester(aPerson(id), some), expected, id);
});

test("a parent that could not be read is an unknown requester with the error code, after the parents that were read", () => {
  const find = (facts: RequesterFacts) => findRequester({ facts, addressOwners: {} }, { U0JANE: [user] });
  const own = { ...UNKNOWN_REQUESTER, executedBy: user, userIds: ["U0JANE"] };
  const unread = { executedBy: null, userIds: [], candidates: [], email: null, pending: false, unread: "Denied" };
  assert.deepEqual(find({ executedBy: user }), own);
  assert.deepEqual(find({ executedBy: user, parents: [], parentsUnread: "Denied" }), { ...own, parents: [unread] });
  assert.deepEqual(find({ executedBy: user, parents: parents(user), parentsUnread: "Denied" }), {
    ...own,
    parents: [own, unread],
  });
});

test("a person is certainly not the requester only if each execution of the chain has a known requester", () => {
  const known: Requester = { ...UNKNOWN_REQUESTER, userIds: ["U0OMAR"] };
  const jane = aPerson("U0JANE");
  assert.equal(isRequester(jane, { ...known, parents: [known] }), "no");
  assert.equal(isRequester(jane, { ...known, parents: [UNKNOWN_REQUESTER] }), "unknown");
  assert.equal(isRequester(jane, { ...UNKNOWN_REQUESTER, parents: [known] }), "unknown");
  assert.equal(isRequester(jane, { ...UNKNOWN_REQUESTER, parents: [{ ...known, inactive: ["U0JANE"] }] }), "yes");
  assert.equal(isRequester(aPerson("U0JANE", { email: null }), { ...known, email: "jane@example.com" }), "no");
});
