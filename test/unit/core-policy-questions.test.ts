import assert from "node:assert/strict";
import { test } from "node:test";
import {
  coversAction,
  coversPauses,
  isEscalationChannel,
  type RouteMatch,
  tellsRequester,
  toPeople,
  usesTags,
} from "../../src/core/policy.ts";
import { aRoute } from "../support/samples.ts";

const routes = (...matches: RouteMatch[]) => matches.map((match) => aRoute({ match }));

test("a route covers approvals unless it names pauses, and a step is an approval unless it is a pause", () => {
  assert.equal(coversAction({}), true);
  assert.equal(coversAction({}, "aws:approve"), true);
  assert.equal(coversAction({}, "aws:pause"), false);
  assert.equal(coversAction({ action: "aws:pause" }), false);
  assert.equal(coversAction({ action: "aws:pause" }, "aws:pause"), true);
  assert.equal(coversPauses(routes({}, { action: "aws:approve" })), false);
  assert.equal(coversPauses(routes({}, { action: "aws:pause" })), true);
  assert.equal(coversPauses([]), false);
});

test("tags are read only for a policy with a condition on a tag", () => {
  assert.equal(usesTags(routes({}, { tags: {} }, { parameters: { Team: ["dba"] } })), false);
  assert.equal(usesTags(routes({}, { tags: { Team: ["dba"] } })), true);
});

test("a channel gets a request only by escalation if the route names it only there", () => {
  const route = aRoute({ channels: ["C0DBA"], escalate: { after: 1, channels: ["C0DBA", "C0BOSS"], mention: [] } });
  assert.equal(isEscalationChannel(route, "C0BOSS"), true);
  assert.equal(isEscalationChannel(route, "C0DBA"), false);
  assert.equal(isEscalationChannel(route, "C0ELSE"), false);
  assert.equal(isEscalationChannel(aRoute({ channels: ["C0DBA"] }), "C0BOSS"), false);
  assert.equal(isEscalationChannel(null, "C0BOSS"), false);
});

test("an ID that begins with S is a user group, and any other is a person", () => {
  assert.deepEqual(toPeople(["U0JANE", "S0DBA", "W0OMAR", "U0S", "S0OPS"]), {
    users: ["U0JANE", "W0OMAR", "U0S"],
    groups: ["S0DBA", "S0OPS"],
  });
});

test("the requester learns the end of an execution if one of its routes says so, as a route does by default", () => {
  assert.equal(tellsRequester([]), false);
  assert.equal(tellsRequester([{ tellRequester: false }]), false);
  assert.equal(tellsRequester([{}]), true);
  assert.equal(tellsRequester([{ tellRequester: true }]), true);
  assert.equal(tellsRequester([{ tellRequester: false }, {}]), true);
});
