import type { Json } from "../../support/http-json.ts";
import { ONCALL_CHANNEL } from "../runbooks.ts";
import { type Evidence, findMessages } from "./evidence.ts";

const REMINDERS: readonly string[] = ["reminder", "last-call", "escalated"];

/**
 * Checks that each recorded reply exists once, in the thread of a message of its own execution, that the end of each execution
 * is reported once in each channel that has a message about it, and that each escalation has its message.
 */
export function replyViolations(evidence: Evidence): string[] {
  return [...findMissingEnds(evidence), ...findWrongReplies(evidence), ...findMissingEscalations(evidence)];
}

function findMissingEnds(evidence: Evidence): string[] {
  const { requests, notices } = evidence.records;
  return [...Map.groupBy(requests, ({ executionId }) => executionId)].flatMap(([executionId, own]) => {
    if (own.some(({ executionEndedAt }) => executionEndedAt === null)) return [];
    const ids = new Set(own.map(({ id }) => id));
    return findChannels(evidence, ids).flatMap((channel) => {
      const rows = notices.filter(
        (row) => row.kind === "execution-ended" && row.channelId === channel && ids.has(row.requestId),
      );
      const posted = rows.flatMap(({ id }) => findMessages(evidence, channel, id));
      return posted.length === 1
        ? []
        : [`the end of execution ${executionId} is reported ${posted.length} times in ${channel}`];
    });
  });
}

function findWrongReplies(evidence: Evidence): string[] {
  const { requests, notices } = evidence.records;
  const executionOf = new Map(requests.map(({ id, executionId }) => [id, executionId]));
  const rows = notices.filter(
    ({ kind, ts }) => ts !== null && (kind === "execution-ended" || REMINDERS.includes(kind)),
  );
  return rows.flatMap(({ id, kind, channelId, requestId }) => {
    const executionId = executionOf.get(requestId);
    const own = requests.filter((each) => each.executionId === executionId);
    const threads = own.flatMap((each) => findMessages(evidence, channelId, each.id)).map(({ ts }: Json) => ts);
    const deleted = evidence.deletions.filter((each) => each.executionId === executionId && each.channel === channelId);
    const replies = findMessages(evidence, channelId, id);
    const isAstray = ({ thread_ts }: Json) =>
      !threads.includes(thread_ts) && !deleted.some(({ ts }) => thread_ts === undefined || thread_ts === ts);
    return [
      ...(replies.length === 1 ? [] : [`the reply ${id} (${kind}) exists ${replies.length} times in ${channelId}`]),
      ...(replies.some(isAstray)
        ? [`the reply ${id} (${kind}) in ${channelId} is in the thread of another execution`]
        : []),
    ];
  });
}

/**
 * Checks that a request whose escalation was announced has one message in the channel on call. A request that was decided or
 * closed before Countersign posted that message needs none.
 */
function findMissingEscalations(evidence: Evidence): string[] {
  const { notices, messages, requests } = evidence.records;
  const decided = new Set(requests.filter(({ state }) => state !== "open").map(({ id }) => id));
  const needsNone = messages.filter(
    ({ channelId, requestId, ts, claimId }) =>
      channelId === ONCALL_CHANNEL && ts === null && claimId === null && decided.has(requestId),
  );
  const announced = notices.filter(
    ({ kind, ts, requestId }) =>
      kind === "escalated" && ts !== null && !needsNone.some((each) => each.requestId === requestId),
  );
  return [...new Set(announced.map(({ requestId }) => requestId))].flatMap((requestId) => {
    const count = findMessages(evidence, ONCALL_CHANNEL, requestId).length;
    return count === 1 ? [] : [`the escalated request ${requestId} has ${count} messages in ${ONCALL_CHANNEL}`];
  });
}

/** Finds the channels with a message about one of the requests. */
function findChannels({ channels }: Evidence, ids: ReadonlySet<string>): string[] {
  const found = Object.entries(channels).filter(
    ([channel, messages]) =>
      !channel.startsWith("D") && messages.some((each) => ids.has(String(each.metadata?.event_payload?.request_id))),
  );
  return found.map(([channel]) => channel);
}
