import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { isWaitingFor } from "../../src/core/waiting-for.ts";
import { aFacts, aPerson, aRequest, aRoute, decidedAs } from "../support/samples.ts";

type Subject = Parameters<typeof isWaitingFor>[1];

const unlisted = aFacts({
  signer: { kind: "bot", arn: "arn:aws:iam::111122223333:role/Bot" },
  awsApprovers: ["arn:aws:iam::111122223333:role/Other"],
});
const janeStarted = { ...UNKNOWN_REQUESTER, userIds: ["U0JANE"] };
const waits = (
  subject: Partial<Subject>,
  { routes = ["databases"], person = aPerson(), hasVoted = false } = {},
): boolean =>
  isWaitingFor(
    { person, admin: true, routes: new Set(routes) },
    { request: aRequest(), route: aRoute(), requester: UNKNOWN_REQUESTER, ...subject },
    hasVoted,
  );

for (const [claim, result, expected] of [
  ["an open request waits for an approver of its route", waits({}), true],
  ["it does not wait for a person who has voted", waits({}, { hasVoted: true }), false],
  ["it does not wait for an admin who is no approver", waits({}, { routes: ["web"] }), false],
  ["it does not wait for a guest", waits({}, { person: aPerson("U0JANE", { accountStatus: "guest" }) }), false],
  ["it does not wait for its requester", waits({ requester: janeStarted }), false],
  [
    "it waits for its requester if the route allows self-approval",
    waits({ requester: janeStarted, route: aRoute({ selfApproval: true }) }),
    true,
  ],
  [
    "it waits for other people than its requester",
    waits({ requester: janeStarted }, { person: aPerson("U0OMAR") }),
    true,
  ],
  ["a decided request waits for nobody", waits({ request: aRequest(decidedAs("approve", "due")) }), false],
  ["a closed request waits for nobody", waits({ request: aRequest({ state: "closed" }) }), false],
  ["a request without a route waits for nobody", waits({ route: null }), false],
  ["a route that only informs waits for nobody", waits({ route: aRoute({ decide: "elsewhere" }) }), false],
  [
    "a request whose signal AWS would refuse waits for nobody",
    waits({ request: aRequest({ facts: unlisted }) }),
    false,
  ],
] as const)
  test(claim, () => assert.equal(result, expected));
