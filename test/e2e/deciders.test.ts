import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { policyText } from "../support/policy-text.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

const ACCOUNT = "111122223333";
const ROSA_SSO = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/ROSA@example.com`;

test("the requester of an execution cannot approve it but can reject it, and the message says so from the start", async (t) => {
  const w = await world(t, { policy: policyText("reason: none") });
  const id = await w.run(ONE_GATE, { executedBy: ROSA_SSO });
  const message = await w.message(id, /not <@U0ROSA>, who started it/);
  // A change of the address while the request waits changes nothing.
  await w.control.slack("person", { user: "U0ROSA", email: "rosa.lind@example.com" });
  await w.click("U0ROSA", message, "approve");
  await w.ephemeral("U0ROSA", /You started this execution\. Another person must approve the step/);
  assert.deepEqual(await w.signals(id), []);
  await w.click("U0ROSA", message, "reject");
  await w.message(id, /Failed|failed/);
  assert.equal((await w.signals(id))[0].type, "Reject");
});

fullMatrixTest(
  "a listed role excludes its person, and no approval counts if a person who matches no one is the requester",
  async (t) => {
    const deploy = `arn:aws:iam::${ACCOUNT}:role/ci/Deploy`;
    const w = await world(t, { policy: policyText("", `identities: { U0JANE: ["${deploy}"] }`) });
    const known = await w.run(ONE_GATE, { executedBy: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/run-1` });
    await w.message(known, /not <@U0JANE>, who possibly started it; approvals count, because the requester is a role/);
    await w.click("U0JANE", await w.message(known), "approve");
    await w.ephemeral("U0JANE", /You may have started this execution\. Another person must approve the step/);
    await w.click("U0MIA", await w.message(known), "approve");
    await w.message(known, /Success|succeeded/i);

    const unknown = await w.run(ONE_GATE, { executedBy: `arn:aws:iam::${ACCOUNT}:user/omar` });
    const message = await w.message(unknown, /\*no approval counts\*.*deny-people.*U\.\.\.: .*:user\/omar/);
    await w.click("U0MIA", message, "approve");
    await w.ephemeral("U0MIA", /Your approval does not count\..*U\.\.\.: .*:user\/omar.*A rejection still counts/);
    assert.deepEqual(await w.signals(unknown), []);
  },
);

fullMatrixTest(
  "while Slack does not return the requester, the message is posted and approvals wait, also across a restart",
  async (t) => {
    const w = await world(t, { policy: policyText(""), env: { LOG_LEVEL: "debug" } });
    await w.control.slack("faults", { operation: "users.lookupByEmail", kind: "error", code: "internal_error" });
    const id = await w.run(ONE_GATE, { executedBy: ROSA_SSO });
    const message = await w.message(id, /no approval counts until Slack returns the owner of/);
    await w.click("U0JANE", message, "approve");
    await eventually("the click waits", () => w.bot().lines.some((line: Json) => line.event === "click.postponed"));
    await w.bot().kill();
    await w.startBot();
    assert.deepEqual(await w.signals(id), []);
    await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
    await w.message(id, /Success|succeeded/i);
    assert.equal((await w.signals(id)).length, 1);
  },
);

test("an approval can be withdrawn by its author until the quorum is complete", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 2") });
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  assert.doesNotMatch(toText(message), /"action_id":"withdraw"/);
  await w.click("U0JANE", message, "approve");
  const half = await w.message(id, '"action_id":"withdraw"');
  await w.click("U0MIA", half, "withdraw");
  await w.ephemeral("U0MIA", /You have no approval to withdraw/);
  await w.click("U0JANE", half, "withdraw");
  await w.message(id, "0 of 2 approvals");
  await w.click("U0MIA", await w.message(id), "approve");
  await w.message(id, /1 of 2 approvals.*<@U0MIA>/);
  assert.deepEqual(await w.signals(id), []);
  await w.click("U0JANE", await w.message(id), "approve");
  await w.message(id, /Success|succeeded/i);
});

fullMatrixTest(
  "a typed confirmation accepts the name of the runbook in any case with white space around it, and no other text",
  async (t) => {
    const w = await world(t, { policy: policyText("confirm: typed") });
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    await w.click("U0JANE", message, "approve");
    await w.modal("U0JANE", "Type the runbook");
    const wrong = await w.control.slack("submit", { user: "U0JANE", values: { typed: { typed: "test-runbooks" } } });
    assert.equal(wrong.result, "errors");
    assert.match(wrong.errors.typed, /does not match the runbook name `Test-Runbook`/);
    await w.control.slack("submit", { user: "U0JANE", values: { typed: { typed: " test-runbook " } } });
    await w.message(id, /Success|succeeded/i);
  },
);

