/** The interfaces to Slack that use cases need. The rules of ports/aws.ts apply. */
import type { AwsDeciders } from "../../core/aws-deciders.ts";
import type { LookupFailure, Membership, Person } from "../../core/person.ts";
import type { Approvers, People, Route } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { Requester } from "../../core/requester.ts";
import type { SignalAttempt } from "../../core/signal-attempt.ts";
import type { NoticeKind, StepWithoutId } from "./delivery-store.ts";

export type ChatFailure =
  /** Slack limits the rate and did nothing. Retry after this many milliseconds. */
  | { kind: "limited"; retryAfterMs: number }
  /** Slack refused, and a person must fix the cause. Nothing was done. `code` is Slack's error code, `error` a sentence. */
  | { kind: "refused"; code: string; error: string; advice: string }
  /** The call never left this machine, or Slack answered before acting that it is unavailable. */
  | { kind: "unavailable"; error: string }
  /** The call may or may not have taken effect. */
  | { kind: "ambiguous"; error: string };

/** How a call of the Web API ended. `failed`: by a status of HTTP, or a reply that is not Slack's. */
export type SlackCallResult = "ok" | "refused" | "limited" | "failed" | "unreachable";

/** Is told about each call to Slack, and each wait for a rate limit. */
export interface SlackCalls {
  /** `refusesToken`: Slack refused the token of the call. */
  called(method: string, result: SlackCallResult, refusesToken?: boolean): void;
  waited(ms: number): void;
}

/** The message was deleted, or Slack no longer lets the bot edit it. Slack did nothing. */
export type LostMessage = LostAs<"deleted"> | LostAs<"not-editable">;

interface LostAs<Kind> {
  kind: Kind;
  code: string;
  error: string;
  advice: string;
}

/** The content of a request's message. The adapter renders it. */
export interface RequestView {
  request: ApprovalRequest;
  votes: Vote[];
  /** Every attempt to signal the decision, oldest first. */
  attempts: readonly SignalAttempt[];
  route: Route | null;
  requester: Requester;
  /** The people who decided in AWS; absent: none is known. */
  awsDeciders?: AwsDeciders;
  /** When the message was posted, or is being posted. */
  postedAt?: number | undefined;
  /** Whether the message replaces one that was deleted. */
  isReplacement?: boolean;
  /** Absent where they are not shown. */
  earlier?: EarlierGates;
  /** Whether the message is in a channel to which the request was escalated. */
  isEscalation?: boolean;
  /** Whether it is an escalation in quiet hours, which mentions only the people on call. */
  isQuiet?: boolean;
}

/** The content of a notice. */
export interface NoticeView extends RequestView {
  kind: Exclude<NoticeKind, "step-without-id">;
  /** Facts as of the time when the notice became due, as JSON; null if there are none. */
  detail?: string | null;
  /** As in NoticeRow; absent: empty. */
  subject?: string;
  /** Set if it would be a reply, and the message of its thread was deleted: it goes to the channel. */
  isThreadLost?: boolean;
  /** Set if it would be a reply, and the message of its thread takes no replies: it goes to the channel. */
  isThreadClosed?: boolean;
  /** Every request of the execution, oldest first; only for the end of the execution. */
  gates?: readonly Gate[];
  /** Whether the channel shows the end of the execution too: a route of its requests says so. */
  broadcast?: boolean;
  /** Whether the reply about the end mentions the requester: see tellsRequester. */
  tellRequester?: boolean;
}

/** The last of the earlier requests of an execution, oldest first, each with its messages, and the number of the others. */
export interface EarlierGates {
  gates: readonly (Gate & { messages: readonly { channelId: string; ts: string | null }[] })[];
  more: number;
}

/** A request with those who decided it. */
export type Gate = Pick<RequestView, "request" | "votes" | "awsDeciders">;

/** The thread that a reply goes to. `broadcast`: the channel shows the reply too. */
export interface Thread {
  ts: string;
  broadcast: boolean;
}

/** The content of a digest: the requests without a message in a channel with a backlog. */
export interface DigestView {
  /** When the backlog began. */
  since: number;
  /** The first requests of the list; `count` is their total number. */
  waiting: RequestView[];
  count: number;
}

/** The content of a message of ours. The adapter renders it. Its id goes into the metadata, so that `find` finds the message. */
export type MessageContent = { id: string } & (
  | { kind: "request"; view: RequestView }
  | { kind: "notice"; view: NoticeView }
  | { kind: "step-without-id"; step: StepWithoutId }
  | { kind: "digest"; view: DigestView }
);

/**
 * Waits for the next slot of the rate limit that a channel's posts, or all updates, count against. Returns at once if
 * aborted.
 */
export type AcquireSlot = (call: "post" | "update", channelId: string, abort: AbortSignal) => Promise<void>;

