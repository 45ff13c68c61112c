import { allBlocks } from "../blocks/walk.ts";
import { type DeliveryResult, RESET } from "../deliver/delivery.ts";
import type { Json, Person, SlackApp, View } from "../workspace/model.ts";
import { renderView } from "../workspace/render-view.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, findActor, findInstalledApp, findShownView, resetError } from "./access.ts";
import { withValue } from "./containers.ts";
import { findElement } from "./element-action.ts";
import { enterValue, isBlank } from "./enter-value.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { interactionHead, overlay } from "./interaction-payloads.ts";
import { applyResponseAction, type ResponseActionResult } from "./response-action.ts";

/** A person fills in a modal and submits it. */
export interface Submit {
  user: string;
  /** The modal, which must be the top one; default: the top one. */
  view_id?: string | undefined;
  /** block_id -> action_id -> entered value. Omitted inputs keep their value. */
  values: Record<string, Record<string, unknown>>;
  forge?: Json | undefined;
}

export type SubmitResult =
  | ActionError
  | ({ ok: true; forged: boolean; delivery: DeliveryResult } & ResponseActionResult);

/** Submits a modal as a person: validates the inputs as Slack's client does, then executes the response of the app. */
export async function submit(deps: InteractDeps, act: Submit): Promise<SubmitResult> {
  const { workspace } = deps;
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  const view = findShownView(workspace, person, act.view_id);
  if ("ok" in view) return view;
  const app = findInstalledApp(workspace, view.appId);
  if ("ok" in app) return app;
  if (view.type !== "modal") return actionError("not_a_modal", "Only a modal can be submitted.");
  if (!view.payload.submit && !allBlocks(view.payload.blocks, "").some(({ block }) => block.type === "input")) {
    return actionError("no_submit", "The modal has no submit button.");
  }
  const errors = enterValues(view, act.values);
  if (Object.keys(errors).length > 0)
    return actionError("invalid_input", "Slack's client rejects the input.", { errors });

  const payload = overlay(viewSubmissionPayload(deps, app, person, view), act.forge ?? {}) as Json;
  const delivery = await deps.deliver({ app, kind: "view_submission", payload });
  if (delivery.problem === RESET) return resetError();
  const applied = delivery.acked
    ? applyResponseAction(deps, view, delivery.body)
    : { result: "not_acknowledged" as const, problem: delivery.problem ?? "timeout" };
  if (applied.problem !== undefined) addViewError(workspace, person);
  return { ok: true, forged: act.forge !== undefined, delivery, ...applied };
}

/** Stores the values. Returns the errors that Slack's client shows: invalid values and empty required inputs. */
function enterValues(view: View, values: Submit["values"]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [blockId, actions] of Object.entries(values)) {
    for (const [actionId, given] of Object.entries(actions)) {
      const found = findElement(view.payload.blocks, { action_id: actionId, block_id: blockId });
      const entered = found === undefined ? { problem: "There is no such input." } : enterValue(found.element, given);
      if ("problem" in entered) errors[blockId] = entered.problem;
      else if (found !== undefined) view.values = withValue(view.values, found, entered.value);
    }
  }
  for (const { block } of allBlocks(view.payload.blocks, "")) {
    if (block.type !== "input" || block.optional === true) continue;
    const blockId = String(block.block_id);
    const value = view.values[blockId]?.[String((block.element as Json).action_id)];
    if (errors[blockId] === undefined && isBlank(value)) errors[blockId] = "Please complete this required field.";
  }
  return errors;
}

function viewSubmissionPayload(deps: InteractDeps, app: SlackApp, person: Person, view: View): Json {
  return {
    ...interactionHead(deps.workspace, app, person, "view_submission"),
    trigger_id: deps.triggers.issue({ appId: app.id, user: person.id, viewId: view.id }),
    view: renderView(deps.workspace, view),
    response_urls: [],
  };
}

function addViewError(workspace: Workspace, person: Person): void {
  workspace.notice({ user: person.id, kind: "view_error", text: "We had some trouble connecting. Try again?" });
}
