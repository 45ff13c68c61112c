import type { ModalView, WebClient } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";
import { loadingView } from "../messages/details-view.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";

/**
 * Opens a modal immediately, because a trigger expires after three seconds, and fills it when its content is known. If
 * anything fails, `onFailure` tells the person: every click gets a result.
 */
export async function fillModal(options: {
  client: WebClient;
  triggerId: string;
  /** `push`: on top of the modal that contains the button. */
  how?: "open" | "push";
  title: string;
  content: () => Promise<ModalView>;
  onFailure: (sentence: string) => Promise<unknown>;
  log: Log;
}): Promise<void> {
  const { client, triggerId, how = "open", title, content, onFailure, log } = options;
  try {
    const opened = await client.views[how]({ trigger_id: triggerId, view: loadingView(title) });
    const view = await content();
    await client.views.update({ view_id: opened.view?.id ?? "", view });
  } catch (error) {
    logModalFailure(log, error, { title }, "cannot open or fill a modal");
    await onFailure(
      `Slack could not show "${title}" (${describeFailure(chatFailure(error))}). Nothing was decided. Press the button again.`,
    );
  }
}

/** Logs why a modal is not shown. A 429 is normal. */
export function logModalFailure(
  log: Log,
  error: unknown,
  fields: { title: string; requestId?: string },
  message: string,
): void {
  const level = chatFailure(error).kind === "limited" ? "debug" : "warn";
  log[level]({ event: "modal.failed", err: error, ...fields }, message);
}
