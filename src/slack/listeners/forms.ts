import type { App } from "@slack/bolt";
import type { Click } from "../../app/ports/click-store.ts";
import { isVisible } from "../../core/clean-text.ts";
import { isTypedName } from "../../core/evaluate-vote.ts";
import { requiresForm } from "./open-form.ts";
import { isFromHome, submissionSchema } from "./payloads.ts";
import { acknowledge, NOT_RECORDED, recorded, type VerdictDeps } from "./record.ts";

const NO_REASON = "Enter a reason with at least one visible character.";

/** Records a submitted form. It counts once, only unchanged, and only from the person for whom it was opened. */
export function listenForForms(app: App, deps: VerdictDeps): void {
  app.view({ type: "view_submission", callback_id: "verdict" }, async ({ ack, body }) => {
    const parsed = submissionSchema.safeParse(body);
    const data = parsed.success ? parsed.data : null;
    const values = data?.view.state.values;
    /** Slack shows an error only next to an input of the form. */
    const refuse = (text: string, input: "reason" | "typed" = values?.reason === undefined ? "typed" : "reason") =>
      ack({ response_action: "errors", errors: { [input]: text } });
    if (data === null || !isFromHome(data, deps.workspace)) {
      deps.log.warn({ event: "form.rejected", view: "verdict" }, "malformed form, or a form from another workspace");
      return refuse(deps.sentence({ kind: "wrong-workspace" }));
    }
    const { user, view, team } = data;
    const state = deps.formState.read(view.private_metadata, user.id, "form");
    if (state === null) {
      deps.log.warn({ event: "form.forged", view: "verdict", userId: user.id }, "the form's signed state is not valid");
      return refuse(deps.sentence({ kind: "forged-form" }));
    }
    const { nonce, purpose: _, ...press } = state;
    const click: Click = {
      ...press,
      id: deps.newId(),
      key: `form:${nonce}`,
      userId: user.id,
      teamId: user.team_id ?? team?.id ?? "",
      reason: values?.reason?.reason.value?.trim() || null,
      typed: values?.typed?.typed.value?.trim() || null,
      receivedAt: deps.clock.now(),
    };
    const request = await deps.requests.byId(click.requestId).catch(() => null);
    const asks = requiresForm(deps, request, state);
    // Shown next to the input, where the person can correct it. The evaluation checks it again.
    if (asks.typed && request !== null && !isTypedName(click.typed, request.facts.documentName))
      return refuse(deps.sentence({ kind: "not-typed", documentName: request.facts.documentName }), "typed");
    if (asks.reason && !isVisible(click.reason ?? "")) return refuse(NO_REASON, "reason");
    if (!(await recorded(deps, click))) return refuse(NOT_RECORDED);
    await acknowledge(() => ack(), deps.log.child({ requestId: click.requestId }));
    deps.wake();
  });
}
