import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import type { Json } from "./http-json.ts";
import { textOf, type World } from "./world.ts";

/** What the person alone sees in answer to the command. */
export async function answer(w: World, user: string, text: string): Promise<string> {
  const before = new Set((await whispers(w, user)).map((each: Json) => each.ts));
  const sent = await w.control.slack("command", { user, channel: "C0APPROVALS", text: `/approvals ${text}`.trim() });
  assert.equal(sent.delivery.acked, true);
  const found = await eventually(`an answer to ${text}`, async () =>
    (await whispers(w, user)).find((each: Json) => !before.has(each.ts)),
  );
  return textOf(found);
}

export const whispers = async (w: World, user: string) =>
  (await w.channel()).messages.filter((each: Json) => each.onlyFor === user);
