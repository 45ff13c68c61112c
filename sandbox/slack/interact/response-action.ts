import { isRefusal } from "../api/method.ts";
import { readView } from "../api/views.ts";
import { isObject } from "../blocks/check.ts";
import { allBlocks } from "../blocks/walk.ts";
import type { Changes } from "../workspace/changes.ts";
import type { View } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { clearViews, fillView, makeView, popView, pushView } from "./view-stack.ts";

/** The effect of the response to a view_submission. With a `problem`, the person sees an error. */
export interface ResponseActionResult {
  result: "closed" | "cleared" | "updated" | "pushed" | "errors" | "not_acknowledged" | "invalid_response";
  /** The error text of each input, by block_id. */
  errors?: Record<string, string>;
  problem?: string;
}

const invalid = (problem: string): ResponseActionResult => ({ result: "invalid_response", problem });

/**
 * Executes a `response_action`. An empty acknowledgement closes the modal and shows the one below it.
 * https://docs.slack.dev/surfaces/modals#responding_to_submissions
 */
export function applyResponseAction(
  deps: { workspace: Workspace; changes: Changes; clock: { now(): number } },
  view: View,
  body: unknown,
): ResponseActionResult {
  if (body === undefined || body === null || body === "" || (isObject(body) && Object.keys(body).length === 0)) {
    popView(deps, view.user);
    return { result: "closed" };
  }
  if (!isObject(body)) return invalid("the response is not a JSON object");
  switch (body.response_action) {
    case "clear":
      clearViews(deps, view.user);
      return { result: "cleared" };
    case "errors":
      return showErrors(view, body.errors);
    case "update":
    case "push": {
      const payload = readView(body.view);
      if (isRefusal(payload)) return invalid(JSON.stringify(payload.response_metadata ?? payload.error));
      if (payload.type !== "modal") return invalid("the view is not a modal");
      if (body.response_action === "update") {
        fillView(deps, view, payload);
        deps.changes.announce({ what: "view", user: view.user, id: view.id });
        return { result: "updated" };
      }
      const above = makeView(deps, payload, { appId: view.appId, user: view.user });
      return pushView(deps, above) ? { result: "pushed" } : invalid("push_limit_reached");
    }
    default:
      return invalid(`unknown response_action ${JSON.stringify(body.response_action)}`);
  }
}

/** Shows the errors of input blocks. Slack shows a failure if a key is not an input block of the view. */
function showErrors(view: View, errors: unknown): ResponseActionResult {
  if (!isObject(errors) || Object.keys(errors).length === 0) return invalid("`errors` must name at least one input");
  const inputs = new Set(
    allBlocks(view.payload.blocks, "")
      .filter(({ block }) => block.type === "input")
      .map(({ block }) => block.block_id),
  );
  const shown: Record<string, string> = {};
  for (const [blockId, text] of Object.entries(errors)) {
    if (!inputs.has(blockId)) return invalid(`\`errors\` names ${blockId}, which is not an input block of the view`);
    if (typeof text !== "string") return invalid(`the error of ${blockId} is not a string`);
    shown[blockId] = text;
  }
  return { result: "errors", errors: shown };
}
