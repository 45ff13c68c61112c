import { normalizeBlocks } from "../blocks/normalize.ts";
import type { Changes } from "../workspace/changes.ts";
import { newHash, newId } from "../workspace/ids.ts";
import type { Json, View } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { initialValues, mergeValues } from "./state-values.ts";

/** The maximum number of stacked modals. https://docs.slack.dev/surfaces/modals */
export const MAX_STACKED_VIEWS = 3;

interface Deps {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
}

/** Creates a view from a valid payload. */
export function makeView(deps: Deps, payload: Json, who: { appId: string; user: string }): View {
  const id = newId("V");
  const view: View = {
    id,
    type: payload.type === "home" ? "home" : "modal",
    ...who,
    hash: "",
    rootId: id,
    previousId: null,
    externalId: "",
    callbackId: "",
    privateMetadata: "",
    payload: {},
    values: {},
  };
  fillView(deps, view, payload);
  return view;
}

/** Replaces the payload and hash of a view. Keeps entered values if block_id, action_id and element type are unchanged. */
export function fillView(deps: Pick<Deps, "clock">, view: View, payload: Json): void {
  const blocks = normalizeBlocks((payload.blocks ?? []) as Json[]);
  view.values = mergeValues(view.values, initialValues(blocks));
  view.payload = { ...payload, blocks };
  view.hash = newHash(deps.clock.now());
  view.externalId = String(payload.external_id ?? "");
  view.callbackId = String(payload.callback_id ?? "");
  view.privateMetadata = String(payload.private_metadata ?? "");
}

/** Opens `view` as the person's only modal. */
export function openView(deps: Deps, view: View): void {
  deps.workspace.modals.set(view.user, [view]);
  deps.changes.announce({ what: "view", user: view.user, id: view.id });
}

/** Pushes `view` onto the person's stack; false if the stack is full or empty. */
export function pushView(deps: Deps, view: View): boolean {
  const stack = deps.workspace.modals.get(view.user) ?? [];
  const top = stack.at(-1);
  if (top === undefined || stack.length >= MAX_STACKED_VIEWS) return false;
  view.rootId = top.rootId;
  view.previousId = top.id;
  stack.push(view);
  deps.changes.announce({ what: "view", user: view.user, id: view.id });
  return true;
}

/** Closes the top view and shows the one below. */
export function popView(deps: Deps, user: string): void {
  const stack = deps.workspace.modals.get(user) ?? [];
  stack.pop();
  if (stack.length === 0) deps.workspace.modals.delete(user);
  deps.changes.announce({ what: "view", user });
}

/** Closes all modals of a person and returns them, lowest first. */
export function clearViews(deps: Deps, user: string): View[] {
  const stack = deps.workspace.modals.get(user) ?? [];
  deps.workspace.modals.delete(user);
  deps.changes.announce({ what: "view", user });
  return stack;
}

/** Finds an open modal or a published Home of the app. */
export function findView(
  workspace: Workspace,
  appId: string,
  by: { viewId?: string | undefined; externalId?: string | undefined },
): View | undefined {
  const all = [...[...workspace.modals.values()].flat(), ...workspace.homes.values()];
  return all.find(
    (each) =>
      each.appId === appId &&
      (by.viewId !== undefined
        ? each.id === by.viewId
        : by.externalId !== undefined && each.externalId === by.externalId),
  );
}
