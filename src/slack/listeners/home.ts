import type { App } from "@slack/bolt";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { HomeStore } from "../../app/ports/home-store.ts";
import type { Workspace } from "../connection/workspace.ts";
import { HOME_ACTIONS, parseHomePage } from "../messages/home-view.ts";
import { homePageSchema, isFromHome } from "./payloads.ts";

/** Records who opens App Home or turns its page. A worker publishes the view. */
export function listenForHome(
  app: App,
  deps: { homes: Pick<HomeStore, "open">; wake: () => void; workspace: Workspace; clock: Clock; log: Log },
): void {
  const { homes, wake, workspace, clock, log } = deps;
  app.event("app_home_opened", async ({ event }) => {
    if (event.tab !== "home") return;
    await homes.open(event.user, clock.now());
    wake();
  });
  app.action({ type: "block_actions", action_id: HOME_ACTIONS }, async ({ ack, body }) => {
    await ack();
    const parsed = homePageSchema.safeParse(body);
    const page = parseHomePage(parsed.data?.actions[0]?.value ?? "");
    if (!parsed.success || page === null || !isFromHome(parsed.data, workspace)) {
      log.warn({ event: "click.rejected", action: "home" }, "malformed click, or a click from another workspace");
      return;
    }
    await homes.open(parsed.data.user.id, clock.now(), page);
    wake();
  });
}
