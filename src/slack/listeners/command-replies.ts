import type { makeHealthReport } from "../../app/admin/health.ts";
import type { makePending } from "../../app/admin/list-waiting.ts";
import type { makeShow } from "../../app/admin/show-request.ts";
import type { Clock } from "../../app/ports/aws.ts";
import type { Command, CommandName } from "../../core/slash-command.ts";
import type { Workspace } from "../connection/workspace.ts";
import type { Rendered } from "../messages/blocks.ts";
import {
  adminsOnlyText,
  helpReply,
  notVisibleText,
  refusalText,
  sentenceReply,
  unknownPersonText,
} from "../messages/command-texts.ts";
import { healthText } from "../messages/health-text.ts";
import { pendingBlocks, showBlocks } from "../messages/inspect-blocks.ts";
import { toOffset } from "../messages/page-buttons.ts";
import { withheld } from "../messages/withheld.ts";

/** Who asks and who reads the answer. */
export interface ReplyContext {
  userId: string;
  /** The page of a pressed button; null for the first. */
  page: string | null;
  /** `isShared`: everyone in the channel. `withhold`: also people of other organizations. */
  audience: { isShared: boolean; withhold: boolean };
}

/** `isPrivate`: a refusal, which is not shared. `isInternal`: about the bot and its targets, not for other organizations. */
export type CommandReply = Rendered & { isPrivate?: boolean; isInternal?: boolean };

export interface CommandRepliesDeps {
  pending: ReturnType<typeof makePending>;
  show: ReturnType<typeof makeShow>;
  health: ReturnType<typeof makeHealthReport>;
  workspace: Workspace;
  clock: Clock;
}

/** After this time, a request is shown without its execution's steps. */
const TIMEOUT_MS = 20_000;

type Reply = (deps: CommandRepliesDeps, command: Command, context: ReplyContext) => Promise<CommandReply>;

const REPLIES: Partial<Record<CommandName, Reply>> & { help: Reply } = {
  pending: replyPending,
  show: replyShow,
  health: replyHealth,
  help: async () => ({ ...helpReply(), isPrivate: true }),
};

/** Makes the function that answers a command with what the person may see. */
export const makeCommandReply =
  (deps: CommandRepliesDeps) =>
  (command: Command, context: ReplyContext): Promise<CommandReply> =>
    (REPLIES[command.name] ?? REPLIES.help)(deps, command, context);

const refused = (sentence: string): CommandReply => ({ ...sentenceReply(sentence), isPrivate: true });

async function replyPending(deps: CommandRepliesDeps, command: Command, context: ReplyContext): Promise<CommandReply> {
  const { filters, mine, text } = command;
  const { isShared, withhold } = context.audience;
  const offset = toOffset(context.page);
  const found = await deps.pending(context.userId, { filters, mine, offset });
  switch (found.kind) {
    case "pending": {
      const items = withhold ? found.items.map(withheld) : found.items;
      const list = { now: deps.clock.now(), workspaceUrl: deps.workspace.url, total: found.total, offset };
      const isFiltered = mine || Object.keys(filters).length > 0;
      return pendingBlocks(items, { ...list, isFiltered, command: isShared ? null : text });
    }
    case "refused":
      return refused(refusalText());
    case "unknown":
      return refused(unknownPersonText(found.error));
    default:
      throw new Error(`unexpected ${found satisfies never}`);
  }
}

async function replyShow(deps: CommandRepliesDeps, { words }: Command, context: ReplyContext): Promise<CommandReply> {
  const found = await deps.show(context.userId, words, AbortSignal.timeout(TIMEOUT_MS));
  switch (found.kind) {
    case "shown":
      return showBlocks(found.requests, {
        workspaceUrl: deps.workspace.url,
        now: deps.clock.now(),
        admin: found.admin,
      });
    case "absent":
    case "refused":
      return refused(notVisibleText());
    case "unknown":
      return refused(unknownPersonText(found.error));
    default:
      throw new Error(`unexpected ${found satisfies never}`);
  }
}

async function replyHealth(deps: CommandRepliesDeps, _: Command, { userId }: ReplyContext): Promise<CommandReply> {
  const found = await deps.health(userId);
  switch (found.kind) {
    case "health":
      return { ...sentenceReply(healthText(found, deps.clock.now())), isInternal: true };
    case "refused":
      return refused(adminsOnlyText("health"));
    case "unknown":
      return refused(unknownPersonText(found.error));
    default:
      throw new Error(`unexpected ${found satisfies never}`);
  }
}