/** Posts, updates and finds messages. */
export interface Chat {
  /** Opens the channel of direct messages with a person. */
  openDirectMessage(userId: string): Promise<{ kind: "channel"; channelId: string } | ChatFailure>;
  /**
   * Posts a message once, without retries. `content`: the fingerprint of what was sent. Sends nothing after `notAfter`. `no-thread`: the first message of the thread was
   * deleted or takes no replies, and nothing was posted.
   */
  post(
    channelId: string,
    content: MessageContent,
    notAfter: number,
    thread?: Thread | null,
  ): Promise<
    | { kind: "posted"; ts: string; content?: string }
    | { kind: "too-late" }
    | { kind: "no-thread"; isDeleted: boolean }
    | ChatFailure
  >;
  /** Updates a message once, without retries. Sends nothing after `notAfter`. */
  update(
    channelId: string,
    ts: string,
    content: MessageContent,
    notAfter: number,
  ): Promise<{ kind: "updated"; content?: string } | { kind: "too-late" } | LostMessage | ChatFailure>;
  /** Returns the fingerprint of the message as it would be sent now, as in the results above; null if that is not known now. */
  fingerprint(channelId: string, content: MessageContent): Promise<string | null>;
  /** Tells whether a message that was posted is deleted. */
  isDeleted(channelId: string, ts: string): Promise<{ kind: "known"; deleted: boolean } | ChatFailure>;
  /**
   * Searches the history of the channel, or of one of its threads, for our message with this id in its metadata, posted at
   * `since` or later. `absent`: the history did not have it at `asOf`, or before.
   */
  find(
    channelId: string,
    id: string,
    since: number,
    threadTs?: string | null,
  ): Promise<{ kind: "found"; ts: string } | { kind: "absent"; asOf: number } | ChatFailure>;
  /**
   * Posts a text that only this person sees. Where Slack refuses that, a full member gets a direct message instead; a
   * refusal is final then. `mayPost` is asked before each post: if it says no, nothing more is sent.
   */
  postEphemeral(
    channelId: string,
    userId: string,
    text: string,
    mayPost?: () => boolean,
  ): Promise<{ kind: "delivered"; by?: "direct-message" } | { kind: "too-late" } | ChatFailure>;
}

/**
 * How fresh a lookup must be.
 *   since    to allow a click: only a read that began at this time or later, or after the event with the number `after`
 *   preview  to open a form: a read of the last seconds; the click that follows is evaluated again
 *   show     to show something: the cache
 */
export type Freshness = "show" | "preview" | { since: number; after?: number };

/**
 * Numbers the events of this process, the arrivals of clicks and the starts of reads, in their order. Unlike times, the numbers
 * of one process tell which came first even if the clock is set back.
 */
export type NextEvent = () => number;

/** Looks up people and memberships. */
export interface Directory {
  /** Reads a person. `isApprover`: a click of a person who is known as an approver waits for it. */
  person(
    userId: string,
    freshness?: Freshness,
    isApprover?: boolean,
  ): Promise<{ kind: "person"; person: Person } | LookupFailure>;
  /**
   * Tells whether a person belongs to `people`. Except to show, reads groups from Slack again before it denies.
   * `channel: members` means the members of `channels`.
   */
  isAmong(people: Approvers, userId: string, freshness?: Freshness, channels?: readonly string[]): Promise<Membership>;
  /** Tells whether `isAmong` would call Slack now, rather than use a list or a call that other callers need anyway. */
  needsRead(people: Approvers, userId: string, freshness?: Freshness, channels?: readonly string[]): boolean;
  /**
   * Tells whether a person is named, or was in one of the last known lists, however old they are. Makes no call, and allows
   * nothing: it tells only whose lookups are worth beginning together.
   */
  wasAmong(people: Approvers, userId: string, channels?: readonly string[]): boolean;
  /** Lists the people: the named ones, and the members of the groups. */
  members(people: People): Promise<{ kind: "members"; userIds: string[] } | LookupFailure>;
  /**
   * Finds the owner of an email address. `nobody`: no account has it. A failure has `retryAfterMs` unless an admin must fix
   * its cause.
   */
  byEmail(email: string): Promise<{ kind: "person"; person: Person } | { kind: "nobody" } | LookupFailure>;
}

/** Describes why a call to Slack failed, for the record and the log. */
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
      throw new Error(`no text for ${failure satisfies never}`);
  }
}

/** Describes why a call to Slack failed, with the next step of the person who ran a command. */
export function describeWithAdvice(failure: ChatFailure): string {
  const text = describeChatFailure(failure);
  switch (failure.kind) {
    case "refused":
      return text;
    case "limited":
      return `${text}. Run the command again after that time.`;
    case "unavailable":
    case "ambiguous":
      return `${text}. Check the network, HTTPS_PROXY and SLACK_API_URL.`;
    default:
      throw new Error(`no text for ${failure satisfies never}`);
  }
}
