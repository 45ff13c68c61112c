import { backoffMs } from "../core/backoff.ts";
import type { People, Route } from "../core/policy.ts";
import type { Clock, Log } from "./ports.ts";
import type { Chat, Directory } from "./ports-slack.ts";
import type { Errand, MessageStore, NoticeStore, RequestStore } from "./ports-store.ts";

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

export interface ErrandDeps {
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
 * again after a crash it finds the same places, and each is on record once.
 */
export const makeErrand =
  (deps: ErrandDeps) =>
  async (errand: Errand): Promise<void> => {
    const found = await placesOf(deps, errand);
    if (found.kind === "places") return deps.notices.errandDone(errand, found.channels, deps.clock.now());
    const fields = { requestId: errand.requestId, errand: errand.kind, error: found.error };
    deps.log.warn(fields, "those for whom a message is meant could not be found; trying again");
    const wait = backoffMs(errand.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
    await deps.notices.errandFailed(errand, found.error, deps.clock.now() + wait);
  };

type Places = { kind: "places"; channels: string[] } | { kind: "unknown"; error: string };

async function placesOf(deps: ErrandDeps, errand: Errand): Promise<Places> {
  const request = await deps.requests.byId(errand.requestId);
  switch (errand.kind) {
    case "direct-messages": {
      const route = deps.routes.find((each) => each.name === request?.route);
      return route === undefined ? { kind: "places", channels: [] } : directPlaces(deps, errand, route.approvers);
    }
    case "break-glass": {
      const direct = await directPlaces(deps, errand, deps.admins);
      if (direct.kind !== "places") return direct;
      const rows = await deps.messages.ofRequest(errand.requestId);
      return { kind: "places", channels: [...rows.map((row) => row.channelId), ...direct.channels] };
    }
    case "no-route":
      return directPlaces(deps, errand, deps.admins);
    default:
      throw new Error(`unexpected errand ${errand.kind satisfies never}`);
  }
}

/** The direct messages with these people. One who cannot be written to, such as a deactivated account, is passed over. */
async function directPlaces(deps: ErrandDeps, errand: Errand, people: People): Promise<Places> {
  const found = await deps.directory.members(people);
  if (found.kind === "unknown") return found;
  const channels: string[] = [];
  for (const userId of found.userIds) {
    const opened = await deps.chat.direct(userId);
    if (opened.kind === "channel") channels.push(opened.channelId);
    else if (opened.kind === "refused")
      deps.log.error({ requestId: errand.requestId, userId, error: opened.error }, "a person cannot be written to");
    else return { kind: "unknown", error: opened.kind === "limited" ? "ratelimited" : opened.error };
  }
  return { kind: "places", channels };
}
