/** What people learn besides the message of the request: in its thread, in its channel, and in direct messages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SendAutomationSignalCommand } from "@aws-sdk/client-ssm";
import { eventually } from "../support/eventually.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { BOT_ROLE, ONE_GATE, toText, type World, world } from "../support/world.ts";

const ROSA = "arn:aws:iam::111122223333:user/rosa";
const POLICY = `
routes:
  - name: archived
    match: { document: "Archived" }
    channels: [C0OLD]
    approvers: { users: [U0JANE] }
  - name: escalated
    match: { document: "Escalated" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    escalate: { after: 1s, channels: [C0OLD], mention: [S0ONCALL] }
  - name: two people
    match: { document: "Twice" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    quorum: 2
  - name: discreet
    match: { document: "Discreet" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    tellRequester: false
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    broadcast: true
    warning: IRREVERSIBLE
identities: { U0ROSA: ["${ROSA}"], U0ADMIN: ["arn:aws:iam::111122223333:user/admin"] }
admins: { users: [U0ADMIN] }
`;

test("people learn of the end, the requester of the decision too, and nothing is lost with a message or a channel", async (t) => {
  const w = await world(t, { policy: POLICY, limits: false });
  await t.test("a failed execution: one reply, also in the channel, and two direct messages to its requester", () =>
    failure(w),
  );
  await t.test("tellRequester: false: no direct message, and no mention in the reply", () => discreet(w));
  await t.test("a deleted message is posted again, with a note, and a decision in AWS shows its comment", () =>
    deleted(w),
  );
  await t.test("a route with only an archived channel: one direct message to each admin, whatever follows", () =>
    archived(w),
  );
  if (FULL_MATRIX)
    await t.test("an escalation in an archived channel: one direct message to each admin", () => escalatedInVain(w));
});

async function failure(w: World): Promise<void> {
  const fail = { message: "The instance did not stop.", details: { Cause: ["Timeout"] } };
  await w.control.aws("simulate", { step: "restart", fail });
  const id = await w.run(ONE_GATE, { executedBy: ROSA });
  const message = await w.message(id);
  const approve = message.blocks.flatMap(({ elements = [] }: Json) => elements).find(isApprove);
  assert.match(
    JSON.stringify(approve.confirm),
    /IRREVERSIBLE.*Restart web\?/,
    "a warning makes the dialog the default",
  );
  await w.click("U0JANE", message, "approve");
  await w.control.aws("clock", { advanceMs: 5_000 });
  const reply = await w.reply(message, /The execution has failed/);
  const text = toText(reply);
  for (const part of ["restart", "The instance did not stop.", "Timeout", "<@U0JANE>", "started by <@U0ROSA>"])
    assert.ok(text.includes(part), `${part}: ${text}`);
  const posts = await w.slackCalls("chat.postMessage");
  assert.equal(posts.find(({ input }) => input.thread_ts === message.ts)?.input.reply_broadcast, "true");
  const direct = await directMessages(w, "U0ROSA", 2);
  assert.match(direct[0] ?? "", /You started .*Approved.*U0JANE/s);
  assert.match(direct[1] ?? "", /Your execution of .*failed.*The instance did not stop\./s);
  await w.control.aws("simulate", { step: "restart" });
}

async function discreet(w: World): Promise<void> {
  const documents = [{ name: "Discreet", content: ONE_GATE }];
  const { executionIds } = await w.control.aws("seed", {
    documents,
    executions: [{ document: "Discreet", executedBy: ROSA }],
  });
  const message = await w.message(executionIds[0]);
  await w.click("U0JANE", message, "approve");
  await w.control.aws("clock", { advanceMs: 5_000 });
  const reply = await w.reply(message, /The execution has succeeded/);
  assert.doesNotMatch(toText(reply), /U0ROSA/);
  assert.equal((await directMessages(w, "U0ROSA", 2)).length, 2, "those of the execution before");
}

async function deleted(w: World): Promise<void> {
  const content = ONE_GATE.replace(/Approvers: .*/, `Approvers: ["${BOT_ROLE}", "admin"]`);
  const documents = [{ name: "Twice", content }];
  const { executionIds } = await w.control.aws("seed", { documents, executions: [{ document: "Twice" }] });
  const id = executionIds[0];
  const first = await w.message(id);
  await w.control.slack("delete", { user: "U0ADMIN", channel: "C0APPROVALS", ts: first.ts });
  await w.control.slack("command", { user: "U0JANE", channel: "C0APPROVALS", text: `/approvals show ${id}` });
  await w.click("U0JANE", await w.ephemeral("U0JANE", id), "approve");
  const again = await w.message(id, /This message replaces one that was deleted/);
  assert.match(toText(again), /1 of 2 approvals.*"action_id":"approve"/s);
  const metrics = await (await fetch(`http://127.0.0.1:${w.bot().port}/metrics`)).text();
  assert.match(metrics, /^countersign_messages_lost_total\{reason="deleted"\} 1$/m);
  const Payload = { Comment: ["checked by phone"] };
  await w.aws.ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: "Approve", Payload }));
  const ended = await w.message(id, /Approved in AWS\* by <@U0ADMIN> \(`admin`\).*checked by phone/s);
  assert.equal(ended.ts, again.ts);
  assert.equal((await w.messages()).filter((each) => toText(each).includes(id)).length, 1);
}

async function archived(w: World): Promise<void> {
  const documents = [{ name: "Archived", content: ONE_GATE }];
  await w.control.aws("seed", { documents, executions: [{ document: "Archived" }, { document: "Archived" }] });
  const [notice] = await directMessages(w, "U0ADMIN", 1);
  assert.match(
    notice ?? "",
    /Slack refuses to post .*<#C0OLD>.*People cannot see the request there\. Unarchive the channel or invite the bot; Countersign then posts it\. /s,
  );
  const failed = (await w.slackCalls("chat.postMessage")).filter(({ input }) => input.channel === "C0OLD");
  await eventually("the post is tried again", async () => {
    await w.control.aws("clock", { advanceMs: 60_000 });
    const all = (await w.slackCalls("chat.postMessage")).filter(({ input }) => input.channel === "C0OLD");
    return all.length > failed.length + 2;
  });
  assert.equal((await directMessages(w, "U0ADMIN", 1)).length, 1);
}

async function escalatedInVain(w: World): Promise<void> {
  const documents = [{ name: "Escalated", content: ONE_GATE }];
  await w.control.aws("seed", { documents, executions: [{ document: "Escalated" }, { document: "Escalated" }] });
  const [, notice] = await directMessages(w, "U0ADMIN", 2);
  assert.match(
    notice ?? "",
    /`Escalated`.*is escalated\. Slack refuses to post the request in <#C0OLD>: the channel is archived\./s,
  );
  const tried = async () => (await w.slackCalls("chat.postMessage")).filter(({ input }) => input.channel === "C0OLD");
  const before = (await tried()).length;
  await eventually("another escalation is tried", async () => (await tried()).length > before + 2);
  assert.equal((await directMessages(w, "U0ADMIN", 2)).length, 2);
}

const isApprove = ({ action_id }: Json) => action_id === "approve";

/** Waits until a person has so many direct messages of the bot. */
const directMessages = (w: World, user: string, count: number): Promise<string[]> =>
  eventually(`${user} has ${count} direct messages`, async () => {
    const { channels } = await w.control.slack("state");
    const own = channels.filter((each: Json) => each.kind === "im" && each.members.includes(user));
    const texts = own.flatMap((each: Json) => each.messages).map(toText);
    return texts.length >= count && texts;
  });
