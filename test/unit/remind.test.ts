import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRemind } from "../../src/app/deliver/remind.ts";
import type { DueReminders } from "../../src/app/ports/store.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aFacts, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

const ROUTE = aRoute({
  approvers: { users: ["U0JANE", "U0OMAR"], groups: ["S0DBA", "S0SRE"] },
  remind: { after: 60_000, every: 60_000 },
  escalate: { after: 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL"] },
});

const ZOE = "arn:aws:iam::111122223333:user/zoe";
const IDENTITIES = { U0TOM: [ZOE], U0OMAR: ["arn:aws:iam::111122223333:role/Deploy"] };

function setUp(voters: string[], route = ROUTE) {
  const directory = fakeDirectory();
  directory.groups.set("S0DBA", new Set(["U0JANE", "U0MIA", "U0TOM"]));
  directory.groups.set("S0SRE", new Set(["U0SAM"]));
  const stored: DueReminders[] = [];
  const requests = {
    votes: async () => voters.map((userId) => aVote(userId)),
    recordReminded: async (reminded: DueReminders) => stored.push(reminded) > 0,
  };
  const clock = testClock(NOW + 60_000);
  const remind = makeRemind({ requests, directory, routes: [route], identities: IDENTITIES, clock, log: testLog() });
  return { directory, stored, remind };
}
const REQUEST = aRequest({ openedAt: NOW, nextReminderAt: NOW + 60_000 });

test("a reminder mentions the approvers, the message goes to the escalation channels, and the next reminder has its time", async () => {
  const { stored, remind } = setUp([]);
  assert.equal(await remind(REQUEST), null);
  const [first] = stored;
  assert(first !== undefined);
  const { kinds, channels, escalateTo, detail, next } = first;
  assert.deepEqual(kinds, ["escalated", "reminder"]);
  assert.deepEqual([channels, escalateTo], [["C0DBA"], ["C0ONCALL"]]);
  assert.equal(next, NOW + 120_000);
  assert.deepEqual(JSON.parse(detail), { users: ["U0JANE", "U0OMAR"], groups: ["S0DBA", "S0SRE"] });
});

test("people who have voted are not mentioned, not even as members of a group", async () => {
  const { stored, remind } = setUp(["U0MIA", "U0OMAR"]);
  await remind(REQUEST);
  assert.deepEqual(JSON.parse(stored[0]?.detail ?? ""), { users: ["U0JANE", "U0TOM"], groups: ["S0SRE"] });
});

test("the requester and candidates are not mentioned where they cannot approve, not even as members of a group", async () => {
  const facts = aFacts({ executedBy: ZOE });
  const own = setUp([]);
  await own.remind({ ...REQUEST, facts });
  await own.remind({ ...REQUEST, facts: aFacts({ executedBy: "arn:aws:sts::111122223333:assumed-role/Deploy/zoe" }) });
  assert.deepEqual(
    own.stored.map(({ detail }) => JSON.parse(detail)),
    [
      { users: ["U0JANE", "U0OMAR", "U0MIA"], groups: ["S0SRE"] },
      { users: ["U0JANE"], groups: ["S0DBA", "S0SRE"] },
    ],
  );
  const allowed = setUp([], { ...ROUTE, selfApproval: true });
  await allowed.remind({ ...REQUEST, facts });
  assert.deepEqual(JSON.parse(allowed.stored[0]?.detail ?? ""), {
    users: ["U0JANE", "U0OMAR"],
    groups: ["S0DBA", "S0SRE"],
  });
});

test("a reminder waits while Slack asks to wait, and mentions the group if only an admin can help", async () => {
  const { directory, stored, remind } = setUp(["U0MIA"]);
  directory.members = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 30_000 });
  assert.deepEqual(await remind(REQUEST), { error: "ratelimited", retryAfterMs: 30_000 });
  assert.equal(stored.length, 0);
  directory.members = async () => ({ kind: "unknown", error: "missing_scope" });
  await remind(REQUEST);
  const details = stored.map(({ detail }) => JSON.parse(detail).groups);
  assert.deepEqual(details, [["S0DBA", "S0SRE"]]);
});

test("a group of more than 100 other members is mentioned as a group: Slack shows no longer list", async () => {
  const { directory, stored, remind } = setUp(["U0MIA"]);
  const addMembers = (count: number) =>
    directory.groups.set("S0DBA", new Set(["U0MIA", ...Array.from({ length: count }, (_, index) => `U1DBA${index}`)]));
  for (const count of [99, 100]) {
    addMembers(count);
    await remind(REQUEST);
  }
  const mentioned = stored.map(({ detail }) => JSON.parse(detail));
  assert.deepEqual(
    mentioned.map(({ users, groups }) => [users.length, groups]),
    [
      [101, ["S0SRE"]],
      [2, ["S0DBA", "S0SRE"]],
    ],
  );
});

test("a request whose route was removed keeps the time of its reminder: the route may be back after a start", async () => {
  const { stored, remind } = setUp([]);
  assert.ok((await remind({ ...REQUEST, route: "removed" })) !== null);
  assert.deepEqual(stored, []);
});