test("break-glass by an admin decides alone with a reason, notifies the channel and every admin, and is marked in AWS and in the audit record", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 3") });
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await w.click("U0JANE", message, "details");
  const details = toText(await w.modal("U0JANE", "AWS asks for"));
  assert.doesNotMatch(details, /"break-glass-(approve|reject)"/, "only admins see it");

  await w.click("U0ADMIN", message, "approve");
  await w.ephemeral("U0ADMIN", /Only .*may decide/);
  await w.click("U0ADMIN", message, "details");
  await w.modal("U0ADMIN", "break-glass-approve");
  await w.control.slack("click", { user: "U0ADMIN", action_id: "break-glass-approve" });
  await w.modal("U0ADMIN", "You decide alone");
  const values = { reason: { reason: "The shop is down." }, typed: { typed: "Test-Runbook" } };
  await w.control.slack("submit", { user: "U0ADMIN", values });

  const ended = await w.message(id, /Success|succeeded/i);
  assert.match(toText(ended), /"BREAK-GLASS, approved: Test-Runbook"/);
  assert.match(toText(ended), /Break-glass\* by <@U0ADMIN>/);
  const notice = await eventually("the channel is notified", async () =>
    (await w.messages()).find((each) => toText(each).includes("BREAK-GLASS: approved")),
  );
  assert.match(toText(notice), /The shop is down\./);
  assert.match(toText(notice), /The route requires 3 approvals\./);
  await eventually("the admin is notified by direct message", async () => {
    const { channels } = await w.control.slack("state");
    const direct = channels.filter((each: Json) => each.kind === "im" && each.members.includes("U0ADMIN"));
    return direct.some((each: Json) => JSON.stringify(each.messages).includes("BREAK-GLASS"));
  });
  const [signal] = await w.signals(id);
  assert.match(signal.payload.Comment.join("\n"), /^BREAK-GLASS: .*Ada Admin.*The shop is down\./s);
  const events = await eventually("the decision is published", async () => {
    const found = (await w.control.aws("bus?source=countersign")).events.map((each: Json) => JSON.stringify(each));
    return found.some((each: string) => each.includes("Approval Decided")) && found;
  });
  assert.ok(events.some((each: string) => each.includes("Approval Decided") && each.includes("break-glass")));
});

test("an admin outside the channel of a request can break glass from the reply of /approvals show, and other people cannot", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 3") });
  const id = await w.run(ONE_GATE);
  await w.message(id);
  const shown = async (user: string) => {
    await w.control.slack("command", { user, channel: "C0RANDOM", text: `/approvals show ${id}` });
    return w.ephemeral(user, id, "C0RANDOM");
  };
  await w.click("U0JANE", await shown("U0JANE"), "details", {}, "C0RANDOM");
  assert.doesNotMatch(toText(await w.modal("U0JANE", "AWS asks for")), /"break-glass-(approve|reject)"/);
  const opened = await w.slackCalls("conversations.open");
  assert.ok(
    opened.every(({ input }) => input.users !== "U0JANE"),
    "Details need no direct message",
  );

  const reply = await shown("U0ADMIN");
  const openForm = async () => {
    await w.click("U0ADMIN", reply, "details", {}, "C0RANDOM");
    await w.modal("U0ADMIN", "break-glass-approve");
    await w.control.slack("click", { user: "U0ADMIN", action_id: "break-glass-approve" });
  };
  await openForm();
  const form = await w.modal("U0ADMIN", "You decide alone");
  const values = { reason: { reason: "The shop is down." }, typed: { typed: "Test-Runbook" } };
  const origin = JSON.parse(form.private_metadata);
  for (const change of [{ requestId: "another" }, { authority: "approver" }, { verdict: "reject" }]) {
    const view = { private_metadata: JSON.stringify({ ...origin, ...change }) };
    const refused = await w.control.slack("submit", { user: "U0ADMIN", values, forge: { view } });
    assert.match(JSON.stringify(refused), /Countersign did not open this form for you/);
  }
  assert.deepEqual(await w.signals(id), []);
  await w.control.slack("submit", { user: "U0ADMIN", values });
  await w.message(id, /Break-glass\* by <@U0ADMIN>/);
  await w.message(id, /Success|succeeded/i);

  // The reply has not changed; its details have.
  await w.click("U0ADMIN", reply, "details", {}, "C0RANDOM");
  assert.doesNotMatch(toText(await w.modal("U0ADMIN", "has succeeded")), /"break-glass-(approve|reject)"/);
  assert.equal((await w.signals(id)).length, 1);
});

