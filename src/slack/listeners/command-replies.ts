import type { makeExplainRequest } from "../../app/admin/explain-request.ts";
import type { FoundRequests } from "../../app/admin/find-requests.ts";
import type { makeHealthReport } from "../../app/admin/health.ts";
import type { AccessRefusal } from "../../app/admin/inspect.ts";
import type { makeListExecutions } from "../../app/admin/list-executions.ts";
import type { makeHistory } from "../../app/admin/list-history.ts";
import type { makePending } from "../../app/admin/list-waiting.ts";
import type { makeShow } from "../../app/admin/show-request.ts";
import type { makeStats } from "../../app/admin/stats.ts";
import type { Clock } from "../../app/ports/aws.ts";
import type { RequestView } from "../../app/ports/slack.ts";
import type { Command, CommandName } from "../../core/slash-command.ts";
import { parseWaitingPage } from "../../core/waiting-order.ts";
import type { Workspace } from "../connection/workspace.ts";
import { EXPLANATION_NAMES, executionsReply, explanationReply, statsReply } from "../messages/answers-for-admins.ts";
import { context as contextBlock, type RenderedMessage } from "../messages/blocks.ts";
import {
  absentText,
  adminsOnlyText,
  ambiguousText,
  commandErrorReply,
  damagedRequestText,
  helpReply,
  noPersonError,
  notSearchedTexts,
  notVisibleText,
  refusalText,
  sentenceReply,
  unexaminedTexts,
  unknownPersonText,
  unreadTexts,
} from "../messages/command-texts.ts";
import { executionBlocks } from "../messages/execution-blocks.ts";
import { healthReply } from "../messages/health-text.ts";
import { historyReply, parseHistoryPage } from "../messages/history-list.ts";
import { choiceBlocks, pendingBlocks, showBlocks } from "../messages/inspect-blocks.ts";
import { toOffset } from "../messages/page-buttons.ts";
import type { ListContext } from "../messages/pending-items.ts";
import { withheld, withheldNote } from "../messages/withheld.ts";

/** Damaged requests that one answer describes. */
const MAX_DAMAGED = 3;

/** Who asks and who reads the answer. */
export interface ReplyContext {
  userId: string;
  /** The page of a pressed button; null for the first. */
  page: string | null;
  /** `isShared`: everyone in the channel. `withhold`: also people of other organizations. */
  audience: { isShared: boolean; withhold: boolean };
}

/** `isPrivate`: a refusal, which is not shared. `isInternal`: about the bot and its targets, not for other organizations. */
export type CommandReply = RenderedMessage & { isPrivate?: boolean; isInternal?: boolean };

export interface CommandRepliesDeps {
  pending: ReturnType<typeof makePending>;
  show: ReturnType<typeof makeShow>;
  history: ReturnType<typeof makeHistory>;
  executions: ReturnType<typeof makeListExecutions>;
  stats: ReturnType<typeof makeStats>;
  explain: ReturnType<typeof makeExplainRequest>;
  health: ReturnType<typeof makeHealthReport>;
  workspace: Workspace;
  clock: Clock;
}

type Reply = (deps: CommandRepliesDeps, command: Command, context: ReplyContext) => Promise<CommandReply>;

const REPLIES: Record<CommandName, Reply> = {
  pending: replyPending,
  show: replyShow,
  executions: replyExecutions,
  history: replyHistory,
  stats: replyStats,
  policy: replyPolicy,
  health: replyHealth,
  help: async () => ({ ...helpReply(), isPrivate: true }),
};

/** Makes the function that answers a command with what the person may see. */
export const makeCommandReply =
  (deps: CommandRepliesDeps) =>
  (command: Command, context: ReplyContext): Promise<CommandReply> =>
    REPLIES[command.name](deps, command, context);

const refused = (sentence: string): CommandReply => ({ ...sentenceReply(sentence), isPrivate: true });

function toListContext({ workspace, clock }: CommandRepliesDeps, { userId, audience }: ReplyContext): ListContext {
  return { now: clock.now(), workspaceUrl: workspace.url, reader: audience.isShared ? null : userId };
}

/** Says at the end of an answer about requests what it leaves out: values, and what unread lists of people would allow. */
function noted(
  reply: CommandReply,
  { audience }: ReplyContext,
  { length }: readonly unknown[],
  partial: readonly string[],
): CommandReply {
  const notes = [
    ...(partial.length === 0 ? [] : [contextBlock(partial.join("\n"), "partial")]),
    ...(audience.withhold && length > 0 ? [withheldNote()] : []),
  ];
  return { ...reply, blocks: [...reply.blocks, ...notes] };
}

/** Describes the requests of a search whose rows are damaged, and those that it did not examine. */
const omittedTexts = ({ damaged, unexamined }: Pick<FoundRequests, "damaged" | "unexamined">): string[] => [
  ...damaged.slice(0, MAX_DAMAGED).map(damagedRequestText),
  ...notSearchedTexts(unexamined),
];

