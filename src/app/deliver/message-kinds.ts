import { findAwsDeciders } from "../../core/aws-deciders.ts";
import { lastEarlier } from "../../core/earlier-requests.ts";
import { findRoute, isEscalationChannel, type Route, tellsRequester } from "../../core/policy.ts";
import { isGivenUp } from "../../core/refused-signer.ts";
import { findHold, isQuiet, isQuietEscalation, type ReminderKind, toReminderTimes } from "../../core/reminders.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { findRequester, type Identities } from "../../core/requester.ts";
import { lastError } from "../../core/signal-attempt.ts";
import {
  type MessageRow,
  type MessageStore,
  type NoticeRow,
  type NoticeStore,
  REMINDER_KINDS,
  THREAD_KINDS,
} from "../ports/delivery-store.ts";
import type { EarlierGates, NoticeView, RequestView, Thread } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { makeDeliverMessage } from "./deliver-message.ts";
import { type DeliveryDeps, NO_REPLIES, recordDeleted } from "./delivery-context.ts";
import { reportUnavailable, type UnavailableDeps } from "./unavailable-channel.ts";

/** Earlier requests that a message shows. */
const MAX_EARLIER = 3;

/** How soon an unposted message is looked at again that is not needed now. */
const NOT_NEEDED_MS = 5 * 60_000;

/** The sources of a message about a request. */
export interface ViewDeps {
  requests: RequestStore;
  routes: readonly Route[];
  identities: Identities;
}

/** Delivers the message of a request in one channel; see makeDeliverMessage. */
export const makeRequestMessages = (
  deps: DeliveryDeps &
    ViewDeps &
    UnavailableDeps & { messages: MessageStore; notices: Pick<NoticeStore, "add" | "ofRequest"> },
) =>
  makeDeliverMessage<MessageRow>(deps, {
    store: deps.messages,
    idOf: (row) => row.requestId,
    async content(row) {
      const view = await toRequestView(deps, row.requestId);
      const postedAt = row.ts === null ? deps.clock.now() : Number(row.ts) * 1000;
      const isEscalation = isEscalationChannel(view.route, row.channelId);
      // After the decision, nobody on call is needed. A request that closes ends its unposted messages.
      if (isEscalation && row.ts === null && view.request.state !== "open")
        return { notBefore: deps.clock.now() + NOT_NEEDED_MS };
      const earlier = await findEarlier(deps, view.request, row.channelId);
      const isQuiet = isQuietEscalation(view.route, row.channelId, deps.clock.now());
      const shown = { ...view, postedAt, isEscalation, isQuiet, earlier, isReplacement: row.deletions > 0 };
      const content = { id: row.requestId, kind: "request", view: shown } as const;
      return { content, version: view.request.version };
    },
    about: ({ requestId }) => ({ requestId }),
    // A deleted message is posted again. One that stays, outdated, gets replies with what has changed.
    async lost({ requestId, channelId }, ts, how) {
      if (how === "deleted") {
        await recordDeleted(deps, channelId, ts);
        return;
      }
      const view = await toRequestView(deps, requestId);
      const stage = toStage(view);
      const replies = await findStageReplies(deps, requestId, channelId);
      if (isAnnounced(replies, view.request, stage)) return;
      await deps.notices.add(requestId, "not-editable", channelId, view.request.version, stage);
      if (replies.length === 0) deps.countLost(how);
    },
    refused: ({ requestId, channelId }, code) => reportUnavailable(deps, requestId, channelId, code),
  });

/** Delivers one notice; see makeDeliverMessage. */
export const makeNotices = (
  deps: DeliveryDeps &
    ViewDeps &
    Omit<UnavailableDeps, "notices"> & { notices: NoticeStore; messages: Pick<MessageStore, "recordDeleted"> },
) =>
  makeDeliverMessage<NoticeRow>(deps, {
    store: deps.notices,
    idOf: (row) => row.id,
    async content(row) {
      const { id, kind, requestId } = row;
      if (kind === "step-without-id")
        return { content: { id, kind, step: await deps.notices.stepWithoutId(requestId) }, version: 1 };
      const view = await toNoticeView(deps, row, kind);
      if (isReminder(kind)) {
        if (view.request.state !== "open") return null;
        const now = deps.clock.now();
        const notBefore = findHold(kind, view.route, toReminderTimes(view.request), now);
        if (notBefore !== null) return { notBefore };
        view.isQuiet = kind === "escalated" && isQuiet(view.route, now);
      }
      const thread = await claimThread(deps, row, view);
      const isThreadClosed = row.lastError === NO_REPLIES;
      const isThreadLost = thread === null && THREAD_KINDS.includes(kind) && !isThreadClosed;
      return { content: { id, kind: "notice", view: { ...view, isThreadLost, isThreadClosed } }, version: 1, thread };
    },
    threadOf: (row) => row.threadTs,
    async threadLost({ requestId, channelId }, ts) {
      const isNew = await recordDeleted(deps, channelId, ts);
      if (!isNew) return;
      const fields = { event: "message.found-deleted", requestId, channelId } as const;
      deps.log.info(fields, "the message of a request was deleted: Slack refused a reply to it");
    },
    about: aboutNotice,
    async refused({ requestId, channelId, kind }, code) {
      if (THREAD_KINDS.includes(kind)) await reportUnavailable(deps, requestId, channelId, code);
    },
  });

