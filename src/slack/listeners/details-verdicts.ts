import type { App } from "@slack/bolt";
import { sentenceView } from "../messages/details-view.ts";
import { openForm } from "./open-form.ts";
import { isFromHome, viewClickSchema } from "./payloads.ts";
import type { VerdictDeps } from "./record.ts";

/** The form that each button in Details opens. */
const BUTTONS = {
  "open-approve": { verdict: "approve", authority: "approver" },
  "open-reject": { verdict: "reject", authority: "approver" },
  "break-glass-approve": { verdict: "approve", authority: "break-glass" },
  "break-glass-reject": { verdict: "reject", authority: "break-glass" },
} as const;

/** A button in Details opens the form of its verdict. The click alone decides nothing. */
export function listenForDetailsVerdicts(app: App, deps: VerdictDeps): void {
  for (const [action_id, wanted] of Object.entries(BUTTONS)) {
    app.action({ type: "block_actions", action_id }, async ({ ack, body, client }) => {
      await ack();
      const parsed = viewClickSchema.safeParse(body);
      if (!parsed.success || !isFromHome(parsed.data, deps.workspace)) {
        deps.log.warn(
          { event: "click.rejected", action: action_id },
          "malformed click, or a click from another workspace",
        );
        return;
      }
      const { user, team, view, trigger_id } = parsed.data;
      const state = deps.formState.read(view.private_metadata, user.id, "details");
      if (state === null) {
        const sentence = deps.sentence({ kind: "forged-form" });
        await client.views.push({ trigger_id, view: sentenceView("Details", sentence) });
        return;
      }
      const { requestId, origin } = state;
      const request = await deps.requests.byId(requestId).catch(() => null);
      const press = {
        requestId,
        origin,
        userId: user.id,
        teamId: user.team_id ?? team?.id ?? "",
        receivedAt: deps.clock.now(),
      };
      await openForm(deps, client, { triggerId: trigger_id, how: "push" }, press, wanted, request?.facts);
    });
  }
}
