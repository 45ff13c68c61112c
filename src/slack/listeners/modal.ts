import type { ModalView, WebClient } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";
import { loadingView } from "../messages/details-view.ts";
import { chatFailure, describeFailure } from "../slack-failures.ts";

/**
 * Opens a modal at once, since a trigger lives for three seconds, and fills it when its content is known. Whatever goes
 * wrong on the way, `onFailure` tells the person: a press of a button never ends in silence.
 */
export async function fillModal(options: {
  client: WebClient;
  triggerId: string;
  /** `push`: above the modal in which the button was pressed. */
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
    log.warn({ event: "modal.failed", err: error, title }, "cannot open or fill a modal");
    await onFailure(
      `Slack could not show "${title}" (${describeFailure(chatFailure(error))}). Nothing was decided; please press the button again.`,
    );
  }
}
