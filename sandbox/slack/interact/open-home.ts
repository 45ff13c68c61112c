import { type DeliveryResult, RESET } from "../deliver/delivery.ts";
import { newId, tsFromMicros } from "../workspace/ids.ts";
import { isInstalled } from "../workspace/installed.ts";
import { hasApp } from "../workspace/organization.ts";
import { renderView } from "../workspace/render-view.ts";
import { type ActionError, actionError, findActor, resetError } from "./access.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { eventPayload } from "./interaction-payloads.ts";

export type HomeResult = ActionError | { ok: true; delivery: DeliveryResult };

/** Opens the app's Home as a person, which sends the event that lets the app publish it. https://docs.slack.dev/reference/events/app_home_opened */
export async function openHome(
  deps: InteractDeps,
  act: { user: string; tab?: "home" | "messages" | undefined },
): Promise<HomeResult> {
  const { workspace } = deps;
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  const app = workspace.apps[0];
  if (app === undefined || !isInstalled(app) || !app.homeEnabled || !hasApp(workspace, person)) {
    return actionError("no_home", `${person.name} has no Home tab for this app.`);
  }
  const now = deps.clock.now();
  const view = workspace.homes.get(`${app.id} ${person.id}`);
  const event = {
    type: "app_home_opened",
    user: person.id,
    channel: workspace.directMessage(app, person.id).channel.id,
    tab: act.tab ?? "home",
    event_ts: tsFromMicros(now * 1000),
    ...(view === undefined ? {} : { view: renderView(workspace, view) }),
  };
  const payload = eventPayload(workspace, app, event, newId("Ev"), now);
  const delivery = await deps.deliver({ app, kind: "events_api", payload });
  return delivery.problem === RESET ? resetError() : { ok: true, delivery };
}
