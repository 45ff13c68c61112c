import { type DeliveryResult, RESET } from "../deliver/delivery.ts";
import { tsFromMicros } from "../workspace/ids.ts";
import type { Json, Person, SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, findActor, resetError } from "./access.ts";
import { type Container, messageContainer, viewContainer } from "./containers.ts";
import { findElement, toAction } from "./element-action.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { interactionHead, overlay } from "./interaction-payloads.ts";

/** A person uses an element of a message (`channel` and `ts`) or of a view (`view_id`; default: the open modal). */
export interface Click {
  user: string;
  channel?: string | undefined;
  ts?: string | undefined;
  view_id?: string | undefined;
  action_id: string;
  block_id?: string | undefined;
  /** The selected or entered value; buttons need none. */
  value?: unknown;
  /** Whether the person confirmed the element's confirmation dialog. */
  confirm?: boolean | undefined;
  /** Merged over the payload, to simulate an attacker or a faulty client. The element may then be missing. */
  forge?: Json | undefined;
}

export type ClickResult = ActionError | { ok: true; dispatched: boolean; forged: boolean; delivery?: DeliveryResult };

/** Performs a click, if Slack would allow it. The person gets a warning if the app does not acknowledge it. */
export async function click(deps: InteractDeps, act: Click): Promise<ClickResult> {
  const person = findActor(deps.workspace, act.user);
  if ("ok" in person) return person;
  const forged = act.forge !== undefined;
  const container =
    act.ts === undefined ? viewContainer(deps, person, act.view_id) : messageContainer(deps, person, act);
  if ("ok" in container) return container;

  const found = findElement(container.blocks, act);
  if (found === undefined && !forged) {
    return actionError("element_not_found", `There is no element with the action_id "${act.action_id}".`);
  }
  if (found?.element.confirm !== undefined && act.confirm !== true) {
    return actionError("confirm_needed", "The element has a confirmation dialog: confirm it.", {
      confirm: found.element.confirm,
    });
  }
  const actionTs = tsFromMicros(deps.clock.now() * 1000);
  const sent =
    found === undefined
      ? { action: { type: "button", action_id: act.action_id, block_id: act.block_id ?? "gone", action_ts: actionTs } }
      : toAction(found, act.value, actionTs);
  if ("problem" in sent) return actionError("cannot_enter", sent.problem);
  if (found !== undefined && sent.stateValue !== undefined) container.storeValue(found, sent.stateValue);
  if (found?.block.type === "input" && found.block.dispatch_action !== true) {
    return { ok: true, dispatched: false, forged };
  }

  const payload = overlay(blockActionsPayload(deps, container, person, sent.action), act.forge ?? {}) as Json;
  const delivery = await deps.deliver({ app: container.app, kind: "block_actions", payload });
  if (delivery.problem === RESET) return resetError();
  if (!delivery.acked) addWarning(deps.workspace, act, container.app, delivery);
  return { ok: true, dispatched: true, forged, delivery };
}

function blockActionsPayload(deps: InteractDeps, container: Container, person: Person, action: Json): Json {
  return {
    ...interactionHead(deps.workspace, container.app, person, "block_actions"),
    ...container.payloadFields(),
    trigger_id: deps.triggers.issue({ appId: container.app.id, user: person.id, viewId: container.viewId }),
    ...responseUrlField(deps, container.app, container),
    actions: [action],
  };
}

function responseUrlField(deps: InteractDeps, app: SlackApp, container: Container): Json {
  if (container.responseTarget === undefined) return {};
  const path = deps.responseUrls.issue("actions", deps.workspace.team.id, {
    appId: app.id,
    ...container.responseTarget,
  });
  return { response_url: deps.baseUrl() + path };
}

/** Shows the person a warning. It says that nothing was recorded only if the click did not reach the app. */
function addWarning(workspace: Workspace, act: Click, app: SlackApp, delivery: DeliveryResult): void {
  const unreached = delivery.via === "none" && delivery.problem !== "timeout";
  const consequence = unreached ? "Nothing was recorded." : "It may still have recorded the click.";
  workspace.notice({
    user: act.user,
    kind: "action_not_acknowledged",
    text: `Slack shows a warning: ${app.name} did not respond. ${consequence}`,
    channel: act.channel,
    ts: act.ts,
  });
}
