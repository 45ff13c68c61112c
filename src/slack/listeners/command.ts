import type { App, RespondArguments } from "@slack/bolt";
import type { makeHealthReport } from "../../app/admin/health.ts";
import type { makePending, makeShow } from "../../app/admin/inspect.ts";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { Workspace } from "../connection/workspace.ts";
import { healthText } from "../messages/health-text.ts";
import { helpBlocks, notVisibleText, pendingBlocks, refusalText, showBlocks } from "../messages/inspect-blocks.ts";

export interface CommandDeps {
  pending: ReturnType<typeof makePending>;
  show: ReturnType<typeof makeShow>;
  health: ReturnType<typeof makeHealthReport>;
  workspace: Workspace;
  /** Tells whether a response_url is Slack's. */
  isResponseUrl: (url: string) => boolean;
  clock: Clock;
  log: Log;
}

export const COMMAND = "/approvals";

const HEALTH_REFUSED = "Only Countersign admins can view health.";

/** After this time, a request is shown without its execution's steps. */
const TIMEOUT_MS = 20_000;

/** Replies to `/approvals pending | show ID | health | help`. Only the person who asked sees the reply. */
export function listenForCommand(app: App, deps: CommandDeps): void {
  app.command(COMMAND, async ({ ack, command, respond }) => {
    await ack();
    if (!deps.isResponseUrl(command.response_url)) {
      deps.log.warn({ event: "command.rejected", command: COMMAND }, "the command's response_url is not a Slack host");
      return;
    }
    const reply = await replyTo(deps, command.user_id, command.text.trim());
    await respond({ ...reply, response_type: "ephemeral" });
  });
}

async function replyTo(deps: CommandDeps, userId: string, text: string): Promise<RespondArguments> {
  const [verb = "", ...rest] = text.split(/\s+/);
  const id = rest.join(" ");
  const list = { now: deps.clock.now(), workspaceUrl: deps.workspace.url };
  switch (verb.toLowerCase()) {
    case "":
    case "pending": {
      const found = await deps.pending(userId);
      if (found.kind === "pending") return pendingBlocks(found.items, { ...list, total: found.total });
      return { text: found.kind === "refused" ? refusalText() : unknownText(found.error) };
    }
    case "show": {
      if (id === "")
        return { text: "The ID is missing. Write `/approvals show ID` with a request ID or an execution ID." };
      const found = await deps.show(userId, id, AbortSignal.timeout(TIMEOUT_MS));
      switch (found.kind) {
        case "shown":
          return showBlocks(found.requests, { ...list, admin: found.admin });
        case "absent":
        case "refused":
          return { text: notVisibleText() };
        case "unknown":
          return { text: unknownText(found.error) };
        default:
          throw new Error(`unexpected ${found satisfies never}`);
      }
    }
    case "health": {
      const found = await deps.health(userId);
      if (found.kind === "health") return { text: healthText(found, list.now) };
      return { text: found.kind === "refused" ? HEALTH_REFUSED : unknownText(found.error) };
    }
    case "help":
      return helpBlocks();
    default:
      return helpBlocks(verb);
  }
}

function unknownText(error: string): string {
  return `Slack did not return your account or your user groups (${error}). Try again in a minute.`;
}
