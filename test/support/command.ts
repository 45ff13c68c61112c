import assert from "node:assert/strict";
import { LOOKING } from "../../src/slack/messages/command-texts.ts";
import { eventually } from "./eventually.ts";
import type { Json } from "./http-json.ts";
import { toText, type World } from "./world.ts";

/** Runs `/approvals` with this text. Resolves with the text of the ephemeral reply, not with the line that announces a slow one. */
export const runCommand = async (w: World, user: string, text: string): Promise<string> =>
  toText(await askCommand(w, user, text));

/** Does the same, and resolves with the reply, so that a test can press its buttons. `shared`: the reply is for the channel. */
export async function askCommand(w: World, user: string, text: string, shared = false): Promise<Json> {
  const [newest] = (await w.channel()).messages
    .map((each: Json) => each.ts)
    .sort()
    .reverse();
  const sent = await w.control.slack("command", { user, channel: "C0APPROVALS", text: `/approvals ${text}`.trim() });
  assert.equal(sent.delivery?.acked, true, JSON.stringify(sent));
  return eventually(`a reply to ${text}`, async () => {
    const { messages } = await w.channel("C0APPROVALS", newest);
    return messages.find((each: Json) => each.onlyFor === (shared ? undefined : user) && each.text !== LOOKING);
  });
}

export const listEphemerals = async (w: World, user: string) =>
  (await w.channel()).messages.filter((each: Json) => each.onlyFor === user);
