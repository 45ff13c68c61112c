import type { Json } from "../support/http-json.ts";
import type { Verdict } from "./actions.ts";
import type { Harness } from "./harness.ts";

/** The time that a person waits for a message or for the form with the reason, in milliseconds of the fast clock. */
const TIMEOUT_MS = 8_000;
const CHECK_INTERVAL_MS = 500;

interface MessageClick {
  user: string;
  channel: string;
  executionId: string;
  verdict: Verdict;
  twice: boolean;
  stale: boolean;
}

/**
 * Clicks a button on the newest message of an execution (`twice`: two clicks at once) and completes the form with the reason
 * for a rejection or a stop. Without that button, clicks on another message that has it; `stale`: clicks on the newest message even if
 * its button is gone. Resolves with false if there is no message to click on.
 */
export async function clickMessage(harness: Harness, given: MessageClick): Promise<boolean> {
  const { user, channel, verdict } = given;
  const message = await chooseMessage(harness, given);
  if (message === undefined) return false;
  const isOpen = hasButton(message, verdict);
  const body = {
    ...{ user, channel, ts: message.ts, action_id: verdict, confirm: true },
    ...(isOpen ? {} : { forge: { actions: [makeOldButton(message, verdict)] } }),
  };
  const click = () => harness.control.slack("click", body).catch(() => undefined); // the button may have disappeared
  const clicks = [click(), ...(given.twice ? [click()] : [])];
  await Promise.all(clicks);
  if (verdict === "reject" || verdict === "stop") {
    await submitReason(harness, user);
    await harness.control.slack("close", { user, all: true }).catch(() => undefined); // no open form
  }
  return true;
}

/** The time between two clicks of a storm, in milliseconds of the fast clock. */
const STORM_INTERVAL_MS = 60;

/** Clicks Approve again and again on the newest message of an execution. Resolves with the number of clicks. */
export async function clickOften(
  harness: Harness,
  { clicks, ...given }: Pick<MessageClick, "user" | "channel" | "executionId"> & { clicks: number },
): Promise<number> {
  const message = await chooseMessage(harness, { ...given, verdict: "approve", twice: false, stale: false });
  if (message === undefined) return 0;
  const { user, channel } = given;
  const body = { user, channel, ts: message.ts, action_id: "approve", confirm: true };
  const sent: Promise<boolean>[] = [];
  for (let count = 0; count < clicks; count++) {
    // The button may disappear.
    sent.push(
      harness.control.slack("click", body).then(
        () => true,
        () => false,
      ),
    );
    await harness.wait(STORM_INTERVAL_MS);
  }
  return (await Promise.all(sent)).filter((clicked) => clicked).length;
}

/** Tells whether a channel has a message of an execution that can be approved. */
export async function hasOpenMessage(harness: Harness, channel: string, executionId: string): Promise<boolean> {
  const messages = await harness.readMessages(channel);
  return messages.some(
    (message) => hasButton(message, "approve") && JSON.stringify(message.blocks).includes(executionId),
  );
}

/** Chooses the message to click on; waits up to `TIMEOUT_MS` for it. */
async function chooseMessage(
  harness: Harness,
  { channel, executionId, verdict, stale }: MessageClick,
): Promise<Json | undefined> {
  const end = harness.time.now() + TIMEOUT_MS;
  for (;;) {
    const messages = (await harness.readMessages(channel)).filter((message) => message.onlyFor === undefined);
    const newest = messages.findLast((message) => JSON.stringify(message.blocks ?? []).includes(executionId));
    if (newest !== undefined && (stale || hasButton(newest, verdict))) return newest;
    const open = messages.find((message) => hasButton(message, verdict));
    if (open !== undefined || harness.time.now() > end) return open;
    await harness.wait(CHECK_INTERVAL_MS);
  }
}

function hasButton(message: Json, verdict: Verdict): boolean {
  return JSON.stringify(message.blocks ?? []).includes(`"action_id":"${verdict}"`);
}

/** Makes the button that the message had before, as a client that shows the old message still sends it. */
function makeOldButton(message: Json, verdict: Verdict): object {
  const value = message.metadata?.event_payload?.request_id ?? "unknown";
  return { type: "button", action_id: verdict, block_id: "decide", value };
}

async function submitReason(harness: Harness, user: string): Promise<void> {
  const end = harness.time.now() + TIMEOUT_MS;
  while (harness.time.now() < end) {
    const { modals } = await harness.control.slack("state");
    const topmost = modals[user]?.at(-1);
    if (topmost?.callback_id === "verdict") {
      const submission = { user, values: { reason: { reason: "Not today" } } };
      await harness.control.slack("submit", submission).catch(() => undefined);
      return;
    }
    await harness.wait(CHECK_INTERVAL_MS);
  }
}
