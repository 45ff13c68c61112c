import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeDetails } from "../../src/app/admin/inspect.ts";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import type { Automation } from "../../src/app/ports/aws.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { visibleText } from "../support/block-limits.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import {
  AUDIT_CONTEXT,
  aFacts,
  anEntry,
  anExecution,
  aPerson,
  aRequest,
  aRoute,
  aStep,
  NOW,
} from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const EXECUTION = "4f2a91c7-1b2c-4d3e-8f90-0123456789ab";
const REQUEST = "99999999-8888-4777-8666-000000000001";
const OTHER = "4f2a91c7-ffff-4d3e-8f90-0123456789ab";
const HIDDEN = "5e5e5e5e-1b2c-4d3e-8f90-0123456789ab";
const LOOSE = "77777777-1b2c-4d3e-8f90-0123456789ab";
const TS = "1700000000.000100";
const NO_REQUEST = /^No request with this id that you may see\.$/;

/** Jane decides "databases", Web "web". Two executions begin alike; a third belongs to "web"; a fourth has no request. */
async function setUp(t: TestContext, policyHash = AUDIT_CONTEXT.policyHash) {
  const store = await aStore(t);
  const clock = testClock();
  const directory = fakeDirectory();
  for (const [id, accountStatus] of [
    ["U0GUEST", "guest"],
    ["U0EXT", "external"],
  ] as const)
    directory.people.set(id, aPerson(id, { accountStatus }));
  const open = async (id: string, executionId: string, documentName: string, route: string) => {
    const request = aRequest({ id, executionId, stepExecutionId: id, route, facts: aFacts({ documentName }) });
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: id, kind: "requested" }) });
    const [message] = await store.messages.ofRequest(id);
    if (id === REQUEST) await store.messages.recordPosted(message?.id ?? "", TS, 1);
  };
  await open(REQUEST, EXECUTION, "Prod-DB-Restart", "databases");
  await open("r-other", OTHER, "Prod-DB-Failover", "databases");
  await open("r-hidden", HIDDEN, "Web-Rollback", "web");
  const automation = fakeAutomation();
  const broken = fakeAutomation({ ...TARGET, key: "broken/eu-west-1", region: "eu-west-1" });
  const execution = anExecution({
    executionId: EXECUTION,
    parameters: { AdminPassword: ["hunter2-orders"] },
    steps: [
      aStep({
        name: "prepare",
        action: "aws:runCommand",
        status: "Success",
        stepExecutionId: "s1",
        endedAt: NOW,
        outputs: { Log: ["plan: hunter2-orders"] },
      }),
      aStep({ stepExecutionId: REQUEST }),
    ],
  });
  automation.shows(execution);
  automation.shows({ ...execution, executionId: LOOSE, documentName: "Nightly-Cleanup", status: "Success" });
  const routes = [
    aRoute({ match: { document: "Prod-DB-*" } }),
    aRoute({ name: "web", approvers: { users: ["U0WEB"], groups: [] } }),
  ];
  const state = { isConfigured: true, routes };
  const deps = {
    directory,
    clock,
    mask: ["*password*"],
    routes,
    policyHash,
    admins: { users: ["U0ADMIN"], groups: [] },
    identities: {},
    automation: (): Automation | undefined => (state.isConfigured ? automation : undefined),
    readMasked: makeReadMasked({ mask: ["*password*"], clock }),
    isOwnMessage: async () => false,
    targets: () => [
      { key: "default/us-east-1", automation },
      { key: "broken/eu-west-1", automation: broken },
    ],
  };
  const app = commandApp({ reply: commandReplies(store, deps), clock });
  const show = async (id: string, user = "U0JANE") => {
    await app.command(`show ${id}`, { user });
    return JSON.stringify(app.messages().at(-1));
  };
  const text = async (id: string, user = "U0JANE") => {
    await show(id, user);
    return app.messages().at(-1)?.text ?? "";
  };
  const { requests, search, effects, messages } = store;
  const openDetails = makeDetails({ ...deps, requests, search, effects, messages, log: testLog() });
  const details = async () => {
    const origin = { kind: "message", channelId: "C0DBA", ts: TS } as const;
    const found = await openDetails("U0JANE", { requestId: REQUEST, origin });
    assert.ok(found.kind === "details");
    return visibleText(detailsView(found).blocks);
  };
  return { app, show, text, details, broken, automation, state };
}

