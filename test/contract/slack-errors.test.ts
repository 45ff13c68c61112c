import assert from "node:assert/strict";
import { it } from "node:test";
import { METHOD_ERRORS, REPORTED_ERRORS, toDocumentedError } from "../../sandbox/slack/api/documented-errors.ts";
import { refuse } from "../../sandbox/slack/api/method.ts";
import { METHODS } from "../../sandbox/slack/coverage.ts";
import { getError, section, world } from "./slack-support.ts";

it("each dispatched method has a list of the errors in its reference", () => {
  const dispatched = METHODS.filter(({ state }) => state !== "not started").map(({ name }) => name);
  assert.deepEqual(Object.keys(METHOD_ERRORS).sort(), dispatched.sort());
});

it("an error that the reference does not list is a defect of the stand-in", () => {
  const reply = (error: string) => toDocumentedError("users.info", refuse(error), "replaced").error;
  assert.equal(reply("user_not_found"), "user_not_found");
  assert.equal(reply("ratelimited"), "ratelimited");
  assert.throws(() => reply("message_not_found"), /users\.info/);
});

it("each replacement of a reported error is an error that the reference lists, and the reported one is not", () => {
  for (const [method, errors] of Object.entries(REPORTED_ERRORS)) {
    const listed = METHOD_ERRORS[method] ?? [];
    for (const [reported, replacement] of Object.entries(errors)) {
      assert.ok(listed.includes(replacement) && !listed.includes(reported), `${method} ${reported}`);
    }
  }
});

it("an error that only developers report is replaced by a listed one, unless a setting selects it", async (t) => {
  const { client, control } = await world(t, { rateLimits: false });
  const { ts = "" } = await client.chat.postMessage({ channel: "C0APPROVALS", text: "x" });
  const channel = "C0APPROVALS";
  const user = "U0JANE";
  const long = Array.from({ length: 5 }, () => section("x".repeat(2700)));
  const noThread = { channel, text: "x", thread_ts: "1.000001" };
  const calls: Record<string, Record<string, () => Promise<unknown>>> = {
    "chat.postEphemeral": {
      msg_blocks_too_long: () => client.chat.postEphemeral({ channel, user, text: "x", blocks: long }),
      thread_not_found: () => client.chat.postEphemeral({ ...noThread, user }),
    },
    "chat.postMessage": {
      invalid_attachments: () => client.apiCall("chat.postMessage", { channel, attachments: "{" }),
      thread_not_found: () => client.chat.postMessage(noThread),
    },
    "chat.update": { msg_blocks_too_long: () => client.chat.update({ channel, ts, text: "x", blocks: long }) },
    "conversations.open": { cannot_dm_bot: () => client.conversations.open({ users: "U0OTHERBOT" }) },
    "conversations.replies": {
      not_in_channel: () => client.conversations.replies({ channel: "C0RANDOM", ts: "1.000001" }),
    },
  };
  for (const setting of ["replaced", "reported"]) {
    await control("settings", { undocumentedErrors: setting });
    for (const [method, errors] of Object.entries(REPORTED_ERRORS)) {
      for (const [reported, replacement] of Object.entries(errors)) {
        const call = calls[method]?.[reported];
        assert.ok(call !== undefined, `${method} ${reported}`);
        const { error } = await getError(call());
        assert.equal(error, setting === "reported" ? reported : replacement, `${method} ${setting}`);
      }
    }
  }
});
