import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import type { Automation } from "../../src/app/ports/aws.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aRequest, aRoute, aStep, EXECUTION_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const ROUTES = [
  aRoute({ name: "dba team", match: { tags: { Team: ["dba"] } } }),
  aRoute({ name: "secret", match: { tags: { ApiToken: ["x"] } } }),
];

/** One waiting execution, and the answer of `/approvals policy` about it. */
async function setUp(t: TestContext, routes = ROUTES, request = aRequest()) {
  const store = await aStore(t);
  const clock = testClock();
  const automation = fakeAutomation();
  automation.shows(anExecution({ steps: [aStep()] }));
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
  const state = { isConfigured: true };
  const reply = commandReplies(store, {
    ...{ directory: fakeDirectory(), clock, mask: ["*token*"], routes, identities: {} },
    admins: { users: ["U0ADMIN"], groups: [] },
    automation: (): Automation | undefined => (state.isConfigured ? automation : undefined),
    readMasked: makeReadMasked({ mask: ["*token*"], clock }),
    isOwnMessage: async () => false,
    targets: () => [{ key: TARGET.key, automation }],
  });
  const app = commandApp({ reply, clock });
  const explain = async () => {
    await app.command(`policy ${EXECUTION_ID}`, { user: "U0ADMIN" });
    return JSON.stringify(app.messages().at(-1)).replaceAll('\\"', '"');
  };
  return { automation, explain, state };
}

test("policy reads the tags of the execution where a route names tags", async (t) => {
  const { automation, explain } = await setUp(t);
  automation.tagged = { kind: "read", tags: { Team: "dba" } };
  assert.match(await explain(), /Route `"dba team"` matches\./);
  automation.tagged = { kind: "read", tags: { Team: "web", ApiToken: "hunter2" } };
  const answer = await explain();
  assert.match(answer, /Route `"dba team"` does not match: `tags\.Team` is `"web"`, not `"dba"`\./);
  assert.match(answer, /No route matches\./);
  assert.doesNotMatch(answer, /hunter2/);
});

test("policy says that the tags could not be read, and names the error of that read", async (t) => {
  const { automation, explain } = await setUp(t);
  automation.tagged = { kind: "failed", code: "AccessDenied", message: "no", retry: false, since: 0 };
  automation.declared = { kind: "failed", code: "InvalidDocument", message: "no", retry: false, since: 0 };
  const answer = await explain();
  assert.match(answer, /The tags could not be read: `AccessDenied: no`/);
  assert.match(answer, /and AWS did not return the tags \(`AccessDenied`\)/);
});

test("policy reads no tags where no route names any", async (t) => {
  const { automation, explain } = await setUp(t, [aRoute()]);
  assert.match(await explain(), /Route `"databases"` matches\./);
  assert.deepEqual(automation.calls.tags, []);
});

test("policy names the owner of the requester's address that the request stores", async (t) => {
  const executedBy = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com";
  const addressOwners = { "rosa@example.com": { kind: "person", userId: "U0ROSA" } } as const;
  const { automation, explain } = await setUp(t, [aRoute()], aRequest({ addressOwners }));
  automation.shows(anExecution({ executedBy, steps: [aStep()] }));
  assert.match(await explain(), /<@U0ROSA> started it and may not approve it\./);
});

test("policy says of a closed request that the owner was not returned, not that approvals wait", async (t) => {
  const executedBy = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com";
  const closed = aRequest({ state: "closed", addressOwners: { "rosa@example.com": { kind: "pending" } } });
  const { automation, explain } = await setUp(t, [aRoute()], closed);
  automation.shows(anExecution({ executedBy, steps: [aStep({ status: "Success" })] }));
  const answer = await explain();
  assert.match(answer, /Slack did not return the owner of this address while the request was open\./);
  assert.doesNotMatch(answer, /wait until/);
});

const FAILURE = { kind: "failed", code: "ThrottlingException", message: "Rate exceeded", retry: true } as const;

