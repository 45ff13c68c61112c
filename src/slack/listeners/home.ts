import type { App } from "@slack/bolt";
import type { makePending, PendingResult } from "../../app/admin/list-waiting.ts";
import type { Clock } from "../../app/ports/aws.ts";
import type { Workspace } from "../connection/workspace.ts";
import { refusalText } from "../messages/command-texts.ts";
import { homeSentence, homeView } from "../messages/home-view.ts";

/** Publishes App Home when a person opens it: the waiting requests that they decide or have started. */
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

/** An empty list and an unknown list are shown differently. */
function renderHome(found: PendingResult, list: { now: number; workspaceUrl: string }) {
  switch (found.kind) {
    case "pending":
      return homeView(found.items, { ...list, total: found.total, admin: found.admin });
    case "refused":
      return homeSentence(refusalText());
    case "unknown":
      return homeSentence(
        `Slack did not return your user groups (${found.error}), so your requests are unknown. Open this tab again in a minute.`,
      );
    default:
      throw new Error(`no view for ${found satisfies never}`);
  }
}
