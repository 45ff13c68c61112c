import { isObject } from "../blocks/check.ts";
import { messageLine, validateView } from "../blocks/validate.ts";
import type { Triggers } from "../interact/triggers.ts";
import { fillView, findView, makeView, openView, pushView } from "../interact/view-stack.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Json, View } from "../workspace/model.ts";
import { hasApp } from "../workspace/organization.ts";
import { renderView } from "../workspace/render-view.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { json, text } from "./arguments.ts";
import {
  type ApiResponse,
  type Args,
  type Call,
  invalidArguments,
  isRefusal,
  type Method,
  type Refusal,
  refuse,
} from "./method.ts";

/** The maximum size of a view as JSON. https://docs.slack.dev/reference/methods/views.open/#errors */
const MAX_VIEW_BYTES = 250_000;

interface Deps {
  workspace: Workspace;
  changes: Changes;
  triggers: Triggers;
  clock: { now(): number };
}

/** https://docs.slack.dev/reference/methods?family=views. They need no scope. */
export function viewMethods(deps: Deps): Record<string, Method> {
  const method = (run: Method["run"]): Method => ({ token: "bot", scopes: [], tier: "tier4", run });
  return {
    "views.open": method((call) => showView(deps, call, "open")),
    "views.push": method((call) => showView(deps, call, "push")),
    "views.update": method((call) => updateView(deps, call)),
    "views.publish": method((call) => publishView(deps, call)),
  };
}

/** Validates a view and its size. Returns it, or a refusal. */
export function readView(value: unknown, pointer = "/view"): Json | Refusal {
  if (!isObject(value)) return invalidArguments(`[ERROR] must provide an object [json-pointer:${pointer}]`);
  const problems = validateView(value, pointer);
  if (problems.length > 0) return invalidArguments(...problems.map(messageLine));
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_VIEW_BYTES) return refuse("view_too_large");
  return value;
}

function viewArgument(args: Args): Json | Refusal {
  const read = json(args, "view");
  if ("bad" in read) return invalidArguments("[ERROR] failed to parse JSON [json-pointer:/view]");
  if (read.value === undefined) return invalidArguments("[ERROR] missing required field: view");
  return readView(read.value);
}

function isExternalIdTaken({ workspace }: Deps, appId: string, payload: Json, except?: View): boolean {
  if (typeof payload.external_id !== "string" || payload.external_id === "") return false;
  const other = findView(workspace, appId, { externalId: payload.external_id });
  return other !== undefined && other !== except;
}

const toResponse = ({ workspace }: Deps, view: View): ApiResponse => ({ ok: true, view: renderView(workspace, view) });

/** Opens or pushes a modal. Only a successful call uses up its trigger. */
function showView(deps: Deps, { app, args }: Call, how: "open" | "push"): ApiResponse {
  const triggerId = text(args, "trigger_id");
  if (triggerId === undefined) return invalidArguments("[ERROR] missing required field: trigger_id");
  const payload = viewArgument(args);
  if (isRefusal(payload)) return payload;
  if (payload.type !== "modal") return invalidArguments("[ERROR] must be of type `modal` [json-pointer:/view/type]");
  const trigger = deps.triggers.check(triggerId, app.id);
  if (typeof trigger === "string") return refuse(trigger);
  if (isExternalIdTaken(deps, app.id, payload)) return refuse("duplicate_external_id");
  const view = makeView(deps, payload, { appId: app.id, user: trigger.user });
  if (how === "open") openView(deps, view);
  else if (trigger.viewId === undefined)
    return invalidArguments("[ERROR] no modal to push onto [json-pointer:/trigger_id]");
  else if (!pushView(deps, view)) return refuse("push_limit_reached");
  trigger.used = true;
  return toResponse(deps, view);
}

function updateView(deps: Deps, { app, args }: Call): ApiResponse {
  const viewId = text(args, "view_id");
  const externalId = text(args, "external_id");
  if (viewId === undefined && externalId === undefined) {
    return invalidArguments("[ERROR] missing required field: view_id or external_id");
  }
  const payload = viewArgument(args);
  if (isRefusal(payload)) return payload;
  const view = findView(deps.workspace, app.id, { viewId, externalId });
  if (view === undefined) return refuse("not_found");
  if (payload.type !== view.type) {
    return invalidArguments("[ERROR] must match the `type` of the view being updated [json-pointer:/view/type]");
  }
  const hash = text(args, "hash");
  if (hash !== undefined && hash !== view.hash) return refuse("hash_conflict");
  if (isExternalIdTaken(deps, app.id, payload, view)) return refuse("duplicate_external_id");
  fillView(deps, view, payload);
  deps.changes.announce({ what: view.type === "home" ? "home" : "view", user: view.user, id: view.id });
  return toResponse(deps, view);
}

function publishView(deps: Deps, { app, args }: Call): ApiResponse {
  const person = deps.workspace.people.get(text(args, "user_id") ?? "");
  if (person === undefined || person.deleted || person.isBot || !hasApp(deps.workspace, person)) {
    return invalidArguments("[ERROR] invalid `user_id` [json-pointer:/user_id]");
  }
  const payload = viewArgument(args);
  if (isRefusal(payload)) return payload;
  if (payload.type !== "home") return invalidArguments("[ERROR] must be of type `home` [json-pointer:/view/type]");
  if (!app.homeEnabled) return refuse("not_enabled");
  const key = `${app.id} ${person.id}`;
  const current = deps.workspace.homes.get(key);
  const hash = text(args, "hash");
  if (hash !== undefined && hash !== current?.hash) return refuse("hash_conflict");
  if (isExternalIdTaken(deps, app.id, payload, current)) return refuse("duplicate_external_id");
  const view = current ?? makeView(deps, payload, { appId: app.id, user: person.id });
  if (current !== undefined) fillView(deps, current, payload);
  deps.workspace.homes.set(key, view);
  deps.changes.announce({ what: "home", user: person.id, id: view.id });
  return toResponse(deps, view);
}
