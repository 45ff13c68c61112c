import type { App } from "@slack/bolt";
import { sentenceView } from "../messages/details-view.ts";
import { openForm } from "./open-form.ts";
import { isFromHome, viewPressSchema } from "./payloads.ts";
import type { VerdictDeps } from "./record.ts";

/** An admin's press on Break glass in the details leads to its form, and counts for nothing by itself. */
export function listenForBreakGlass(app: App, deps: VerdictDeps): void {
  for (const verdict of ["approve", "reject"] as const) {
    app.action({ type: "block_actions", action_id: `break-glass-${verdict}` }, async ({ ack, body, client }) => {
      await ack();
      const parsed = viewPressSchema.safeParse(body);
      if (!parsed.success || !isFromHome(parsed.data, deps.workspace)) {
        deps.log.warn({ action: "break-glass" }, "a click could not be read or is not ours");
        return;
      }
      const { user, team, view, trigger_id } = parsed.data;
      const origin = deps.seal.read(view.private_metadata, user.id, "details");
      if (origin === null) {
        const sentence = deps.sentence({ kind: "forged-form" });
        await client.views.push({ trigger_id, view: sentenceView("Break glass", sentence) });
        return;
      }
      const { requestId, channelId, messageTs } = origin;
      const press = {
        requestId,
        channelId,
        messageTs,
        userId: user.id,
        teamId: user.team_id ?? team?.id ?? "",
        receivedAt: deps.clock.now(),
      };
      await openForm(deps, client, { triggerId: trigger_id, how: "push" }, press, {
        verdict,
        authority: "break-glass",
      });
    });
  }
}
