import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "./execution.ts";
import { deadline } from "./request.ts";
import type { WaitingRequest } from "./waiting-request.ts";

/** A place in the list of waiting requests: that of this request, also after it is closed. */
export interface WaitingCursor {
  deadline: number;
  id: string;
}

/** A page begins after this request, or ends before it. */
export interface WaitingPage {
  direction: "after" | "before";
  from: WaitingCursor;
}

/** The facts that give a request its place. */
type Listed = Pick<WaitingRequest, "id" | "openedAt"> & { facts: Parameters<typeof deadline>[0] };

/** Returns the time by which waiting requests are listed, the earliest first. Without a start of the step, it is presumed. */
export function listedDeadline({ facts, openedAt }: Omit<Listed, "id">): number {
  return deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at ?? openedAt + DEFAULT_APPROVE_TIMEOUT_SECONDS * 1000;
}

export const toWaitingCursor = (request: Listed): WaitingCursor => ({
  deadline: listedDeadline(request),
  id: request.id,
});

/** Writes a page as text, for a button or a row. */
export function formatWaitingPage(direction: WaitingPage["direction"], request: Listed): string {
  const { deadline, id } = toWaitingCursor(request);
  return `${direction}:${deadline}:${id}`;
}

/** Parses such a text; null for the first page, and for a text that is none. */
export function parseWaitingPage(page: string | null): WaitingPage | null {
  const [, direction, deadline, id = ""] = /^(after|before):(\d{1,15}):(\S{1,60})$/.exec(page ?? "") ?? [];
  if (direction !== "after" && direction !== "before") return null;
  return { direction, from: { deadline: Number(deadline), id } };
}

/**
 * Selects one page of a list in its order. Requests that are closed meanwhile move no page: a page after the end is the last
 * page, and a page that would begin before the start is the first. `offset`: the number of requests before the page.
 */
export function selectWaitingPage<Request extends Listed>(
  requests: readonly Request[],
  page: WaitingPage | null,
  limit: number,
): { requests: Request[]; offset: number; direction: WaitingPage["direction"] } {
  const { length } = requests;
  const after = (offset: number) =>
    ({ requests: requests.slice(offset, offset + limit), offset, direction: "after" }) as const;
  if (page === null) return after(0);
  const place = findPlace(requests, page.from);
  const isListed = requests[place]?.id === page.from.id;
  const start = page.direction === "after" ? place + (isListed ? 1 : 0) : place - limit;
  if (page.direction === "after" && start < length) return after(start);
  if (start <= 0 || length <= limit) return after(0);
  const offset = Math.min(start, length - limit);
  return { requests: requests.slice(offset, offset + limit), offset, direction: "before" };
}

/** Returns the index of the request, or of the first one behind its place. */
function findPlace(requests: readonly Listed[], from: WaitingCursor): number {
  const own = requests.findIndex(({ id }) => id === from.id);
  if (own >= 0) return own;
  const next = requests.findIndex((request) => {
    const { deadline: at, id } = toWaitingCursor(request);
    return at > from.deadline || (at === from.deadline && id > from.id);
  });
  return next < 0 ? requests.length : next;
}
