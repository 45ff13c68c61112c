import type { App } from "@slack/bolt";
import type { makePending } from "../../app/inspect.ts";
import type { Clock } from "../../app/ports.ts";
import type { Workspace } from "../identity.ts";
import { homeView } from "../messages/home-view.ts";

/** App Home: what waits for the person who opens it. */
export function listenForHome(
  app: App,
  deps: { pending: ReturnType<typeof makePending>; workspace: Workspace; clock: Clock },
): void {
  app.event("app_home_opened", async ({ event, client }) => {
    if (event.tab !== "home") return;
    const found = await deps.pending(event.user);
    const items = found.kind === "pending" ? found.items : [];
    const total = found.kind === "pending" ? found.total : 0;
    const view = homeView(items, { now: deps.clock.now(), workspaceUrl: deps.workspace.url, total });
    await client.views.publish({ user_id: event.user, view });
  });
}
