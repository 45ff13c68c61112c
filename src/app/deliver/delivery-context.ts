import type { Clock, Log, LogFields } from "../ports/aws.ts";
import type { AliveUntil } from "../ports/coordination.ts";
import type { DeliveryRow, DeliveryStore, MessageStore } from "../ports/delivery-store.ts";
import {
  type AcquireSlot,
  type Chat,
  type ChatFailure,
  describeChatFailure,
  type LostMessage,
  type MessageContent,
  type Thread,
} from "../ports/slack.ts";

/** The last error of a reply whose thread takes no replies: the next attempt posts it in the channel. */
export const NO_REPLIES = "The message of the thread takes no replies";

export interface DeliveryDeps {
  chat: Chat;
  acquireSlot: AcquireSlot;
  aliveUntil: AliveUntil;
  clock: Clock;
  /** Makes the id of a claim, which begins with this replica's. */
  newId: () => string;
  random: () => number;
  log: Log;
  countLost: CountLost;
}

/** Counts a message that was deleted or cannot be edited: each message once for each reason. */
export type CountLost = (reason: LostMessage["kind"]) => void;

interface Content {
  content: MessageContent;
  version: number;
  thread?: Thread | null;
}

/** One kind of message: its store, its id in Slack's metadata, and its content. */
export interface MessageKind<Row extends DeliveryRow> {
  store: DeliveryStore;
  idOf(row: Row): string;
  /**
   * Returns the content as of now, its version, and the thread if it is a reply. Null: there is nothing to say any more.
   * `notBefore`: a post must wait until then. The row has the claim of the attempt.
   */
  content(row: Row): Promise<Content | { notBefore: number } | null>;
  /** Returns the thread that an unfinished post went to. */
  threadOf?(row: Row): string | null;
  /** Returns the fields that identify the message in the log, in addition to its channel. */
  about(row: Row): object;
  /**
   * Handles a message that was deleted or that cannot be edited. By default, the update of a deleted message is repeated
   * more and more rarely; that of one that cannot be edited never is.
   */
  lost?(row: Row, ts: string, how: LostMessage["kind"]): Promise<void>;
  /** Handles a post or an update that Slack refused, by the code of the error. The row has the error. */
  refused?(row: Row, code: string): Promise<void>;
  /** Handles a reply whose thread was deleted. */
  threadLost?(row: Row, threadTs: string): Promise<void>;
}

/** Records that the message of a request was deleted, and counts it. Returns false if another call has found that before. */
export async function recordDeleted(
  { messages, countLost }: { messages: Pick<MessageStore, "recordDeleted">; countLost: CountLost },
  channelId: string,
  ts: string,
): Promise<boolean> {
  const isNew = await messages.recordDeleted(channelId, ts);
  if (isNew) countLost("deleted");
  return isNew;
}

/** Logs a change of state at debug. */
export function trace({ log }: DeliveryDeps, event: LogFields["event"], message: string): void {
  log.debug({ event }, message);
}

/** Logs a failure when it begins and when it changes. While it lasts, the row has it as its last error. A 429 is normal. */
export function report(
  { log }: DeliveryDeps,
  row: DeliveryRow,
  failure: ChatFailure,
  event: LogFields["event"],
  message: string,
): void {
  const fields = { event, error: describeChatFailure(failure) };
  if (row.lastError === fields.error || failure.kind === "limited") log.debug(fields, message);
  else if (failure.kind === "refused") log.error(fields, message);
  else log.warn(fields, message);
}
