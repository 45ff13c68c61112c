import { targetName } from "../../core/describe-step.ts";
import { nameMatches } from "../../core/name-filter.ts";
import type { LookupFailure } from "../../core/person.ts";
import { findRoute } from "../../core/policy.ts";
import type { Reader } from "../../core/read-access.ts";
import { askedAt } from "../../core/request.ts";
import { findRequester } from "../../core/requester.ts";
import type { Filters } from "../../core/slash-command.ts";
import { isWaitingFor } from "../../core/waiting-for.ts";
import { selectWaitingPage, type WaitingPage } from "../../core/waiting-order.ts";
import type { WaitingRequest } from "../../core/waiting-request.ts";
import type { Clock } from "../ports/aws.ts";
import {
  findReader,
  type InspectDeps,
  type InspectedRequest,
  inspect,
  keepReadable,
  toFailure,
  type UnreadLists,
} from "./inspect.ts";
import {
  readSelected,
  readStillWaiting,
  type SearchedWaiting,
  searchWaiting,
  toUnexamined,
  type Unexamined,
} from "./search-waiting.ts";

export type PendingResult =
  | {
      kind: "pending";
      /** One page, those with the earliest deadline first. `total` counts all pages, `offset` the requests before this one. */
      items: InspectedRequest[];
      total: number;
      offset: number;
      /** From where the page was read: if not all items fit, those at the other end are left out. */
      direction: WaitingPage["direction"];
      /** With `mine`: the waiting requests with the person's vote. */
      voted: OwnVotes;
      admin: boolean;
      unread: UnreadLists;
      unexamined: Unexamined;
    }
  /** `isMember`: the person is a full member, without a right to read any waiting request. */
  | { kind: "refused"; isMember: boolean; unexamined: Unexamined }
  | LookupFailure;

/** The first waiting requests with the vote of a person, those with the earliest deadline first; `total` counts all of them. */
export interface OwnVotes {
  items: InspectedRequest[];
  total: number;
}

export interface PendingQuery {
  filters?: Filters;
  /** Only requests that wait for the vote of the person. */
  mine?: boolean;
  page?: WaitingPage | null;
  limit?: number;
}

/** The requests of a page. */
export const WAITING_PAGE = 10;
/** More votes on waiting requests are counted. */
const MAX_VOTED = 4;

/** The waiting requests, as the answers for several people can share them. */
export interface WaitingRequests extends SearchedWaiting {
  /** Reads everything that a list shows about one of them, once; null if it no longer waits, or its row is damaged since. */
  inspect: (request: WaitingRequest) => Promise<InspectedRequest | null>;
}

/** Reads the waiting requests. */
export async function readWaiting(deps: InspectDeps): Promise<WaitingRequests> {
  const waiting = await searchWaiting(deps.search);
  const inspected = new Map<string, Promise<InspectedRequest | null>>();
  return {
    ...waiting,
    inspect(waits) {
      const { id } = waits;
      const found = inspected.get(id) ?? inspectWaiting(deps, waits);
      inspected.set(id, found);
      // After a failure, the next list reads again.
      found.catch(() => inspected.delete(id));
      return found;
    },
  };
}

async function inspectWaiting(deps: InspectDeps, waits: WaitingRequest): Promise<InspectedRequest | null> {
  const request = await readStillWaiting(deps.requests, waits);
  return request === null ? null : inspect(deps, request);
}

/** Lists the waiting requests that a person may read, by the rule in core/read-access.ts. Refuses a person without any. */
export const makePending =
  (deps: InspectDeps & { clock: Pick<Clock, "now"> }) =>
  async (
    userId: string,
    { filters = {}, mine = false, page = null, limit = WAITING_PAGE }: PendingQuery = {},
    read = () => readWaiting(deps),
  ): Promise<PendingResult> => {
    const access = await findReader(deps, userId, { routesOfAdmins: mine });
    if (access.kind === "unknown") return access;
    const { reader, unread } = access;
    const waiting = await read();
    const theirs = await keepReadable(deps, reader, waiting.requests);
    const unexamined = toUnexamined(reader, waiting);
    const isMember = reader.person.accountStatus === "member";
    if (theirs.length === 0 && !reader.admin && reader.routes.size === 0)
      return toFailure(unread) ?? { kind: "refused", isMember, unexamined };
    const now = deps.clock.now();
    const meant = theirs.filter((request) => isMeant(filters, request, now));
    const { found, voted } = mine ? await keepOwn(deps, reader, meant) : { found: meant, voted: [] };
    // The votes of shared reads can be older than those by which the requests were found.
    const inspectFound = async (request: WaitingRequest) => {
      const item = await waiting.inspect(request);
      return item === null || (mine && !isWaitingFor(reader, item, false)) ? null : item;
    };
    const shown = await readSelected(found, (left) => selectWaitingPage(left, page, limit), inspectFound);
    const own = await readSelected(voted, (left) => ({ requests: left.slice(0, MAX_VOTED) }), waiting.inspect);
    const { offset, direction } = shown.selected;
    return {
      kind: "pending",
      items: shown.items,
      ...{ total: shown.left.length, offset, direction },
      voted: { items: own.items, total: own.left.length },
      ...{ admin: reader.admin, unread, unexamined },
    };
  };

function isMeant(filters: Filters, request: WaitingRequest, now: number): boolean {
  const { account, region, document, route, target, older } = filters;
  return (
    (account === undefined || request.account === account) &&
    nameMatches(region, request.region) &&
    nameMatches(document, request.facts.documentName) &&
    nameMatches(route, request.route) &&
    (nameMatches(target, targetName(request)) || nameMatches(target, request.target)) &&
    (older === undefined || now - askedAt(request) >= older)
  );
}

/** Keeps the requests that wait for the vote of the person, and those that have it. */
async function keepOwn(
  { search, identities, routes }: InspectDeps,
  reader: Reader,
  requests: readonly WaitingRequest[],
): Promise<{ found: WaitingRequest[]; voted: WaitingRequest[] }> {
  const ids = requests.map(({ id }) => id);
  const voted = await search.votedOn(reader.person.id, ids);
  const found = requests.filter((request) => {
    const requester = findRequester(request, identities);
    const subject = { request, route: findRoute(routes, request.route), requester };
    return isWaitingFor(reader, subject, voted.has(request.id));
  });
  return { found, voted: requests.filter(({ id }) => voted.has(id)) };
}