async function replyPending(deps: CommandRepliesDeps, command: Command, context: ReplyContext): Promise<CommandReply> {
  const { filters, mine, text } = command;
  const { isShared, withhold } = context.audience;
  const page = parseWaitingPage(context.page);
  const found = await deps.pending(context.userId, { filters, mine, page });
  switch (found.kind) {
    case "pending": {
      const items = withhold ? found.items.map(withheld) : found.items;
      const { total, offset, direction, admin } = found;
      const list = { ...toListContext(deps, context), total, offset, direction, admin };
      // The channel does not learn the votes of the person who shares the list.
      const voted = isShared ? {} : { voted: found.voted };
      const filtered = Object.keys(filters).length > 0 ? "filters" : mine ? "mine" : null;
      const reply = pendingBlocks(items, { ...list, ...voted, filtered, command: isShared ? null : text });
      return noted(reply, context, items, [...unreadTexts(found.unread), ...unexaminedTexts(found.unexamined)]);
    }
    default:
      return notRead(found, refusalText());
  }
}

async function replyShow(deps: CommandRepliesDeps, { words }: Command, context: ReplyContext): Promise<CommandReply> {
  const { audience } = context;
  const list = toListContext(deps, context);
  const hide = <View extends RequestView>(view: View) => (audience.withhold ? withheld(view) : view);
  const found = await deps.show(context.userId, words);
  switch (found.kind) {
    case "shown":
      return noted(
        showBlocks(found.requests.map(hide), { ...list, ...audience, admin: found.admin }),
        context,
        found.requests,
        [...unreadTexts(found.unread, "Buttons may be missing."), ...omittedTexts(found)],
      );
    case "choice":
      return noted(choiceBlocks(found.items.map(hide), { ...list, total: found.total }), context, found.items, [
        ...unreadTexts(found.unread),
        ...omittedTexts(found),
      ]);
    case "damaged":
      return refused(omittedTexts(found).join("\n"));
    case "execution":
      return { ...executionBlocks(found.target, found.execution), isInternal: true };
    case "ambiguous":
      return refused(ambiguousText(found.executionIds));
    case "absent":
      return refused(absentText(found));
    default:
      return notRead(found, notVisibleText());
  }
}

async function replyHistory(
  deps: CommandRepliesDeps,
  { filters, text }: Command,
  context: ReplyContext,
): Promise<CommandReply> {
  const { userId, page, audience } = context;
  const found = await deps.history(userId, filters, parseHistoryPage(page));
  switch (found.kind) {
    case "history": {
      const items = audience.withhold ? found.items.map(withheld) : found.items;
      const list = { workspaceUrl: deps.workspace.url, command: audience.isShared ? null : text };
      return noted(historyReply({ ...found, items }, list), context, items, unreadTexts(found.unread));
    }
    case "no-person":
      return { ...commandErrorReply(noPersonError(found.name)), isPrivate: true };
    default:
      return notRead(found, notVisibleText());
  }
}

async function replyExecutions(
  deps: CommandRepliesDeps,
  { filters, text }: Command,
  { userId, page, audience }: ReplyContext,
): Promise<CommandReply> {
  const found = await deps.executions(userId, filters);
  const list = { offset: toOffset(page), command: audience.isShared ? null : text, document: filters.document };
  return found.kind === "executions"
    ? { ...executionsReply(found, list), isInternal: true }
    : notAdmin(found, "executions");
}

async function replyStats(
  deps: CommandRepliesDeps,
  { filters }: Command,
  { userId }: ReplyContext,
): Promise<CommandReply> {
  const found = await deps.stats(userId, filters);
  return found.kind === "stats" ? { ...statsReply(found), isInternal: true } : notAdmin(found, "statistics");
}

async function replyPolicy(deps: CommandRepliesDeps, { words }: Command, context: ReplyContext): Promise<CommandReply> {
  const found = await deps.explain(context.userId, words, EXPLANATION_NAMES);
  switch (found.kind) {
    case "explained":
      return noted({ ...explanationReply(found), isInternal: true }, context, [], omittedTexts(found));
    case "damaged":
      return refused(omittedTexts(found).join("\n"));
    case "ambiguous":
      return refused(ambiguousText(found.executionIds));
    case "absent":
      return refused(absentText(found));
    default:
      return notRead(found, notVisibleText());
  }
}

async function replyHealth(deps: CommandRepliesDeps, _: Command, { userId }: ReplyContext): Promise<CommandReply> {
  const found = await deps.health(userId);
  if (found.kind !== "health") return notAdmin(found, "health");
  return { ...healthReply(found, deps.clock.now()), isInternal: true };
}

const notAdmin = (found: AccessRefusal, subject: string): CommandReply => notRead(found, adminsOnlyText(subject));

/** The reply to a person who may not read the answer, or whom Slack did not return. */
const notRead = (found: AccessRefusal, sentence: string): CommandReply =>
  refused(
    found.kind === "refused" ? [sentence, ...notSearchedTexts(found.unexamined)].join("\n") : unknownPersonText(found),
  );
