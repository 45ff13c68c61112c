import type { App } from "@slack/bolt";
import type { makePending, PendingResult } from "../../app/admin/inspect.ts";
import type { Clock } from "../../app/ports/aws.ts";
import type { Workspace } from "../connection/workspace.ts";
import { homeSentence, homeView } from "../messages/home-view.ts";

/** App Home: what waits for the person who opens it. */
export function listenForHome(
  app: App,
  deps: { pending: ReturnType<typeof makePending>; workspace: Workspace; clock: Clock },
): void {
  app.event("app_home_opened", async ({ event, client }) => {
    if (event.tab !== "home") return;
    const found = await deps.pending(event.user);
    const view = renderHome(found, { now: deps.clock.now(), workspaceUrl: deps.workspace.url });
    await client.views.publish({ user_id: event.user, view });
  });
}

/** Nothing to decide is one thing; not knowing is another, and is said. */
function renderHome(found: PendingResult, list: { now: number; workspaceUrl: string }) {
  switch (found.kind) {
    case "pending":
      return homeView(found.items, { ...list, total: found.total });
    case "refused":
      return homeSentence("You are not among the approvers of any route, so nothing can wait for you here.");
    case "unknown":
      return homeSentence(
        `What waits for you is not known: Slack could not tell which groups you belong to (${found.error}). Open this tab again in a minute.`,
      );
    default:
      throw new Error(`no view for ${found satisfies never}`);
  }
}