for (const [name, reading, expected] of [
  ["no longer has the execution", { kind: "not-found" }, /AWS no longer has this execution\.\*/],
  [
    "cannot return the execution",
    FAILURE,
    /Countersign could not read this execution in AWS\*: `ThrottlingException: Rate exceeded`\. Try again in a minute/,
  ],
  [
    "cannot be asked",
    null,
    /Target `default\/us-east-1` is not in the configuration, or Countersign does not know the target's account yet\. Ask an admin to check the target\./,
  ],
] as const)
  test(`policy answers from the stored request where AWS ${name}`, async (t) => {
    const { automation, explain, state } = await setUp(t, [aRoute({ match: { document: "Prod-*" } })]);
    if (reading === null) state.isConfigured = false;
    else automation.reads.set(EXECUTION_ID, reading);
    const answer = await explain();
    assert.match(answer, expected);
    for (const part of [
      "This answer is from the records of Countersign.",
      "*Step `approve`*, whose request opened <!date^",
      'Route `"databases"` matched.',
      "Could decide: <@U0JANE>, <!subteam^S0DBA>; 1 approval; the requester may not approve",
      `Configuration (SHA-256): \`${"0".repeat(64)}\``,
    ])
      assert.ok(answer.includes(part), `${part} in ${answer}`);
    assert.doesNotMatch(answer, /No request/);
  });

test("policy states why no route applied to a stored request whose execution AWS no longer has", async (t) => {
  const request = aRequest({ route: null, facts: aFacts({ uncovered: { reason: "no-match" } }) });
  const { automation, explain } = await setUp(t, [aRoute()], request);
  automation.reads.set(EXECUTION_ID, { kind: "not-found" });
  assert.match(await explain(), /AWS no longer has this execution.*No route applied when the request opened\./);
});

test("policy shows no value of an execution while a read of its parent fails: the secrets of the parent are unknown", async (t) => {
  const routes = [aRoute({ name: "value", match: { parameters: { Note: ["x"] } } }), aRoute()];
  const { automation, explain } = await setUp(t, routes);
  const parameters = { Note: ["hunter2"] };
  automation.shows(anExecution({ parentExecutionId: "parent", parameters, steps: [aStep()] }));
  automation.parents = () => ({
    executions: [],
    unread: { code: FAILURE.code, message: FAILURE.message, retry: true, since: 0 },
  });
  const answer = await explain();
  assert.match(
    answer,
    /could not read this execution in AWS\*: `ThrottlingException: Rate exceeded`.*from the records/s,
  );
  assert.doesNotMatch(answer, /hunter2/);
  automation.parents = () => ({
    executions: [],
    unread: { code: "AccessDenied", message: "no", retry: false, since: 0 },
  });
  assert.match(await explain(), /is `"hunter2"`, not `"x"`/);
});

test("policy begins with the route that a request has since it opened, where the configuration now selects another one", async (t) => {
  const now = aRoute({ name: "now", match: { document: "Prod-*" } });
  const renamed = await setUp(t, [now]);
  assert.match(
    await renamed.explain(),
    /This request has route `"databases"` since it opened\. The route is no longer in the configuration\. A new execution would get:.*Route `"now"` matches\./s,
  );
  const narrowed = await setUp(t, [aRoute({ match: { document: "Other" } }), now]);
  assert.match(await narrowed.explain(), /has route `"databases"` since it opened\. A new execution would get:/);
  const uncovered = aRequest({ route: null, facts: aFacts({ uncovered: { reason: "no-match" } }) });
  const covered = await setUp(t, [now], uncovered);
  assert.match(
    await covered.explain(),
    /This request has no route\. No route applied when the request opened\. A new execution would get:.*Route `"now"` matches\./s,
  );
  const same = await setUp(t, [aRoute({ match: { document: "Prod-*" } })]);
  assert.doesNotMatch(await same.explain(), /since it opened|new execution/);
});

test("a long policy does not displace the route of the request", async (t) => {
  const others = Array.from({ length: 60 }, (_, index) =>
    aRoute({ name: `other ${index}`, match: { document: `No-${index}` } }),
  );
  const { explain } = await setUp(t, others);
  const answer = await explain();
  assert.match(answer, /This request has route `"databases"` since it opened\..*Not shown: \d+ earlier lines/s);
});