const isReminder = (kind: NoticeView["kind"]): kind is ReminderKind => REMINDER_KINDS.includes(kind);

/** Returns the fields that identify a notice in the log. */
export const aboutNotice = ({ requestId, kind }: NoticeRow) =>
  kind === "step-without-id" ? { notice: kind } : { requestId, notice: kind };

/** Finds the earlier requests of the execution, each with its messages: those in this channel first. */
async function findEarlier(
  { requests, messages, identities }: ViewDeps & { messages: MessageStore },
  of: ApprovalRequest,
  channelId: string,
): Promise<EarlierGates> {
  if (of.state === "closed") return { gates: [], more: 0 };
  const { shown, more } = lastEarlier(await requests.ofExecution(of, of.executionId), of, MAX_EARLIER);
  const gates = [];
  for (const request of shown) {
    const rows = await messages.ofRequest(request.id);
    const here = rows.toSorted((a, b) => Number(b.channelId === channelId) - Number(a.channelId === channelId));
    const awsDeciders = findAwsDeciders(request, identities);
    gates.push({ request, votes: await requests.votes(request.id), awsDeciders, messages: here });
  }
  return { gates, more };
}

/** Identifies the part of a request that people must see: the votes, the decision, a problem of its signal, and the end. */
function toStage({ request, votes, attempts }: Pick<RequestView, "request" | "votes" | "attempts">): string {
  const { state, signal, verification, awsApprovals } = request;
  if (state === "open") return JSON.stringify([state, votes.map(({ userId, at }) => [userId, at])]);
  if (state === "closed") return JSON.stringify([state]);
  const code = lastError(attempts)?.split(":")[0] ?? null;
  const isSlow =
    signal === "ambiguous" || (signal === "accepted" && (awsApprovals !== null || verification !== "none"));
  const about = isGivenUp(request, attempts) ? "given up" : isSlow ? [signal, awsApprovals, verification] : null;
  return JSON.stringify([state, code, about]);
}

/** Finds the replies to the message of a request in a channel that cannot be edited: the first one came with the first change. */
async function findStageReplies(
  { notices }: { notices: Pick<NoticeStore, "ofRequest"> },
  requestId: string,
  channelId: string,
): Promise<NoticeRow[]> {
  const rows = await notices.ofRequest(requestId);
  return rows.filter((row) => row.kind === "not-editable" && row.channelId === channelId);
}

/**
 * Tells whether a reply shows this stage. Votes can return to an earlier stage, so only the last reply counts while the request
 * is open. After that each stage has one reply: a signal that is tried for hours must not flood the thread.
 */
function isAnnounced(replies: readonly NoticeRow[], { state }: ApprovalRequest, stage: string): boolean {
  const newest = replies.toSorted((a, b) => a.number - b.number).slice(state === "open" ? -1 : 0);
  return newest.some((row) => row.detail === stage);
}

/** Returns the thread of a reply and records it for the attempt that has claimed the row. Null: it goes to the channel. */
async function claimThread(
  { notices }: { notices: NoticeStore },
  row: NoticeRow,
  { kind, isQuiet: isDisturbing = false, route, broadcast: isEndShown = false }: NoticeView,
): Promise<Thread | null> {
  if (!THREAD_KINDS.includes(kind)) return null;
  const ts = row.lastError === NO_REPLIES ? null : await notices.findThread(row);
  await notices.recordThread(row.id, row.claimId ?? "", ts);
  // A reminder mentions no member of a channel whose members decide: only the channel itself reaches them.
  const isForMembers = isReminder(kind) && route?.approvers.channel === "members";
  const broadcast = kind === "execution-ended" ? isEndShown : isForMembers && !isDisturbing;
  return ts === null ? null : { ts, broadcast };
}

async function toNoticeView(
  deps: ViewDeps,
  { requestId, subject, detail }: NoticeRow,
  kind: NoticeView["kind"],
): Promise<NoticeView> {
  const view = { ...(await toRequestView(deps, requestId)), kind, subject, detail };
  if (kind !== "execution-ended" && kind !== "requester-ended") return view;
  const { account, region, executionId } = view.request;
  const gates = [];
  for (const request of await deps.requests.ofExecution({ account, region }, executionId))
    gates.push({
      request,
      votes: await deps.requests.votes(request.id),
      awsDeciders: findAwsDeciders(request, deps.identities),
    });
  const routes = gates.map(({ request }) => findRoute(deps.routes, request.route)).filter((route) => route !== null);
  return { ...view, gates, broadcast: routes.some((each) => each.broadcast), tellRequester: tellsRequester(routes) };
}

async function toRequestView(deps: ViewDeps, requestId: string): Promise<RequestView> {
  const request = await deps.requests.byId(requestId);
  if (request === null) throw new Error(`Request ${requestId} has a message but does not exist.`);
  const votes = await deps.requests.votes(requestId);
  const attempts = await deps.requests.signals(requestId);
  const route = findRoute(deps.routes, request.route);
  return {
    request,
    votes,
    attempts,
    route,
    requester: findRequester(request, deps.identities),
    awsDeciders: findAwsDeciders(request, deps.identities),
  };
}
