import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_METADATA_BYTES } from "../../sandbox/slack/api/metadata.ts";
import { getError, section, type World, world } from "./slack-support.ts";

const post = (w: World, more: object) =>
  w.client.chat.postMessage({ channel: "C0APPROVALS", text: "x", ...more } as never);
const sections = (count: number, text = "x") => Array.from({ length: count }, () => section(text));

describe("metadata", () => {
  const of = (payload: unknown, type: unknown = "task_created") => ({ event_type: type, event_payload: payload });
  const item = { name: "x", count: 1, done: false };

  const ACCEPTED: [what: string, metadata: object][] = [
    ["scalars", of(item)],
    ["a flat object", of({ item })],
    ["a list of flat objects", of({ items: [item, item] })],
    ["an empty payload", of({})],
  ];
  for (const [what, metadata] of ACCEPTED) {
    it(`may contain ${what}`, async (t) => {
      const w = await world(t);
      const posted = await post(w, { metadata });
      assert.deepEqual(posted.message?.metadata, metadata);
      const { messages } = await w.client.conversations.history({ channel: "C0APPROVALS", include_all_metadata: true });
      assert.deepEqual(messages?.[0]?.metadata, metadata);
    });
  }

  const REJECTED: [what: string, metadata: unknown, error: string][] = [
    ["an object in an object", of({ item: { item } }), "invalid_metadata_schema"],
    ["a list in an object", of({ item: { list: [1] } }), "invalid_metadata_schema"],
    ["a list of scalars", of({ list: [1, 2] }), "invalid_metadata_schema"],
    ["a list of lists", of({ list: [[item]] }), "invalid_metadata_schema"],
    ["null", of({ item: null }), "invalid_metadata_schema"],
    ["a list as the payload", of([item]), "invalid_metadata_schema"],
    ["no payload", { event_type: "x" }, "invalid_metadata_schema"],
    ["an unknown field", { ...of({}), other: 1 }, "invalid_metadata_schema"],
    ["a type with a space and punctuation", of({}, "a b!"), "invalid_metadata_schema"],
    ["an empty type", of({}, ""), "invalid_metadata_schema"],
    ["a type that is not a string", of({}, 7), "invalid_metadata_schema"],
    ["a string instead of an object", '"x"', "invalid_metadata_format"],
    ["too many bytes", of({ text: "x".repeat(200_000) }), "metadata_too_large"],
  ];
  for (const [what, metadata, error] of REJECTED) {
    it(`with ${what} fails with ${error} in posts and updates`, async (t) => {
      const w = await world(t);
      assert.equal((await getError(post(w, { metadata }))).error, error);
      const { ts } = await post(w, {});
      const update = { channel: "C0APPROVALS", ts: String(ts), text: "y", metadata };
      assert.equal((await getError(w.client.chat.update(update as never))).error, error);
    });
  }

  it("may have the maximum size, and not one byte more", async (t) => {
    const w = await world(t);
    const rest = MAX_METADATA_BYTES - JSON.stringify(of({ text: "" })).length;
    assert.equal((await post(w, { metadata: of({ text: "x".repeat(rest) }) })).ok, true);
    const beyond = post(w, { metadata: of({ text: "x".repeat(rest + 1) }) });
    assert.equal((await getError(beyond)).error, "metadata_too_large");
  });
});

describe("blocks in attachments", () => {
  it("count toward the total text of a message", async (t) => {
    const w = await world(t);
    const attached = (size: number) => ({
      blocks: sections(2, "x".repeat(2640)),
      attachments: [{ blocks: sections(2, "x".repeat(2640)) }, { blocks: sections(1, "x".repeat(size)) }],
    });
    assert.equal((await post(w, attached(2640))).ok, true);
    assert.equal((await getError(post(w, attached(2641)))).error, "msg_blocks_too_long");
  });

  it("count toward the 50 blocks of a message", async (t) => {
    const w = await world(t);
    const attached = (last: number) => ({
      blocks: sections(20),
      attachments: [{ blocks: sections(20) }, { blocks: sections(last) }],
    });
    assert.equal((await post(w, attached(10))).ok, true);
    const answer = await getError(post(w, attached(11)));
    assert.equal(answer.error, "invalid_blocks");
    assert.deepEqual(answer.response_metadata.messages, [
      "[ERROR] no more than 50 items allowed [json-pointer:/attachments]",
    ]);
  });

  it("count together with the blocks that an update keeps", async (t) => {
    const w = await world(t);
    const { ts } = await post(w, { blocks: sections(50) });
    const update = (more: object) =>
      w.client.chat.update({ channel: "C0APPROVALS", ts: String(ts), text: "y", ...more } as never);
    assert.equal((await getError(update({ attachments: [{ blocks: sections(1) }] }))).error, "invalid_attachments");
    assert.equal((await update({ blocks: sections(49), attachments: [{ blocks: sections(1) }] })).ok, true);
    assert.equal((await getError(update({ blocks: sections(50) }))).error, "invalid_attachments");
  });
});
