import { backoffMs } from "../../core/backoff.ts";
import type { LookupFailure } from "../../core/person.ts";
import { findRoute, type People, type Route, tellsRequester } from "../../core/policy.ts";
import { isLookupOver } from "../../core/request.ts";
import { awaitsOwner, findRequester, type Identities, requesterIds } from "../../core/requester.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { MessageStore, RecipientLookup, RecipientLookupStore } from "../ports/delivery-store.ts";
import type { Chat, Directory } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;
/** How soon the owner of a requester's address is looked for again among the stored ones. */
const AWAIT_OWNER_MS = 5_000;
/**
 * People whose direct message is opened in one batch. Slack takes some fifty such calls a minute: people in the first
 * batches get their message early, and other lookups run between the batches. Source: Slack API, conversations.open,
 * tier 3.
 */
const MAX_LOOKUPS = 10;
/** How long a person counts as a full member after Slack said so, in milliseconds. */
const MEMBER_TTL_MS = 10 * 60_000;
/** Direct messages and unfinished lookups that this process remembers. */
const MAX_REMEMBERED = 10_000;

export interface ResolveRecipientsDeps {
  recipientLookups: RecipientLookupStore;
  requests: RequestStore;
  messages: MessageStore;
  directory: Directory;
  chat: Chat;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  clock: Clock;
  random: () => number;
  log: Log;
}

/**
 * Makes the use case that finds the recipients of a direct message or a notice and stores a message for each. A run after
 * a crash finds the same recipients, and each is stored once. Recipients that are found are stored even if others cannot
 * be found: a group that cannot be read keeps no other recipient from its message.
 */
export const makeResolveRecipients = (deps: ResolveRecipientsDeps) => {
  /** Channel of the direct message with each full member, and until when it is used without asking Slack again. */
  const directMessages: FindDeps["directMessages"] = new Map();
  /** People who cannot be written to, for each unfinished lookup: its next batches skip them. */
  const unreachableUsers = new Map<string, Set<string>>();
  return async (lookup: RecipientLookup): Promise<void> => {
    const key = `${lookup.kind} ${lookup.requestId} ${lookup.subject}`;
    const log = deps.log.child({ requestId: lookup.requestId, lookup: lookup.kind });
    const unreachable = unreachableUsers.get(key) ?? new Set();
    const { channels, missing } = await findRecipients({ ...deps, log, directMessages, unreachable }, lookup);
    const now = deps.clock.now();
    if (missing === null) {
      unreachableUsers.delete(key);
      log.debug({ event: "recipient-lookup.done", channels: channels.length }, "recipients found");
      return deps.recipientLookups.recordDone(lookup, channels, now);
    }
    remember(unreachableUsers, key, unreachable);
    if (missing.error !== null) {
      const level = missing.retryAfterMs === undefined ? "warn" : "debug";
      const fields = { event: "recipient-lookup.postponed", error: missing.error } as const;
      log[level](fields, "cannot find all recipients; trying again");
    }
    const wait = missing.retryAfterMs ?? backoffMs(lookup.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
    await deps.recipientLookups.recordFailed(lookup, missing.error, now + wait, channels);
  };
};

/** Adds an entry and drops the oldest one of a full map: its person is looked up again when needed. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

interface Recipients {
  channels: string[];
  /** Null if these are all recipients. `error: null`: more recipients remain; continue in the next batch. */
  missing: { error: string | null; retryAfterMs?: number } | null;
}

type FindDeps = ResolveRecipientsDeps & {
  directMessages: Map<string, { channelId: string; until: number }>;
  unreachable: Set<string>;
};

async function findRecipients(deps: FindDeps, lookup: RecipientLookup): Promise<Recipients> {
  switch (lookup.kind) {
    case "direct-messages": {
      const request = await deps.requests.byId(lookup.requestId);
      const route = findRoute(deps.routes, request?.route);
      return route === null ? { channels: [], missing: null } : openDirectMessages(deps, route.approvers);
    }
    case "break-glass":
    case "signal-misdirected":
    case "signal-without-effect": {
      const { channels, missing } = await openDirectMessages(deps, deps.admins);
      const rows = await deps.messages.ofRequest(lookup.requestId);
      return { channels: [...rows.map((row) => row.channelId), ...channels], missing };
    }
    case "decision-refused":
      return openDirectMessages(deps, { users: await findDeciders(deps, lookup), groups: [] });
    case "requester-decided":
    case "requester-ended":
      return findRequesters(deps, lookup);
    case "channel-unavailable":
    case "escalation-unavailable":
    case "no-route":
    case "not-listed":
    case "step-without-id":
    case "unrecorded":
      return openDirectMessages(deps, deps.admins);
    default:
      throw new Error(`unexpected lookup ${lookup.kind satisfies never}`);
  }
}

