import type { PersonWord } from "../../core/command-values.ts";
import { nameMatches } from "../../core/name-filter.ts";
import type { Reader } from "../../core/read-access.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { Filters } from "../../core/slash-command.ts";
import type { ClosedCursor, ClosedQuery, RequestSearch } from "../ports/request-search.ts";
import {
  type AccessRefusal,
  findReader,
  type InspectDeps,
  type InspectedRequest,
  inspect,
  keepReadable,
  type UnreadLists,
} from "./inspect.ts";
import { readClosed } from "./read-closed.ts";
import { isDamageShown } from "./search-waiting.ts";

/** Where a page begins: after this request, in the direction of time. Null: the newest page. */
export type HistoryPage = { direction: "older" | "newer"; from: ClosedCursor } | null;

export type HistoryResult =
  | {
      kind: "history";
      /** One page, the latest first. */
      items: InspectedRequest[];
      /** From where the page was read: if not all items fit, those at the other end are left out. */
      direction: "older" | "newer";
      /** The request before which the newer page ends, and after which the older page begins; null where there is none. */
      newer: ClosedCursor | null;
      older: ClosedCursor | null;
      /** Requests that are left out because their rows are damaged, for admins and the approvers of their routes. */
      damaged?: ReadonlySet<string>;
      unread: UnreadLists;
    }
  /** Nobody of this name has voted. Only admins learn this: votes are facts about requests. */
  | { kind: "no-person"; name: string }
  | AccessRefusal;

/** The requests of a page. */
export const HISTORY_PAGE = 10;
/** Requests that are examined for one page; the next page continues there. */
const MAX_EXAMINED = 5_000;

/** Before every closed request. */
const OLDEST: ClosedCursor = { closedAt: 0, id: "0" };

/**
 * Lists closed requests that a person may read. A page is named by the request next to it, so requests that close in the
 * meantime move no page.
 */
export const makeHistory =
  (deps: InspectDeps) =>
  async (userId: string, filters: Filters, page: HistoryPage): Promise<HistoryResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { unread } = access;
    const { by, since = null, until = null } = filters;
    const voters = by === undefined ? null : await findVoters(deps.search, by, userId);
    if (by?.kind === "name" && voters?.length === 0)
      return access.reader.admin
        ? { kind: "no-person", name: by.name }
        : { kind: "history", items: [], direction: "older", newer: null, older: null, unread };
    const damaged = new Set<string>();
    const onDamaged: ClosedQuery["onDamaged"] = (row) =>
      void (isDamageShown(access.reader, row) && damaged.add(row.id));
    const find = (from: Pick<ClosedQuery, "before" | "after">) =>
      findPage(deps, access.reader, filters, { since, until, voters, onDamaged, ...from });
    const inspectAll = (requests: readonly ApprovalRequest[]) =>
      Promise.all(requests.map((request) => inspect(deps, request)));
    if (page?.direction === "newer") {
      const { found, reached, hasMore } = await find({ before: null, after: page.from });
      if (found.length === HISTORY_PAGE || reached !== null) {
        const items = await inspectAll(found.toReversed());
        const cursors = {
          newer: hasMore ? toCursor(found.at(-1)) : reached,
          older: toCursor(found[0]) ?? reached,
        };
        return { kind: "history", items, direction: "newer", ...cursors, damaged, unread };
      }
      // Fewer requests than a page are newer: the newest page has them all.
    }
    const before = page?.direction === "older" ? page.from : null;
    const { found, reached, hasMore } = await find({ before });
    const newer = before === null ? null : (toCursor(found[0]) ?? reached ?? OLDEST);
    const older = hasMore ? toCursor(found.at(-1)) : reached;
    return { kind: "history", items: await inspectAll(found), direction: "older", newer, older, damaged, unread };
  };

/** Finds the requests of one page. `reached`: the last examined one, if the search stopped at its limit. */
async function findPage(
  deps: InspectDeps,
  reader: Reader,
  filters: Filters,
  query: Omit<ClosedQuery, "limit">,
): Promise<{ found: ApprovalRequest[]; reached: ClosedCursor | null; hasMore: boolean }> {
  const found: ApprovalRequest[] = [];
  let examined = 0;
  let reached: ClosedCursor | null = null;
  for await (const batch of readClosed(deps.search.closed, query)) {
    found.push(...(await keepMeant(deps, filters, await keepReadable(deps, reader, batch))));
    examined += batch.length;
    if (found.length > HISTORY_PAGE) break;
    if (examined < MAX_EXAMINED) continue;
    reached = toCursor(batch.at(-1));
    break;
  }
  return { found: found.slice(0, HISTORY_PAGE), reached, hasMore: found.length > HISTORY_PAGE };
}

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
