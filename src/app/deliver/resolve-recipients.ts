import { backoffMs } from "../../core/backoff.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { MessageStore, NoticeStore, RecipientLookup } from "../ports/delivery-store.ts";
import type { Chat, Directory } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;
/**
 * So many people's channels are asked for in one go. Slack takes some fifty such calls a minute: those who were found get
 * their message while others are still looked for, and other lookups come between. Source: Slack API,
 * conversations.open, tier 3.
 */
const MAX_LOOKUPS = 10;

export interface ResolveRecipientsDeps {
  notices: NoticeStore;
  requests: RequestStore;
  messages: MessageStore;
  directory: Directory;
  chat: Chat;
  routes: readonly Route[];
  admins: People;
  clock: Clock;
  random: () => number;
  log: Log;
}

/**
 * Finds for whom something is meant, and puts it on record for each: direct messages of a request, or a notice. Done
 * again after a crash it finds the same places, and each is on record once. What is found is on record also where the
 * rest could not be: a group that Slack does not tell silences nobody else.
 */
export const makeResolveRecipients = (deps: ResolveRecipientsDeps) => {
  /** A person's channel of direct messages stays the same, so it is asked for once. */
  const known = new Map<string, string>();
  /** Who cannot be written to, for each lookup that is not done: another go does not ask for them again. */
  const passedOver = new Map<string, Set<string>>();
  return async (lookup: RecipientLookup): Promise<void> => {
    const key = `${lookup.kind} ${lookup.requestId}`;
    const refused = passedOver.get(key) ?? new Set();
    const { channels, missing } = await findRecipients({ ...deps, known, refused }, lookup);
    const now = deps.clock.now();
    if (missing === null) {
      passedOver.delete(key);
      return deps.notices.lookupDone(lookup, channels, now);
    }
    passedOver.set(key, refused);
    if (missing.error !== null) {
      const fields = { requestId: lookup.requestId, lookup: lookup.kind, error: missing.error };
      deps.log.warn({ event: "recipient-lookup.postponed", ...fields }, "cannot find all recipients; trying again");
    }
    const wait = missing.retryAfterMs ?? backoffMs(lookup.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
    await deps.notices.lookupFailed(lookup, missing.error, now + wait, channels);
  };
};

/** `missing`: why there may be more, null when these are all. Without an error it is merely to be gone on with. */
interface Recipients {
  channels: string[];
  missing: { error: string | null; retryAfterMs?: number } | null;
}

type FindDeps = ResolveRecipientsDeps & { known: Map<string, string>; refused: Set<string> };

async function findRecipients(deps: FindDeps, lookup: RecipientLookup): Promise<Recipients> {
  switch (lookup.kind) {
    case "direct-messages": {
      const request = await deps.requests.byId(lookup.requestId);
      const route = findRoute(deps.routes, request?.route);
      return route === null ? { channels: [], missing: null } : openDirectMessages(deps, lookup, route.approvers);
    }
    case "break-glass": {
      const { channels, missing } = await openDirectMessages(deps, lookup, deps.admins);
      const rows = await deps.messages.ofRequest(lookup.requestId);
      return { channels: [...rows.map((row) => row.channelId), ...channels], missing };
    }
    case "no-route":
      return openDirectMessages(deps, lookup, deps.admins);
    default:
      throw new Error(`unexpected lookup ${lookup.kind satisfies never}`);
  }
}

/** The direct messages with these people. One who cannot be written to, such as a deactivated account, is passed over. */
async function openDirectMessages(deps: FindDeps, lookup: RecipientLookup, people: People): Promise<Recipients> {
  const found = await deps.directory.members(people);
  if (found.kind === "unknown") return { channels: [], missing: found };
  const channels: string[] = [];
  let asked = 0;
  for (const userId of found.userIds) {
    const kept = deps.known.get(userId);
    if (kept !== undefined) {
      channels.push(kept);
      continue;
    }
    if (deps.refused.has(userId)) continue;
    if (asked++ === MAX_LOOKUPS) return { channels, missing: { error: null, retryAfterMs: 0 } };
    const opened = await deps.chat.openDirectMessage(userId);
    switch (opened.kind) {
      case "channel":
        deps.known.set(userId, opened.channelId);
        channels.push(opened.channelId);
        break;
      case "refused":
        deps.refused.add(userId);
        deps.log.error(
          { event: "direct-message.refused", requestId: lookup.requestId, userId, error: opened.error },
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
