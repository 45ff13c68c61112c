import assert from "node:assert/strict";
import { LOOKING } from "../../src/slack/messages/command-texts.ts";
import { eventually } from "./eventually.ts";
import type { Json } from "./http-json.ts";
import { toText, type World } from "./world.ts";

/** Runs `/approvals` with this text. Resolves with the text of the ephemeral reply, not with the line that announces a slow one. */
export async function runCommand(w: World, user: string, text: string): Promise<string> {
  const before = new Set((await listEphemerals(w, user)).map((each: Json) => each.ts));
  const sent = await w.control.slack("command", { user, channel: "C0APPROVALS", text: `/approvals ${text}`.trim() });
  assert.equal(sent.delivery.acked, true);
  const found = await eventually(`a reply to ${text}`, async () =>
    (await listEphemerals(w, user)).find((each: Json) => !before.has(each.ts) && each.text !== LOOKING),
  );
  return toText(found);
}

export const listEphemerals = async (w: World, user: string) =>
  (await w.channel()).messages.filter((each: Json) => each.onlyFor === user);
