import type { PersonWord } from "../../core/command-values.ts";
import { nameMatches } from "../../core/name-filter.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { Filters } from "../../core/slash-command.ts";
import type { ClosedCursor, RequestSearch } from "../ports/request-search.ts";
import { findReader, type InspectDeps, type InspectedRequest, inspect, keepReadable, type Refused } from "./inspect.ts";
import { readClosed } from "./read-closed.ts";

export type HistoryResult =
  | {
      kind: "history";
      /** One page, the latest first. */
      items: InspectedRequest[];
      /** Where the next page begins; null if this is the last. */
      next: ClosedCursor | null;
    }
  /** Nobody of this name has voted. Only admins learn this: votes are facts about requests. */
  | { kind: "no-person"; name: string }
  | Refused;

/** The requests of a page. */
export const HISTORY_PAGE = 10;
/** Requests that are examined for one page; the next page continues there. */
const MAX_EXAMINED = 5_000;

/** Lists closed requests that a person may read. */
export const makeHistory =
  (deps: InspectDeps) =>
  async (userId: string, filters: Filters, before: ClosedCursor | null): Promise<HistoryResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { by, since = null, until = null } = filters;
    const voters = by === undefined ? null : await findVoters(deps.search, by, userId);
    if (by?.kind === "name" && voters?.length === 0)
      return access.reader.admin ? { kind: "no-person", name: by.name } : { kind: "history", items: [], next: null };
    const found: ApprovalRequest[] = [];
    let examined = 0;
    let reached: ClosedCursor | null = null;
    for await (const batch of readClosed(deps.search.closed, { before, since, until, voters })) {
      found.push(...(await keepMeant(deps, filters, await keepReadable(deps, access.reader, batch))));
      examined += batch.length;
      if (found.length > HISTORY_PAGE) break;
      if (examined < MAX_EXAMINED) continue;
      reached = toCursor(batch.at(-1));
      break;
    }
    const page = found.slice(0, HISTORY_PAGE);
    const items = await Promise.all(page.map((request) => inspect(deps, request)));
    return { kind: "history", items, next: found.length > page.length ? toCursor(page.at(-1)) : reached };
  };

export function toCursor(request: ApprovalRequest | undefined): ClosedCursor | null {
  return request === undefined ? null : { closedAt: request.closedAt ?? 0, id: request.id };
}

async function keepMeant(
  { search }: Pick<InspectDeps, "search">,
  { document, outcome }: Filters,
  requests: readonly ApprovalRequest[],
): Promise<ApprovalRequest[]> {
  const named = requests.filter(({ facts }) => nameMatches(document, facts.documentName));
  if (outcome === undefined) return named;
  if (outcome !== "break-glass") return named.filter((request) => request.outcome?.kind === outcome);
  const votes: Vote[] = await search.votesOn(named.map(({ id }) => id));
  const broken = new Set(votes.filter(({ authority }) => authority === outcome).map(({ requestId }) => requestId));
  return named.filter(({ id }) => broken.has(id));
}

/** Finds people by the name under which they voted: the whole name, or its beginning. */
async function findVoters(search: RequestSearch, by: PersonWord, userId: string): Promise<string[]> {
  switch (by.kind) {
    case "me":
      return [userId];
    case "id":
      return [by.id];
    case "name": {
      const voters = await search.voters();
      return [...new Set(voters.filter((each) => nameMatches(by.name, each.userName)).map((each) => each.userId))];
    }
    default:
      throw new Error(`unexpected ${by satisfies never}`);
  }
}