/** Finds the people whose votes are the decision. */
async function findDeciders({ requests }: FindDeps, { requestId }: RecipientLookup): Promise<string[]> {
  const request = await requests.byId(requestId);
  const votes = await requests.votes(requestId);
  return votes.filter(({ verdict }) => verdict === request?.decision).map(({ userId }) => userId);
}

/**
 * Finds the requester, once Slack has returned the owner of the address. A route can leave the requester alone. Over the end of
 * an execution with several requests, all of their routes decide.
 */
async function findRequesters(deps: FindDeps, { requestId, kind }: RecipientLookup): Promise<Recipients> {
  const request = await deps.requests.byId(requestId);
  if (request === null) return { channels: [], missing: null };
  const concerned =
    kind === "requester-ended" ? await deps.requests.ofExecution(request, request.executionId) : [request];
  const routes = concerned.map((each) => findRoute(deps.routes, each.route)).filter((route) => route !== null);
  if (!tellsRequester(routes)) return { channels: [], missing: null };
  const requester = findRequester(request, deps.identities);
  const userIds = requesterIds(requester);
  const isAwaited = awaitsOwner(requester) && !isLookupOver(request, deps.clock.now());
  if (userIds.length > 0 && !isAwaited) return openDirectMessages(deps, { users: userIds, groups: [] });
  if (!isAwaited) return { channels: [], missing: null };
  return { channels: [], missing: { error: "the requester is not looked up yet", retryAfterMs: AWAIT_OWNER_MS } };
}

/**
 * Opens a direct message with each of these people who is a full member. Skips guests, bots, external and deactivated
 * accounts, who must not read requests, and people who cannot be written to.
 */
async function openDirectMessages(deps: FindDeps, people: People): Promise<Recipients> {
  const found = await deps.directory.members(people);
  if (found.kind === "unknown") return { channels: [], missing: found };
  const channels: string[] = [];
  let calls = 0;
  for (const userId of found.userIds) {
    const known = deps.directMessages.get(userId);
    if (known !== undefined && deps.clock.now() < known.until) {
      channels.push(known.channelId);
      continue;
    }
    if (deps.unreachable.has(userId)) continue;
    if (calls++ === MAX_LOOKUPS) return { channels, missing: { error: null, retryAfterMs: 0 } };
    const member = await isFullMember(deps, userId);
    if (typeof member !== "boolean") return { channels, missing: member };
    if (!member) {
      deps.unreachable.add(userId);
      continue;
    }
    const opened = await deps.chat.openDirectMessage(userId);
    switch (opened.kind) {
      case "channel":
        remember(deps.directMessages, userId, {
          channelId: opened.channelId,
          until: deps.clock.now() + MEMBER_TTL_MS,
        });
        channels.push(opened.channelId);
        break;
      case "refused":
        deps.unreachable.add(userId);
        deps.log.error(
          { event: "direct-message.refused", userId, error: opened.error },
          "cannot open a direct message",
        );
        break;
      case "limited":
        return { channels, missing: { error: "ratelimited", retryAfterMs: opened.retryAfterMs } };
      default:
        return { channels, missing: { error: opened.error } };
    }
  }
  return { channels, missing: null };
}

/** Tells whether a person may get direct messages, or returns why Slack did not say. */
async function isFullMember({ directory, log }: FindDeps, userId: string): Promise<boolean | LookupFailure> {
  const found = await directory.person(userId);
  if (found.kind === "unknown" && found.permanent !== true) return found;
  const status = found.kind === "unknown" ? found.error : found.person.accountStatus;
  if (status === "member") return true;
  const fields = { event: "direct-message.skipped", userId, status } as const;
  log.info(fields, "no direct message: only full members get them");
  return false;
}
