import type { Deliver } from "../deliver/deliver.ts";
import { type Delivered, RESET } from "../deliver/delivery.ts";
import type { Changes } from "../workspace/changes.ts";
import { tsFromMicros } from "../workspace/ids.ts";
import type { Json, Person, SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { actingPerson, type Impossible, impossible, wasReset } from "./access.ts";
import { messagePlace, type Place, viewPlace } from "./containers.ts";
import { actionOf, findElement } from "./element-action.ts";
import { interactionHead, overlay } from "./interaction-payloads.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Triggers } from "./triggers.ts";

/** A person uses an element of a message (`channel` and `ts`) or of a view (`view_id`, or the modal that is open). */
export interface Click {
  user: string;
  channel?: string | undefined;
  ts?: string | undefined;
  view_id?: string | undefined;
  action_id: string;
  block_id?: string | undefined;
  /** What was chosen or entered; a button needs none. */
  value?: unknown;
  /** The person pressed the confirming button of the element's dialog. */
  confirm?: boolean | undefined;
  /** Laid over the payload: what an attacker or a faulty client might send. The element may then be gone. */
  forge?: Json | undefined;
}

export interface InteractDeps {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
  triggers: Triggers;
  responseUrls: ResponseUrls;
  deliver: Deliver;
  /** The sandbox's own address, before the path of a response URL. */
  baseUrl: () => string;
}

export type Clicked = Impossible | { ok: true; dispatched: boolean; forged: boolean; delivery?: Delivered };

/** Does what a click does, if the person could do it. What they then see (a warning, when nobody acknowledged) is noted. */
export async function click(deps: InteractDeps, act: Click): Promise<Clicked> {
  const person = actingPerson(deps.workspace, act.user);
  if ("ok" in person) return person;
  const forged = act.forge !== undefined;
  const place = act.ts === undefined ? viewPlace(deps, person, act.view_id) : messagePlace(deps, person, act);
  if ("ok" in place) return place;

  const found = findElement(place.blocks, act);
  if (found === undefined && !forged) {
    return impossible("element_not_found", `Nothing there has the action_id "${act.action_id}".`);
  }
  if (found?.element.confirm !== undefined && act.confirm !== true) {
    return impossible("confirm_needed", "A dialog asks first.", { confirm: found.element.confirm });
  }
  const actionTs = tsFromMicros(deps.clock.now() * 1000);
  const made =
    found === undefined
      ? { action: { type: "button", action_id: act.action_id, block_id: act.block_id ?? "gone", action_ts: actionTs } }
      : actionOf(found, act.value, actionTs);
  if ("problem" in made) return impossible("cannot_enter", made.problem);
  if (found !== undefined && made.holds !== undefined) place.keep(found, made.holds);
  if (found?.block.type === "input" && found.block.dispatch_action !== true) {
    return { ok: true, dispatched: false, forged };
  }

  const payload = overlay(blockActions(deps, place, person, made.action), act.forge ?? {}) as Json;
  const delivery = await deps.deliver({ app: place.app, kind: "block_actions", payload });
  if (delivery.problem === RESET) return wasReset();
  if (!delivery.acked) warn(deps.workspace, act);
  return { ok: true, dispatched: true, forged, delivery };
}

function blockActions(deps: InteractDeps, place: Place, person: Person, action: Json): Json {
  return {
    ...interactionHead(deps.workspace, place.app, person, "block_actions"),
    ...place.members(),
    trigger_id: deps.triggers.issue({ appId: place.app.id, user: person.id, viewId: place.viewId }),
    ...responseUrl(deps, place.app, place),
    actions: [action],
  };
}

function responseUrl(deps: InteractDeps, app: SlackApp, place: Place): Json {
  if (place.respondsTo === undefined) return {};
  const path = deps.responseUrls.issue("actions", deps.workspace.team.id, { appId: app.id, ...place.respondsTo });
  return { response_url: deps.baseUrl() + path };
}

function warn(workspace: Workspace, act: Click): void {
  workspace.notice({
    user: act.user,
    kind: "action_not_acknowledged",
    text: "This app responded with no answer in time. A warning triangle stands beside the button.",
    channel: act.channel,
    ts: act.ts,
  });
}
