import type { App, RespondArguments } from "@slack/bolt";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { Directory } from "../../app/ports/slack.ts";
import { type Command, parseCommand } from "../../core/slash-command.ts";
import type { Workspace } from "../connection/workspace.ts";
import type { RenderedMessage } from "../messages/blocks.ts";
import { commandErrorReply, failedText, LOOKING, notShareableText } from "../messages/command-texts.ts";
import { PAGE_ACTIONS, parsePage } from "../messages/page-buttons.ts";
import type { Sharing } from "../people/shared-channels.ts";
import type { CommandReply, ReplyContext } from "./command-replies.ts";
import { isFromHome, pageClickSchema } from "./payloads.ts";

export interface CommandDeps {
  reply: (command: Command, context: ReplyContext) => Promise<CommandReply>;
  directory: Pick<Directory, "person">;
  /** Tells whether people of other organizations read a channel. */
  isSharedChannel: (channelId: string) => Promise<Sharing>;
  workspace: Workspace;
  /** Tells whether a response_url is Slack's. */
  isResponseUrl: (url: string) => boolean;
  clock: Clock;
  log: Log;
}

export const COMMAND = "/approvals";

/** An answer that takes longer is announced first. */
const LOOKING_AFTER_MS = 2_000;

/** Where Slack does not say which time zone a person has. */
const DEFAULT_ZONE = "Etc/UTC";

type Respond = (message: RespondArguments) => Promise<unknown>;

/**
 * Replies to `/approvals`. The command is acknowledged at once; only the person who asked sees the reply, unless they
 * share it. A page button runs its command again, for the person who pressed it: nothing in it is a permission.
 */
export function listenForCommand(app: App, deps: CommandDeps): void {
  app.command(COMMAND, async ({ ack, command: { response_url, user_id, channel_id, text }, respond }) => {
    await ack();
    if (!deps.isResponseUrl(response_url)) return reject(deps, `the command ${NO_ANSWER}`);
    await answer(deps, respond, { userId: user_id, channelId: channel_id, text, page: null });
  });
  app.action({ type: "block_actions", action_id: PAGE_ACTIONS }, async ({ ack, body, respond }) => {
    await ack();
    const parsed = pageClickSchema.safeParse(body);
    const pressed = parsePage(parsed.data?.actions[0]?.value ?? "");
    if (!parsed.success || pressed === null || !isFromHome(parsed.data, deps.workspace))
      return reject(deps, "malformed page button, or one from another workspace");
    if (!deps.isResponseUrl(parsed.data.response_url)) return reject(deps, `the button ${NO_ANSWER}`);
    const { user, container } = parsed.data;
    await answer(deps, respond, { userId: user.id, channelId: container.channel_id, ...pressed });
  });
}

/** Behind a proxy of the API alone, Slack's own response_url is on another host. The URL is a secret. */
const NO_ANSWER =
  "gets no answer: its response_url is not on the host that belongs to SLACK_API_URL. Remove SLACK_API_URL for Slack itself, and set HTTPS_PROXY to use a proxy";

function reject({ log }: CommandDeps, why: string): void {
  log.warn({ event: "command.rejected", command: COMMAND }, why);
}

interface Question {
  userId: string;
  channelId: string;
  text: string;
  /** The page of a pressed button; null for a command. */
  page: string | null;
}

/** Sends the answer. If it takes long, a line says first that it is being looked up, and the answer follows. */
async function answer(deps: CommandDeps, respond: Respond, question: Question): Promise<void> {
  const { clock } = deps;
  const abort = new AbortController();
  const answering = findAnswer(deps, question).finally(() => abort.abort());
  const isSlow = await Promise.race([
    answering.then(() => false),
    clock.sleep(LOOKING_AFTER_MS, abort.signal).then(() => !abort.signal.aborted),
  ]);
  const replaces = question.page !== null;
  if (isSlow)
    await respond({ text: LOOKING, response_type: "ephemeral", replace_original: replaces }).catch((err: unknown) =>
      deps.log.warn(
        { event: "command.line-failed", err, userId: question.userId },
        "cannot say that a command takes long",
      ),
    );
  const { isShared, ...reply } = await answering;
  if (!isShared)
    return void (await respond({ ...reply, response_type: "ephemeral", replace_original: replaces || isSlow }));
  await respond({ ...reply, response_type: "in_channel", replace_original: false });
}

async function findAnswer(deps: CommandDeps, question: Question): Promise<RenderedMessage & { isShared: boolean }> {
  const { userId, channelId, page } = question;
  try {
    const known = await deps.directory.person(userId);
    const zone = known.kind === "person" ? (known.person.zone ?? DEFAULT_ZONE) : DEFAULT_ZONE;
    const parsed = parseCommand(question.text, { now: deps.clock.now(), zone });
    if (parsed.kind === "error") return { ...commandErrorReply(parsed.error), isShared: false };
    const { command } = parsed;
    const sharing = command.share ? await deps.isSharedChannel(channelId) : null;
    // Where it is not known who reads a channel, people of other organizations may.
    const withhold = sharing !== null && (sharing.kind !== "known" || sharing.isShared);
    const audience = { isShared: command.share && page === null, withhold };
    const { isPrivate, isInternal, ...reply } = await deps.reply(command, { userId, page, audience });
    if (!audience.isShared || isPrivate) return { ...reply, isShared: false };
    if (withhold && isInternal)
      return { text: notShareableText(sharing?.kind === "known"), blocks: [], isShared: false };
    deps.log.info({ event: "command.shared", command: command.name, userId, channelId }, "answer shared in a channel");
    return { ...reply, isShared: true };
  } catch (error) {
    deps.log.error({ event: "command.failed", err: error, userId }, "cannot answer a command");
    return { text: failedText(), blocks: [], isShared: false };
  }
}
