import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOKING } from "../../src/slack/messages/command-texts.ts";
import { askCommand, listEphemerals, runCommand } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

/** A target that works, one whose role does not exist, and one that has only one of two roles. */
const TARGETS = `
targets:
  - { name: production, regions: [us-east-1] }
  - { name: closed, accounts: ["444455556666"], regions: [eu-west-1], readRole: NoSuchRole, approverRole: NoSuchRole }
  - { name: unfinished, accounts: ["444455556666"], regions: [us-west-2], readRole: CountersignReader }
routes:
  - name: databases
    match: { document: "Prod-DB-*" }
    channels: [C0APPROVALS]
    approvers: { groups: [S0DBA] }
    reason: none
  - name: everything else
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    reason: none
    confirm: button
admins: { users: [U0ADMIN] }
`;

const NO_GATE = `
schemaVersion: "0.3"
mainSteps: [{ name: report, action: "aws:runCommand", isEnd: true, inputs: { DocumentName: AWS-RunShellScript } }]
`;

test("/approvals answers each command with filters, pages, pasted ids and typos, to those who may read the answer", async (t) => {
  const w = await world(t, { start: false, limits: false, policy: TARGETS, env: { POLL_INTERVAL_SECONDS: "0.5" } });
  const { executionIds } = await w.control.aws("seed", {
    documents: [
      { name: "Test-Runbook", content: ONE_GATE },
      { name: "Prod-DB-Failover", content: ONE_GATE },
      { name: "Nightly-Report", content: NO_GATE },
    ],
    executions: [
      { document: "Nightly-Report" },
      { document: "Prod-DB-Failover" },
      { document: "Test-Runbook", parameters: { Service: ["billing"] }, count: 11 },
    ],
  });
  const [report, failover, ...others] = executionIds as string[];
  await w.startBot();
  const message = await w.message(failover ?? "");
  const requestId: string = message.metadata.event_payload.request_id;
  await eventually("each message is posted", async () => (await w.messages()).length === 12);
  const ask = (text: string, user = "U0ADMIN") => runCommand(w, user, text);
  const expectAll = (answer: string, ...expected: RegExp[]) => {
    for (const each of expected) assert.match(answer, each);
  };

  await t.test("pending lists what the person may read, in pages, by the filters", async () => {
    const first = await askCommand(w, "U0ADMIN", "");
    expectAll(toText(first), /12 requests are waiting/, /1 to 10 of 12, earliest deadline first/, /<@U0JANE>/);
    const ids = (each: Json) => [...toText(each).matchAll(/Request `([^`]+)`/g)].map(([, id]) => id);
    await w.click("U0ADMIN", first, "page-next");
    const second = await w.ephemeral("U0ADMIN", /11 to 12 of 12/);
    assert.equal(new Set([...ids(first), ...ids(second)]).size, 12);
    await w.click("U0ADMIN", second, "page-previous");
    assert.deepEqual(ids(await w.ephemeral("U0ADMIN", /1 to 10 of 12/)), ids(first));
    const one = await ask("document:prod-db target:production account:1111-2222-3333 region:us-* route:databases");
    expectAll(one, /1 request is waiting/, /Prod-DB-Failover/);
    assert.ok(one.includes(`/archives/C0APPROVALS/p${message.ts.replace(".", "")}`), "links to the message");
    assert.ok(one.includes(`/systems-manager/automation/execution/${failover}`), "links to the console");
    assert.match(await ask("older:1h"), /No waiting request matches these filters/);
    assert.match(await ask("mine"), /No request is waiting for you/);
    assert.match(await ask("pending mine", "U0JANE"), /11 requests are waiting/);
    assert.match(await ask("", "U0MIA"), /12 requests are waiting/);
    assert.match(await ask("pending", "U0ROSA"), /You cannot read any waiting request/);
  });

  await t.test("a typo is named with the right command, and help lists them all", async () => {
    assert.match(await ask("pendign"), /`pendign` is not a command\. Did you mean `pending`\?/);
    assert.match(await ask("pending documnt:x"), /Did you mean `document:`\?.*\/approvals pending document:/);
    assert.match(await ask("history since:tomorow"), /`since:` `tomorow`/);
    expectAll(await ask("help", "U0ROSA"), /show ID/, /executions/, /share/);
  });

  await t.test("show finds a request in each form of its id, and tells a stranger nothing", async () => {
    const pasted = [
      ...[failover, requestId, failover?.slice(0, 8), `\`${failover}\``, failover?.toUpperCase(), "prod-db-failover"],
      `https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/${failover}?region=us-east-1`,
      `https://acme.slack.com/archives/C0APPROVALS/p${message.ts.replace(".", "")}`,
    ];
    const askText = async (text: string, user: string) => (await askCommand(w, user, text)).text;
    const unknown = await askText("show 00000000-0000-0000-0000-000000000000", "U0ROSA");
    assert.equal(unknown, "No request with this id that you may see.");
    for (const id of pasted) {
      const shown = await ask(`show ${id}`);
      expectAll(shown, new RegExp(requestId), /route|Route/, /1\. `approve` `aws:approve`: is waiting/);
    }
    for (const id of [failover, pasted.at(-1)]) assert.equal(await askText(`show ${id}`, "U0ROSA"), unknown, id);
    assert.match(await ask("show test-runbook"), /11 requests match\. Use the request ID of one of them/);
    for (const id of [report, report?.slice(0, 8)])
      expectAll(await ask(`show ${id}`), /Nightly-Report/, /has no request for this execution/);
    for (const id of [report, report?.slice(0, 8)]) assert.equal(await askText(`show ${id}`, "U0MIA"), unknown, id);
  });

  await t.test("policy names the approvers, and shared answers are in the channel", async () => {
    const answer = await ask(`policy ${failover}`, "U0MIA");
    expectAll(answer, /Route `\\"databases\\"` matches/, /Posted in <#C0APPROVALS>/, /May decide: <!subteam\^S0DBA>/);
    assert.match(await ask(`policy ${failover}`, "U0JANE"), /No request with this id that you may see/);
    const shared = await askCommand(w, "U0ADMIN", `show ${failover} share`, true);
    assert.doesNotMatch(toText(shared), /"action_id":"(?:approve|reject)"/);
  });

  await t.test("an approver decides in the reply to show, and history and stats have the decision", async () => {
    const shown = await askCommand(w, "U0MIA", `show ${failover}`);
    await w.click("U0MIA", shown, "approve");
    await w.message(failover ?? "", /Success|succeeded/i);
    assert.equal((await w.signals(failover ?? "")).length, 1);
    const done = await ask(`show ${requestId}`);
    expectAll(done, /approved/i, /<@U0MIA>/, /signal/i, /`restart` `aws:runCommand`: has succeeded/);
    for (const filter of ["", "by:@mia", "document:prod-* since:yesterday until:today", "outcome:approved"])
      assert.match(await ask(`history ${filter}`), new RegExp(requestId), filter);
    for (const filter of ["by:@jane", "document:test", "until:yesterday", "outcome:rejected"])
      assert.match(await ask(`history ${filter}`), /No closed request matches/, filter);
    assert.match(await ask("history", "U0JANE"), /No closed request matches/, "not her route");
    expectAll(await ask("stats since:2d"), /1 request closed since/, /<@U0MIA>: 1 approved/, /`Prod-DB-Failover`: 1/);
  });

  await t.test("executions and health name the target that fails", async () => {
    const all = await ask("executions");
    expectAll(all, /13 executions/, /Partial/, /Nightly-Report/);
    expectAll(all, /closed\/444455556666\/eu-west-1.*AccessDenied/s, /unfinished.*add approverRole to this target/s);
    const one = await ask("executions status:success document:Prod-DB since:1h");
    expectAll(one, /1 execution\./, /Prod-DB-Failover.*has succeeded/s, /Partial/);
    const health = await ask("health");
    expectAll(health, /\*Slack\*: connected/, /\*Database\*: OK/, /1 of 3 OK/, /closed.*AccessDenied/s, /11 of 100/);
    for (const text of ["executions", "stats", "health"])
      assert.match(await ask(text, "U0JANE"), /Only Countersign admins can view/);
    const commands = ["", "history", `show ${failover}`, `policy ${failover}`, "executions", "stats", "health"];
    for (const text of commands)
      assert.match(
        await ask(text, "U0GUEST"),
        /^\["(?:You cannot|No request with this id that you may see|Only Countersign|No closed)/,
        text,
      );
    assert.equal(others.length, 11);
  });

  await t.test(
    "while a target is slow, the command is acknowledged, a line says so, and the answer follows or replaces it",
    async () => {
      await w.control.aws("faults", { operation: "DescribeAutomationExecutions", kind: "delay", delayMs: 3_000 });
      const before = (await listEphemerals(w, "U0ADMIN")).length;
      assert.match(await ask("executions"), /executions/);
      const [announced, ...answers] = (await listEphemerals(w, "U0ADMIN")).slice(before);
      assert.deepEqual([announced?.text, answers.length], [LOOKING, 1]);
      await w.control.slack("settings", { commandAnswers: "replaced" });
      assert.match(await ask("executions"), /executions/);
      const [replaced, ...others] = (await listEphemerals(w, "U0ADMIN")).slice(before + 2);
      assert.match(toText(replaced), /executions/, "in the place of the line");
      assert.deepEqual(others, []);
    },
  );
});

