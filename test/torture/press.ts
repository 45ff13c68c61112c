import type { Json } from "../support/http-json.ts";
import type { Verdict } from "./actions.ts";
import type { Stage } from "./stage.ts";

/** How long a person waits for a message, or for the form that asks for a reason, in the fast clock's milliseconds. */
const PATIENCE_MS = 8_000;
const LOOK_MS = 500;

interface Press {
  user: string;
  channel: string;
  executionId: string;
  verdict: Verdict;
  twice: boolean;
  stale: boolean;
}

/**
 * A person clicks on the newest message of an execution, twice where they are impatient, and fills in the form if one
 * comes. False when there is nothing to click on.
 */
export async function press(stage: Stage, given: Press): Promise<boolean> {
  const { user, channel, executionId, verdict } = given;
  const message = await newest(stage, channel, executionId);
  if (message === undefined) return false;
  const isOpen = hasButton(message, verdict);
  if (!isOpen && !given.stale) return false;
  const body = {
    ...{ user, channel, ts: message.ts, action_id: verdict, confirm: true },
    ...(isOpen ? {} : { forge: { actions: [asItWas(message, verdict)] } }),
  };
  const click = () => stage.control.slack("click", body).catch(() => undefined); // the button may be gone by now
  const clicks = [click(), ...(given.twice ? [click()] : [])];
  await Promise.all(clicks);
  if (verdict === "reject") {
    await giveReason(stage, user);
    await stage.control.slack("close", { user, all: true }).catch(() => undefined); // nothing is open
  }
  return true;
}

/** The newest message about an execution, which its reader waits for a while. */
async function newest(stage: Stage, channel: string, executionId: string): Promise<Json | undefined> {
  const end = stage.time.now() + PATIENCE_MS;
  for (;;) {
    const messages = (await stage.channel(channel)).filter(
      (message) => message.onlyFor === undefined && JSON.stringify(message.blocks ?? []).includes(executionId),
    );
    if (messages.length > 0 || stage.time.now() > end) return messages.at(-1);
    await stage.wait(LOOK_MS);
  }
}

function hasButton(message: Json, verdict: Verdict): boolean {
  return JSON.stringify(message.blocks ?? []).includes(`"action_id":"${verdict}"`);
}

/** The button that stood there before, as a client that has not drawn the message anew still sends it. */
function asItWas(message: Json, verdict: Verdict): object {
  const value = message.metadata?.event_payload?.request_id ?? "unknown";
  return { type: "button", action_id: verdict, block_id: "decide", value };
}

async function giveReason(stage: Stage, user: string): Promise<void> {
  const end = stage.time.now() + PATIENCE_MS;
  while (stage.time.now() < end) {
    const { modals } = await stage.control.slack("state");
    const topmost = modals[user]?.at(-1);
    if (topmost?.callback_id === "reason") {
      const answer = { user, values: { reason: { reason: "Not today" } } };
      await stage.control.slack("submit", answer).catch(() => undefined);
      return;
    }
    await stage.wait(LOOK_MS);
  }
}
