import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { anEntry, anExecution, aRequest, aRoute, aStep, EXECUTION_ID } from "../support/samples.ts";
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
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  const reply = commandReplies(store, {
    ...{ directory: fakeDirectory(), clock, mask: ["*token*"], routes, identities: {} },
    admins: { users: ["U0ADMIN"], groups: [] },
    automation: () => automation,
    readMasked: makeReadMasked({ mask: ["*token*"], clock }),
    isOwnMessage: async () => false,
    targets: () => [{ key: TARGET.key, automation }],
  });
  const app = commandApp({ reply, clock });
  const explain = async () => {
    await app.command(`policy ${EXECUTION_ID}`, { user: "U0ADMIN" });
    return JSON.stringify(app.messages().at(-1)).replaceAll('\\"', '"');
  };
  return { automation, explain };
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
  assert.match(answer, /and the tags could not be read \(`AccessDenied`\)/);
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