const PASTED: Record<string, string> = {
  "execution id": EXECUTION,
  "request id": REQUEST,
  "upper case": EXECUTION.toUpperCase(),
  backticks: `\`${EXECUTION}\``,
  "first characters of the request id": "99999999",
  "more of an ambiguous id": "4f2a91c7-1b2c",
  "console link": `https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/${EXECUTION}?region=us-east-1`,
  "escaped console link": `<https://us-gov-west-1.console.amazonaws-us-gov.com/systems-manager/automation/execution/${EXECUTION}?region=us-gov-west-1>`,
  "message link": `<https://acme.slack.com/archives/C0DBA/p${TS.replace(".", "")}>`,
  "link to a reply": `<https://acme.slack.com/archives/C0DBA/p1700000009000200?thread_ts=${TS}&amp;cid=C0DBA>`,
  "runbook name": "prod-db-restart",
};

test("a request is shown for its id in every form in which people paste it", async (t) => {
  const { show } = await setUp(t);
  for (const [form, id] of Object.entries(PASTED)) {
    const shown = await show(id);
    assert.ok(shown.includes(REQUEST) && shown.includes("Prod-DB-Restart"), `${form}: ${shown}`);
  }
});

test("a shown request has its steps with masked values, its route and its reason, its history, and the buttons of the message for approvers", async (t) => {
  const { show } = await setUp(t);
  const shown = await show(EXECUTION);
  for (const part of [
    "`prepare` `aws:runCommand`: has succeeded, <!date",
    "Log: plan: ",
    "document matches `Prod-DB-*`",
    "History",
  ])
    assert.ok(shown.includes(part), `${part} in ${shown}`);
  assert.doesNotMatch(shown, /hunter2/);
  assert.match(shown, /"action_id":"approve".*"confirm".*"action_id":"reject".*"action_id":"details"/);
  const admins = await show(EXECUTION, "U0ADMIN");
  assert.doesNotMatch(admins, /"action_id":"approve"/);
  assert.match(admins, /Details and break glass/);
});

test("a request that opened under another configuration is not explained by today's conditions", async (t) => {
  const { show } = await setUp(t, "f".repeat(64));
  const shown = await show(EXECUTION);
  assert.match(
    shown,
    /\*Route:\* `databases`\. The request keeps the route that it got when it opened\. The configuration has changed, so/,
  );
  assert.doesNotMatch(shown, /document matches/);
});

test("a waiting request whose route was renamed is not said to have had no route", async (t) => {
  const { show, state } = await setUp(t);
  state.routes.splice(0, 1);
  const choice = await show("4f2a91c7", "U0ADMIN");
  assert.match(
    choice,
    /Route `databases` is no longer in the configuration\. Decide the step in the AWS console, or ask an admin to restore the route under this name\./,
  );
  assert.doesNotMatch(choice, /No route covered it/);
});

test("an ambiguous id lists only requests that the person may see", async (t) => {
  const { show, text } = await setUp(t);
  const choice = await show("4f2a91c7");
  assert.match(choice, /2 requests match/);
  assert.ok(choice.includes(REQUEST) && choice.includes("r-other"));
  assert.match(await text("4f2a91c7", "U0WEB"), NO_REQUEST);
});

test("an unknown and a forbidden id get the same answer, whoever asks and in whatever form", async (t) => {
  const { show } = await setUp(t);
  for (const user of ["U0WEB", "U0ANNA", "U0GUEST", "U0EXT"]) {
    const unknown = await show("00000000-1b2c-4d3e-8f90-0123456789ab", user);
    assert.match(unknown, /No request with this id that you may see\./);
    for (const id of [...Object.values(PASTED), LOOSE, LOOSE.slice(0, 8), "nonsense"])
      assert.equal(await show(id, user), unknown, `${user} ${id}`);
  }
  assert.equal(await show(HIDDEN), await show("00000000-1b2c-4d3e-8f90-0123456789ab"));
});

test("an admin sees an execution that never needed approval, masked, and which targets could not be read", async (t) => {
  const { show, text, broken } = await setUp(t);
  const shown = await show(LOOSE, "U0ADMIN");
  assert.match(shown, /Nightly-Cleanup/);
  assert.match(shown, /has no request for this execution/);
  assert.doesNotMatch(shown, /hunter2/);
  assert.doesNotMatch(await text("00000000-1b2c-4d3e-8f90-000000000000", "U0ADMIN"), /Partial/);
  const unknown = "00000000-1b2c-4d3e-8f90-0123456789ab";
  broken.reads.set(unknown, { kind: "failed", code: "AccessDenied", message: "no", retry: false });
  assert.match(await text(unknown, "U0ADMIN"), /Partial.*broken\/eu-west-1.*AccessDenied/s);
});

