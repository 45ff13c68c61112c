import type { App, RespondArguments } from "@slack/bolt";
import type { makeHealthReport } from "../../app/admin/health.ts";
import type { makePending, makeShow } from "../../app/admin/inspect.ts";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { Workspace } from "../connection/workspace.ts";
import { healthText } from "../messages/health-text.ts";
import { absentText, helpBlocks, pendingBlocks, refusalText, showBlocks } from "../messages/inspect-blocks.ts";

export interface CommandDeps {
  pending: ReturnType<typeof makePending>;
  show: ReturnType<typeof makeShow>;
  health: ReturnType<typeof makeHealthReport>;
  workspace: Workspace;
  /** Hosts to which an answer may be sent: a response_url is a bearer URL and comes with the payload. */
  responseHosts: readonly string[];
  clock: Clock;
  log: Log;
}

export const COMMAND = "/approvals";

const HEALTH_REFUSED = "Only admins of Countersign may see how it is. Ask one of them.";

/** How long AWS may take before a request is shown without its execution's steps, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** `/approvals pending | show ID | health | help`. The answer is seen by the person who asked, and by nobody else. */
export function listenForCommand(app: App, deps: CommandDeps): void {
  app.command(COMMAND, async ({ ack, command, respond }) => {
    await ack();
    if (!deps.responseHosts.includes(new URL(command.response_url).host)) {
      deps.log.warn({ event: "command.rejected", command: COMMAND }, "the command's response_url is not a Slack host");
      return;
    }
    const answer = await answerTo(deps, command.user_id, command.text.trim());
    await respond({ ...answer, response_type: "ephemeral" });
  });
}

async function answerTo(deps: CommandDeps, userId: string, text: string): Promise<RespondArguments> {
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
      if (id === "") return { text: "Which one? Write `/approvals show ID` with an execution id or a request id." };
      const found = await deps.show(userId, id, AbortSignal.timeout(TIMEOUT_MS));
      switch (found.kind) {
        case "shown":
          return showBlocks(found.requests, { ...list, admin: found.admin });
        case "absent":
          return { text: absentText() };
        case "refused":
          return { text: refusalText() };
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
  return `Slack could not tell who you are or which groups you belong to (${error}). Please try again in a minute.`;
}
