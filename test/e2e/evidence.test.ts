import assert from "node:assert/strict";
import { test } from "node:test";
import { StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { eventually } from "../support/eventually.ts";
import type { Json } from "../support/http-json.ts";
import { BOT_ROLE, toText, type World, world } from "../support/world.ts";

const ROSA = "arn:aws:iam::111122223333:user/rosa";

const POLICY = `
targets:
  - { name: production, regions: [us-east-1], warning: MANAGEMENT ACCOUNT }
routes:
  - name: tagged
    match: { tags: { Team: [dba] } }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    selfApproval: true
    show: [plan.Summary, plan.Log, check.Host, plan.Missing]
  - name: children
    match: { document: Child }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0ROSA] }
  - name: gates
    match: { document: Three }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
  - name: for information
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    decide: elsewhere
identities: { U0ROSA: ["${ROSA}"] }
admins: { users: [U0ADMIN] }
`;

const LOOP = `
schemaVersion: "0.3"
parameters: { Hosts: { type: StringList, default: [web-1, web-2, web-3] } }
mainSteps:
  - { name: plan, action: "aws:executeScript", inputs: { Runtime: python3.11, Handler: main, Script: "x" }, outputs: [
      { Name: Summary, Selector: $.Payload.Summary, Type: String }, { Name: Log, Selector: $.Payload.Log, Type: String }] }
  - name: each
    action: aws:loop
    inputs:
      Iterators: "{{ Hosts }}"
      Steps:
        - { name: check, action: "aws:executeScript", inputs: { Runtime: python3.11, Handler: main, Script: "x" },
            outputs: [{ Name: Host, Selector: $.Payload.Host, Type: String }] }
        - { name: ask, action: "aws:approve", inputs: { Message: "Restart {{ each.CurrentIteratorValue }}? See https://ci.example.com/7", Approvers: ["${BOT_ROLE}"] } }
`;
const gate = (name: string) =>
  `  - { name: ${name}, action: "aws:approve", inputs: { Message: "Continue with ${name}?", Approvers: ["${BOT_ROLE}"] } }`;
const THREE = `
schemaVersion: "0.3"
mainSteps:
${["build", "test", "deploy"].map(gate).join("\n")}
`;
const CHILD = `
schemaVersion: "0.3"
description: Restarts one database.
mainSteps:
  - { name: ask, description: Asks the owners., action: "aws:approve", inputs: { Approvers: ["${BOT_ROLE}"] } }
`;
const FLEET = `
schemaVersion: "0.3"
parameters: { Host: { type: String } }
mainSteps:
  - { name: ask, action: "aws:approve", inputs: { Message: "Patch {{ Host }}?", Approvers: ["${BOT_ROLE}"] } }
`;
const PARENT = `
schemaVersion: "0.3"
parameters: { Stage: { type: String }, AdminPassword: { type: String } }
mainSteps:
  - { name: restart, action: "aws:executeAutomation", inputs: { DocumentName: Child } }
`;

test("messages have what a decision needs: outputs, iterations, earlier gates, the parent execution and descriptions", async (t) => {
  const w = await world(t, { policy: POLICY, limits: false });
  const log = Array.from({ length: 1_500 }, (_, i) => `row ${i}`).join("\n");
  await w.control.aws("simulate", { step: "plan", outputs: { Summary: "2 to add", Log: log } });
  await w.control.aws("simulate", { step: "check", outputs: { Host: "healthy" } });
  const documents = Object.entries({ Loop: LOOP, Three: THREE, Child: CHILD, Parent: PARENT, Fleet: FLEET });
  await w.control.aws("seed", { documents: documents.map(([name, content]) => ({ name, content })) });
  await t.test("each iteration of a loop, by a tag, with outputs and pages of Details", () => loopOfThree(w));
  await t.test("each later gate of a runbook names the earlier ones", () => threeGates(w));
  await t.test("a gate of a child execution shows its parent, whose requester cannot approve", () => childGate(w));
  await t.test("the requester of the parent cannot approve a child that runs as a role either", () => childOfRole(w));
  await t.test("a child of a rate-controlled run shows its target", () => rateControlled(w));
  await t.test("without its tags, a request is covered by no route, and the admins learn of it", () => unreadTags(w));
});

async function loopOfThree(w: World): Promise<void> {
  const start = async (...Tags: { Key: string; Value: string }[]) => {
    const command = new StartAutomationExecutionCommand({ DocumentName: "Loop", Tags });
    return (await w.aws.ssm.send(command)).AutomationExecutionId ?? "";
  };
  const id = await start({ Key: "Team", Value: "dba" });
  for (const [index, host] of ["web-1", "web-2", "web-3"].entries()) {
    await w.control.aws("clock", { advanceMs: 5_000 });
    const message = await w.message(id, `Restart ${host}?`);
    const text = toText(message);
    for (const part of ["MANAGEMENT ACCOUNT", "2 to add", "row 7", "healthy", "no finished step has this output"])
      assert.ok(text.includes(part), `${part}: ${text}`);
    assert.ok(text.includes(`iteration ${index + 1} of the loop each: ${host}`), text);
    assert.equal(/\((?:2nd|3rd) time\)/.exec(text)?.[0], [undefined, "(2nd time)", "(3rd time)"][index]);
    assert.ok(!text.includes("row 9\\n") && text.includes('{"type":"link","url":"https://ci.example.com/7"}'));
    if (host === "web-1") {
      await w.click("U0JANE", message, "details");
      const first = await w.modal("U0JANE", "Details (1 of ");
      assert.match(JSON.stringify(first), /details-next/);
      await w.control.slack("click", { user: "U0JANE", action_id: "details-next" });
      const second = await w.modal("U0JANE", "Details (2 of ");
      const forge = { view: { id: second.id, private_metadata: "{}" } };
      await w.control.slack("click", { user: "U0JANE", action_id: "details-previous", forge });
      await w.modal("U0JANE", "did not open these Details for you");
    }
    await w.click("U0JANE", message, "approve");
    await eventually("the gate is decided", async () => (await w.signals(id)).length >= index + 1);
  }

  const other = await start();
  await w.control.aws("clock", { advanceMs: 5_000 });
  const info = await w.message(other, "For information only");
  assert.doesNotMatch(toText(info), /"action_id":"(approve|reject)"/);
  assert.deepEqual(await w.signals(other), []);
  assert.equal((await w.awsCalls("ListTagsForResource")).length, 4, "one for each new request");
}

async function threeGates(w: World): Promise<void> {
  const { executionIds } = await w.control.aws("seed", { executions: [{ document: "Three" }] });
  const id = executionIds[0];
  for (const [index, name] of ["build", "test", "deploy"].entries()) {
    const message = await w.message(id, `Continue with ${name}?`);
    const text = toText(message);
    assert.ok(text.includes(`(gate ${index + 1} of 3)`), text);
    assert.equal(text.match(/Before: [^\n]*?Approved by <@U0JANE>|Before: /g)?.length ?? 0, index, text);
    assert.equal(text.match(/Before:[^B]*?archives\/C0APPROVALS\/p\d+/g)?.length ?? 0, index, text);
    await w.click("U0JANE", message, "approve");
    await eventually("the gate is decided", async () => (await w.signals(id)).length >= index + 1);
  }
}

async function childOfRole(w: World): Promise<void> {
  await w.control.aws("assumptions", { childrenRunAs: "role" });
  const parameters = { Stage: ["dev"], AdminPassword: ["hunter2-hunter2"] };
  await w.control.aws("seed", { executions: [{ document: "Parent", executedBy: ROSA, parameters }] });
  const message = await eventually("the gate of the child has a message", async () =>
    (await w.messages()).find((each) => /child of `Parent`.*Stage dev/.test(toText(each))),
  );
  const text = toText(message);
  assert.match(text, /AutomationChildRole/);
  assert.match(text, /<@U0ROSA>/, "the message names the requester of the parent");
  await w.click("U0ROSA", message, "approve");
  await eventually("another denial", async () => {
    const { messages } = await w.channel("C0APPROVALS");
    return (
      messages.filter((each: Json) => each.onlyFor === "U0ROSA" && toText(each).includes("You started")).length === 2
    );
  });
}

async function rateControlled(w: World): Promise<void> {
  const Targets = [{ Key: "ParameterValues", Values: ["web-1"] }];
  const run = { DocumentName: "Fleet", TargetParameterName: "Host", Targets };
  await w.aws.ssm.send(new StartAutomationExecutionCommand(run));
  const target = /Patch web-1\?.*part of a rate-controlled run, for Host web-1/s;
  await eventually("the gate of the target has a message", async () =>
    (await w.messages()).some((each) => target.test(toText(each))),
  );
}

async function unreadTags(w: World): Promise<void> {
  const before = (await w.messages()).length;
  const denied = { kind: "error", code: "AccessDeniedException", message: "denied", status: 400 };
  await w.control.aws("faults", { operation: "ListTagsForResource", ...denied });
  await w.aws.ssm.send(new StartAutomationExecutionCommand({ DocumentName: "Three" }));
  await eventually("an admin has a direct message", async () => {
    await w.control.aws("clock", { advanceMs: 20_000 });
    const { channels } = await w.control.slack("state");
    const own = channels.filter((each: Json) => each.kind === "im" && each.members.includes("U0ADMIN"));
    const texts: string[] = own.flatMap((each: Json) => each.messages).map(toText);
    return texts.some((text) => /No route .*Three/s.test(text));
  });
  assert.equal((await w.messages()).length, before, "a later route would match, and is not used");
}

async function childGate(w: World): Promise<void> {
  const parameters = { Stage: ["prod"], AdminPassword: ["hunter2-hunter2"] };
  await w.control.aws("seed", { executions: [{ document: "Parent", executedBy: ROSA, parameters }] });
  const message = await eventually("the gate of the child has a message", async () =>
    (await w.messages()).find((each) => toText(each).includes("Approve Child?")),
  );
  const text = toText(message);
  assert.match(text, /started by <@U0ROSA>/);
  assert.match(text, /child of `Parent`: (AdminPassword \(hidden\), Stage prod|Stage prod, AdminPassword \(hidden\))/);
  assert.match(
    text,
    /Description of the step:.*Asks the owners\..*Description of the runbook:.*Restarts one database\./,
  );
  await w.click("U0ROSA", message, "approve");
  await w.ephemeral("U0ROSA", /You started this execution/);
  await w.click("U0JANE", message, "details");
  const details = JSON.stringify(await w.modal("U0JANE", "Parameters of its parent Parent"));
  assert.doesNotMatch(`${details}${text}`, /hunter2/);
  await w.click("U0JANE", message, "approve");
  await eventually("the message says so", async () =>
    (await w.messages()).some((each) => each.ts === message.ts && toText(each).includes("*Approved*")),
  );
}
