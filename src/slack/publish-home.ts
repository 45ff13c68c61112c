import { createHash } from "node:crypto";
import type { PublishHome } from "../app/admin/refresh-home.ts";
import type { Clock } from "../app/ports/aws.ts";
import type { Workspace } from "./connection/workspace.ts";
import { homeView } from "./messages/home-view.ts";
import type { SlackCall } from "./slack-call.ts";

/** Durations in App Home are rounded to this, those in its health down and all others up, so that a view without another change is the same view. */
const ROUNDED_MS = 60_000;

/** Makes the publication of App Home. Source: Slack API, views.publish, argument hash and error hash_conflict. */
export const makePublishHome =
  (call: SlackCall, workspace: Workspace, clock: Clock): PublishHome =>
  async (user_id, content, { fingerprint: shown, slackHash }) => {
    const now = Math.ceil(clock.now() / ROUNDED_MS) * ROUNDED_MS;
    const view = homeView(content, { now, healthAt: now - ROUNDED_MS, workspaceUrl: workspace.url, reader: user_id });
    const fingerprint = createHash("sha256").update(JSON.stringify(view)).digest("hex");
    if (fingerprint === shown) return { kind: "unchanged" };
    const hash = slackHash === null ? {} : { hash: slackHash };
    const published = await call("views.publish", { user_id, view, ...hash });
    if (published.kind === "refused" && published.code === "hash_conflict") return { kind: "conflict" };
    if (published.kind !== "ok") return published;
    return { kind: "published", fingerprint, slackHash: published.response.view?.hash ?? null };
  };