fullMatrixTest(
  "approvers also get the request as a direct message and can decide there, and people to notify are mentioned",
  async (t) => {
    const w = await world(t, {
      policy: policyText("dm: true\nnotify: { users: [U0DAN] }").replace("U0JANE, U0ROSA", "U0JANE"),
    });
    const id = await w.run(ONE_GATE);
    const message = await w.message(id, /For information: <@U0DAN>/);
    const direct = (user: string) =>
      eventually(`${user} has it as a direct message`, async () => {
        const { channels } = await w.control.slack("state");
        const found = channels.find((each: Json) => each.kind === "im" && each.members.includes(user));
        const own = found?.messages.find((each: Json) => toText(each).includes(id));
        return own && { channel: found.id as string, message: own };
      });
    const mia = await direct("U0MIA");
    await direct("U0JANE");
    await w.click("U0DAN", message, "approve");
    await w.ephemeral("U0DAN", /Only .*may decide/);
    await w.click("U0MIA", mia.message, "approve", {}, mia.channel);
    await w.message(id, /Success|succeeded/i);
    await w.message(id, /Success|succeeded/i, mia.channel);
    const { channels } = await w.control.slack("state");
    for (const each of channels.filter((channel: Json) => channel.kind === "im"))
      assert.ok(
        each.messages.filter((one: Json) => toText(one).includes(id)).length <= 1,
        "one message in each conversation",
      );
  },
);

fullMatrixTest(
  "each admin gets one direct message about a request without a route: with a route that would match it, or with the two that might apply",
  async (t) => {
    const w = await world(t, {
      policy: policyText("match: { parameters: { Environment: [prod, dev] } }").replace(
        "admins:",
        `  - name: production
    match: { parameters: { Environment: [prod, test] } }
    channels: [C0PRODDBA]
    approvers: { users: [U0JANE] }
    quorum: 1
admins:`,
      ),
    });
    const notice = (id: string) =>
      eventually("the admin is notified", async () => {
        const { channels } = await w.control.slack("state");
        const direct = channels.find((each: Json) => each.kind === "im" && each.members.includes("U0ADMIN"));
        return direct?.messages.find((each: Json) => toText(each).includes(id));
      });
    const none = toText(await notice(await w.run(ONE_GATE)));
    assert.match(none, /No route applies to Test-Runbook/);
    assert.match(none, /document: \\\\\\"Test-Runbook\\\\\\"|document: .*Test-Runbook/);
    const lists = ONE_GATE.replace("parameters:", "parameters:\n  Environment: { type: StringList }");
    const two = toText(await notice(await w.run(lists, { parameters: { Environment: ["dev", "test"] } })));
    assert.match(two, /do not all select the same route \(route .?everything.? or route .?production.?\)/);
    assert.match(two, /Fix:.*Start one execution for each value/);
    assert.deepEqual(await w.messages(), []);
  },
);

fullMatrixTest("a group that is disabled or does not exist has no approvers and is named", async (t) => {
  const w = await world(t, { policy: policyText("reason: none").replace("S0DBA", "S0FORMER, S0NOSUCH") });
  const id = await w.run(ONE_GATE);
  await w.click("U0DAN", await w.message(id), "approve");
  await w.ephemeral("U0DAN", /S0FORMER.*S0NOSUCH.* do not exist or are disabled/);
  assert.deepEqual(await w.signals(id), []);
});

fullMatrixTest("two clicks in one millisecond are two votes of two people, and one of one person", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 2") });
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await Promise.all([w.click("U0JANE", message, "approve"), w.click("U0JANE", message, "approve")]);
  await w.message(id, "1 of 2 approvals");
  assert.deepEqual(await w.signals(id), []);
  await Promise.all([w.click("U0MIA", message, "approve"), w.click("U0JANE", message, "approve")]);
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.signals(id)).length, 1);
});

test("a form that is replayed, altered or submitted by another person decides nothing", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 2\nreason: always") });
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  const form = async (user: string) => {
    await w.click(user, message, "approve");
    return w.modal(user, "input");
  };
  const submit = (user: string, forge?: object) =>
    w.control.slack("submit", { user, values: { reason: { reason: "Tested." } }, ...(forge ? { forge } : {}) });

  const view = await form("U0JANE");
  const origin = JSON.parse(view.private_metadata);
  const altered = (change: object) => ({ view: { private_metadata: JSON.stringify({ ...origin, ...change }) } });
  const elsewhere = { origin: { ...origin.origin, ts: "1.1" } };
  const command = { origin: { kind: "command", channelId: origin.origin.channelId } };
  for (const change of [{ verdict: "reject" }, { authority: "break-glass" }, { nonce: "x" }, elsewhere, command]) {
    const reply = await submit("U0JANE", altered(change));
    assert.match(JSON.stringify(reply), /Countersign did not open this form for you/);
  }
  await form("U0MIA");
  const stolen = await submit("U0MIA", { view: { private_metadata: view.private_metadata } });
  assert.match(JSON.stringify(stolen), /Countersign did not open this form for you/);

  await submit("U0JANE");
  const half = await w.message(id, "1 of 2 approvals");
  await w.click("U0JANE", half, "withdraw");
  await w.message(id, "0 of 2 approvals");
  // The same form once more, from another view: it has counted already.
  await form("U0JANE");
  await submit("U0JANE", { view: { private_metadata: view.private_metadata } });
  await submit("U0MIA");
  await w.message(id, /1 of 2 approvals:\* <@U0MIA>/);
  assert.deepEqual(await w.signals(id), []);
});