test("App Home lists the requests that wait for the person who opens it", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  await w.message(id);
  await w.control.slack("home", { user: "U0MIA" });
  await eventually("the home tab is published", async () => {
    const { homes } = await w.control.slack("state");
    return JSON.stringify(homes.U0MIA ?? "").includes("Test-Runbook");
  });
});

fullMatrixTest("a click whose form cannot be opened or filled gets a reply", async (t) => {
  const w = await world(t);
  const message = await w.message(await w.run(ONE_GATE));
  for (const operation of ["views.open", "views.update"]) {
    await w.control.slack("faults", { operation, kind: "error", code: "internal_error", times: 1 });
    const before = (await listEphemerals(w, "U0JANE")).length;
    await w.click("U0JANE", message, "reject");
    await eventually(
      `a reply although ${operation} failed`,
      async () => (await listEphemerals(w, "U0JANE")).length > before,
    );
  }
  assert.match(toText((await listEphemerals(w, "U0JANE")).at(-1)), /Press the button again/);
});

test("a bot that stops first replies to a running command", async (t) => {
  const w = await world(t);
  await w.message(await w.run(ONE_GATE));
  await w.control.slack("faults", { operation: "users.info", kind: "delay", delayMs: 1_500, times: 1 });
  await w.control.slack("command", { user: "U0ADMIN", channel: "C0APPROVALS", text: "/approvals pending" });
  assert.equal(await w.bot().stop(), 0);
  const reply = (await listEphemerals(w, "U0ADMIN")).at(-1);
  assert.match(toText(reply), /Test-Runbook/);
});

fullMatrixTest("App Home says that it cannot list the requests if Slack cannot return the groups", async (t) => {
  const w = await world(t);
  await w.message(await w.run(ONE_GATE));
  await w.control.slack("faults", { operation: "usergroups.users.list", kind: "error", code: "internal_error" });
  await w.control.slack("home", { user: "U0MIA" });
  await eventually("the home tab is published", async () => {
    const { homes } = await w.control.slack("state");
    return JSON.stringify(homes.U0MIA ?? "").includes("cannot list your requests");
  });
});
