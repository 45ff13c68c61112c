import type { DeliveryResult } from "../deliver/delivery.ts";
import type { Json, View } from "../workspace/model.ts";
import { renderView } from "../workspace/render-view.ts";
import { type ActionError, findActor, findShownView } from "./access.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { interactionHead } from "./interaction-payloads.ts";
import { clearViews, popView } from "./view-stack.ts";

/** A person closes the top modal; with `all`, the whole stack. */
export interface Close {
  user: string;
  all?: boolean | undefined;
}

export type CloseResult = ActionError | { ok: true; closed: string[]; deliveries: DeliveryResult[] };

/** Closes modals and sends `view_closed` for each view with `notify_on_close`. `clear_on_close` closes the whole stack. */
export async function close(deps: InteractDeps, act: Close): Promise<CloseResult> {
  const person = findActor(deps.workspace, act.user);
  if ("ok" in person) return person;
  const top = findShownView(deps.workspace, person, undefined);
  if ("ok" in top) return top;
  const clears = act.all === true || top.payload.clear_on_close === true;
  const closed: View[] = clears ? clearViews(deps, person.id) : [top];
  if (!clears) popView(deps, person.id);
  const deliveries: DeliveryResult[] = [];
  for (const view of closed.filter((each) => each.payload.notify_on_close === true)) {
    const app = deps.workspace.apps.find((each) => each.id === view.appId);
    if (app === undefined) continue;
    const payload: Json = {
      ...interactionHead(deps.workspace, app, person, "view_closed"),
      view: renderView(deps.workspace, view),
      is_cleared: clears,
    };
    deliveries.push(await deps.deliver({ app, kind: "view_closed", payload }));
  }
  return { ok: true, closed: closed.map((each) => each.id), deliveries };
}
