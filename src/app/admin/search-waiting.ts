import type { Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { WaitingRequest } from "../../core/waiting-request.ts";
import type { DamagedRequest, RequestSearch } from "../ports/request-search.ts";
import type { RequestStore } from "../ports/store.ts";

/** The waiting requests that one answer examines, those with the earliest deadline first. */
export const MAX_WAITING = 5_000;

/** The waiting requests as one read returns them. `isCut`: there are more than an answer examines. */
export interface SearchedWaiting {
  requests: readonly WaitingRequest[];
  damaged: readonly DamagedRequest[];
  isCut: boolean;
}

/** Waiting requests that an answer did not examine. `damaged`: the ids of those whose rows are damaged. */
export interface Unexamined {
  damaged: ReadonlySet<string>;
  isCut: boolean;
}

/** Reads the waiting requests for an answer. */
export async function searchWaiting(search: Pick<RequestSearch, "waiting">): Promise<SearchedWaiting> {
  const damaged: DamagedRequest[] = [];
  const found = await search.waiting(MAX_WAITING + 1, (row) => damaged.push(row));
  const isCut = found.length + damaged.length > MAX_WAITING;
  return { requests: found.slice(0, MAX_WAITING), damaged, isCut };
}

/** Reads a waiting request whole; null if it no longer waits, or its row is damaged since the search. */
export async function readStillWaiting(
  requests: Pick<RequestStore, "byId">,
  { id }: WaitingRequest,
): Promise<ApprovalRequest | null> {
  const request = await requests.byId(id, () => undefined);
  return request?.state === "closed" ? null : request;
}

/**
 * Reads the requests that `select` returns. If some no longer wait, selects again without them, because others move up. `left`:
 * the requests without those.
 */
export async function readSelected<Selection extends { requests: readonly WaitingRequest[] }, Item>(
  requests: readonly WaitingRequest[],
  select: (left: readonly WaitingRequest[]) => Selection,
  read: (request: WaitingRequest) => Promise<Item | null>,
): Promise<{ items: Item[]; selected: Selection; left: readonly WaitingRequest[] }> {
  for (let left = requests; ; ) {
    const selected = select(left);
    const whole = await Promise.all(selected.requests.map(read));
    const items = whole.filter((item) => item !== null);
    if (items.length === whole.length) return { items, selected, left };
    const gone = new Set(selected.requests.filter((_, place) => whole[place] === null));
    left = left.filter((request) => !gone.has(request));
  }
}

/** Tells whether a person may know of a request with a damaged row: nobody can read who started it. */
export const isDamageShown = (reader: Reader, { route }: Pick<DamagedRequest, "route">): boolean =>
  reader.admin || reader.routes.has(route ?? "");

/** Returns the waiting requests that an answer for this person did not examine. */
export const toUnexamined = (
  reader: Reader,
  { damaged, isCut }: Pick<SearchedWaiting, "damaged" | "isCut">,
): Unexamined => ({
  damaged: new Set(damaged.filter((row) => isDamageShown(reader, row)).map(({ id }) => id)),
  isCut: isCut && reader.person.accountStatus === "member",
});
