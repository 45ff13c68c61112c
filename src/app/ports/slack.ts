/** What the use cases need of Slack. The rules of ports.ts hold here too. */
import type { LookupFailure, Membership, Person } from "../../core/person.ts";
import type { Approvers, People, Route } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { Requester } from "../../core/requester.ts";
import type { SignalAttempt } from "../../core/signal-attempt.ts";
import type { NoticeKind } from "./delivery-store.ts";

export type ChatFailure =
  /** Nothing was done; try again after this many milliseconds. */
  | { kind: "limited"; retryAfterMs: number }
  /** Slack refused, and a person must fix the cause. Nothing was done. `code` is Slack's error code, `error` a sentence. */
  | { kind: "refused"; code: string; error: string; advice: string }
  /** It never left this machine, or Slack said before acting that it is unwell. */
  | { kind: "unavailable"; error: string }
  /** It may or may not have been done. */
  | { kind: "ambiguous"; error: string };

/** Somebody has deleted the message. Nothing was done. */
export interface DeletedMessage {
  kind: "deleted";
  code: string;
  error: string;
  advice: string;
}

/** What a message shows. The adapter renders it. */
export interface RequestView {
  request: ApprovalRequest;
  votes: Vote[];
  /** Every attempt to signal the decision, oldest first. */
  attempts: readonly SignalAttempt[];
  route: Route | null;
  requester: Requester;
  /** When the message that shows it was posted, or is being posted. */
  postedAt?: number | undefined;
}

/** What a notice tells. */
export interface NoticeView extends RequestView {
  kind: NoticeKind;
}

/** What waits in a channel that is far behind. */
export interface DigestView {
  /** Since when it is. */
  since: number;
  /** The first of them; `count` says how many there are. */
  waiting: RequestView[];
  count: number;
}

/** What a message of ours tells. The adapter renders it; by its id, which goes into the metadata, it is found again. */
export type MessageContent = { id: string } & (
  | { kind: "request"; view: RequestView }
  | { kind: "notice"; view: NoticeView }
  | { kind: "digest"; view: DigestView }
);

/**
 * Waits for the next slot of the rate limit that a channel's posts, or all updates, count against. Returns at once if
 * aborted.
 */
export type AcquireSlot = (call: "post" | "update", channelId: string, abort: AbortSignal) => Promise<void>;

/** Slack, as far as messages go. */
export interface Chat {
  /** The channel of the direct messages with one person. */
  openDirectMessage(userId: string): Promise<{ kind: "channel"; channelId: string } | ChatFailure>;
  /** Posts a message. Once: no retries. What is not on its way by `notAfter` is not sent. */
  post(
    channelId: string,
    content: MessageContent,
    notAfter: number,
  ): Promise<{ kind: "posted"; ts: string } | { kind: "too-late" } | ChatFailure>;
  update(
    channelId: string,
    ts: string,
    content: MessageContent,
    notAfter: number,
  ): Promise<{ kind: "updated" } | { kind: "too-late" } | DeletedMessage | ChatFailure>;
  /** Looks for our message with this id in its metadata, posted at `since` or later. */
  find(
    channelId: string,
    id: string,
    since: number,
  ): Promise<{ kind: "found"; ts: string } | { kind: "absent" } | ChatFailure>;
  /** Says something that only this person sees. */
  postEphemeral(channelId: string, userId: string, text: string): Promise<{ kind: "delivered" } | ChatFailure>;
}

/** Slack, as far as people go. */
export interface Directory {
  /** The person as Slack knows them now. `fresh` passes over what was remembered. */
  person(userId: string, fresh: boolean): Promise<{ kind: "person"; person: Person } | LookupFailure>;
  /**
   * Whether the person is meant. To decide, groups are read from Slack, and again before anyone is denied; to show, what is
   * remembered will do. `channels` are those whose members are meant by `channel: members`.
   */
  isAmong(
    people: Approvers,
    userId: string,
    purpose?: "decide" | "show",
    channels?: readonly string[],
  ): Promise<Membership>;
  /** The people meant one by one: those named, and the members of the groups. */
  members(people: People): Promise<{ kind: "members"; userIds: string[] } | LookupFailure>;
  /** Whose address this is; `nobody` when it belongs to nobody in the workspace. */
  byEmail(email: string): Promise<{ kind: "person"; userId: string } | { kind: "nobody" } | LookupFailure>;
}

/** Why a call to Slack led to nothing, for the record and the log. */
export function describeChatFailure(failure: ChatFailure): string {
  switch (failure.kind) {
    case "limited":
      return `Slack asks to wait ${Math.ceil(failure.retryAfterMs / 1000)} s`;
    case "refused":
      return `Slack refused: ${failure.error}. ${failure.advice}`;
    case "unavailable":
      return `Slack could not be reached: ${failure.error}`;
    case "ambiguous":
      return `No clear answer from Slack: ${failure.error}`;
    default:
      throw new Error(`no words for ${failure satisfies never}`);
  }
}