test("an admin finds an execution without a request by the first characters of its id, among those that AWS lists", async (t) => {
  const { app, show, text, automation, broken } = await setUp(t);
  const listed = (...executionIds: string[]) => {
    const common = { documentName: "Nightly-Cleanup", status: "Success", executedBy: null, currentStepName: null };
    const times = { startedAt: NOW, endedAt: NOW };
    return executionIds.map((executionId) => ({ ...common, ...times, executionId }));
  };
  const twin = LOOSE.replace(/^(.{8}-)..../, "$1ffff");
  let hasMore = false;
  let executions = listed(LOOSE, OTHER);
  automation.listExecutions = async () => ({ kind: "listed", executions, hasMore });
  assert.match(await show(LOOSE.slice(0, 8), "U0ADMIN"), /Nightly-Cleanup.*has no request for this execution/);
  assert.match(await show(LOOSE.slice(0, 13).toUpperCase(), "U0ADMIN"), /Nightly-Cleanup/);
  await app.command(`policy ${LOOSE.slice(0, 8)}`, { user: "U0ADMIN" });
  assert.match(JSON.stringify(app.messages().at(-1)), new RegExp(`The policy for execution \`${LOOSE}`));
  executions = listed(LOOSE, twin);
  for (const command of ["show", "policy"]) {
    await app.command(`${command} ${LOOSE.slice(0, 8)}`, { user: "U0ADMIN" });
    const said = app.messages().at(-1)?.text ?? "";
    assert.ok(said.includes(LOOSE) && said.includes(twin), said);
  }
  assert.match(await text("12345678", "U0ADMIN"), NO_REQUEST);
  hasMore = true;
  const denied = { kind: "failed", code: "AccessDenied", message: "no", retry: false } as const;
  broken.listExecutions = async () => denied;
  for (const command of ["show", "policy"]) {
    await app.command(`${command} 12345678`, { user: "U0ADMIN" });
    assert.match(
      app.messages().at(-1)?.text ?? "",
      /without a request, only the latest of each target were searched: for an older one, use its whole ID\..*Partial.*broken\/eu-west-1.*AccessDenied/s,
    );
  }
});

test("a target that does not answer delays a shown request for 15 seconds at most, and the facts are shown without its steps", async (t) => {
  const { app, automation } = await setUp(t);
  automation.onRead = () => new Promise(() => {});
  const running = app.command(`show ${EXECUTION}`);
  let isDone = false;
  void running?.then(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone && turn < 10_000; turn++) {
    app.clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(isDone);
  assert.ok(app.clock.now() >= NOW + 15_000);
  assert.match(
    JSON.stringify(app.messages().at(-1)),
    /Countersign could not read this execution in AWS.*no answer within 15 s/,
  );
});

const AWS_FAILURES = {
  "not found": [{ kind: "not-found" }, "*AWS no longer has this execution.*", false],
  throttled: [
    { kind: "failed", code: "ThrottlingException", message: "Rate exceeded", retry: true },
    "*Countersign could not read this execution in AWS*: `ThrottlingException: Rate exceeded`. Try again in a minute.",
    true,
  ],
  denied: [
    { kind: "failed", code: "AccessDeniedException", message: "no", retry: false },
    "*Countersign cannot read this execution in AWS*: `AccessDeniedException: no`. An admin must fix the cause first.",
    false,
  ],
} as const;

for (const [name, [reading, expected, isTemporary]] of Object.entries(AWS_FAILURES))
  test(`show and Details say in the same words why AWS returned no execution: ${name}`, async (t) => {
    const { show, details, automation } = await setUp(t);
    automation.reads.set(EXECUTION, reading);
    for (const text of [await show(EXECUTION), await details()]) {
      assert.ok(text.includes(expected), text);
      assert.equal(text.includes("Try again"), isTemporary, text);
    }
  });

test("show and Details say so if the target of a request cannot be read", async (t) => {
  const { show, details, state } = await setUp(t);
  state.isConfigured = false;
  for (const text of [await show(EXECUTION), await details()]) {
    assert.ok(text.includes("Target `default/us-east-1` is not in the configuration"), text);
    assert.doesNotMatch(text, /Try again/);
  }
});
