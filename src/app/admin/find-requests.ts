import { type PastedId, parsePastedId } from "../../core/pasted-id.ts";
import type { Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { WaitingRequest } from "../../core/waiting-request.ts";
import type { DamagedRequest, OnDamaged } from "../ports/request-search.ts";
import { type InspectDeps, keepReadable } from "./inspect.ts";
import {
  isDamageShown,
  readSelected,
  readStillWaiting,
  searchWaiting,
  toUnexamined,
  type Unexamined,
} from "./search-waiting.ts";

/** More requests with the same beginning of an id are not looked at. */
const MAX_FOUND = 100;

/** More requests of a choice are only counted. */
export const MAX_CHOICE = 10;

export interface FoundRequests {
  pasted: PastedId;
  /** Only requests that the person may read, newest first. They can belong to several executions. */
  requests: ApprovalRequest[];
  /** All of them: if a runbook has waiting requests of several executions, `requests` has only the newest. */
  matches: readonly Pick<ApprovalRequest, "id" | "account" | "region" | "executionId">[];
  /** Those whose rows are damaged, for admins and the approvers of their routes: who started them is unreadable. */
  damaged: DamagedRequest[];
  /** With the name of a runbook: waiting requests that may be of this runbook too. */
  unexamined?: Unexamined | undefined;
}

/** Finds the requests that a pasted text means, among those that the person may read. */
export async function findRequests(deps: InspectDeps, reader: Reader, text: string): Promise<FoundRequests> {
  const pasted = parsePastedId(text);
  if (pasted.kind === "runbook") return { pasted, ...(await findByRunbook(deps, reader, pasted.name)) };
  const damaged: DamagedRequest[] = [];
  const onDamaged = (row: DamagedRequest) => {
    if (isDamageShown(reader, row)) damaged.push(row);
  };
  const requests = await keepReadable(deps, reader, await search(deps, pasted, onDamaged));
  if (requests.length + damaged.length > 0 || pasted.kind !== "prefix")
    return { pasted, requests, matches: requests, damaged };
  // A runbook can have a name that looks like an id.
  return { pasted, ...(await findByRunbook(deps, reader, pasted.prefix)) };
}

/** Finds the waiting requests of a runbook. The runbook of a damaged one is unknown. */
async function findByRunbook(deps: InspectDeps, reader: Reader, name: string): Promise<Omit<FoundRequests, "pasted">> {
  const waiting = await searchWaiting(deps.search);
  const found = waiting.requests.filter(({ facts }) => facts.documentName.toLowerCase() === name.toLowerCase());
  const readable = (await keepReadable(deps, reader, found)).toSorted(
    (a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1),
  );
  const select = (left: readonly WaitingRequest[]) => ({
    requests: countExecutions(left) === 1 ? left : left.slice(0, MAX_CHOICE),
  });
  const { items, left } = await readSelected(readable, select, (waits) => readStillWaiting(deps.requests, waits));
  return { requests: items, matches: left, damaged: [], unexamined: toUnexamined(reader, waiting) };
}

/** Counts the executions to which the requests belong. */
export const countExecutions = (requests: FoundRequests["matches"]): number =>
  new Set(requests.map(({ account, region, executionId }) => `${account} ${region} ${executionId}`)).size;

async function search(
  deps: InspectDeps,
  pasted: Exclude<PastedId, { kind: "runbook" }>,
  onDamaged: OnDamaged,
): Promise<ApprovalRequest[]> {
  switch (pasted.kind) {
    case "id":
      return deps.requests.find(pasted.id, onDamaged);
    case "prefix":
      return deps.search.startingWith(pasted.prefix, MAX_FOUND, onDamaged);
    case "message": {
      const { channelId, ts, threadTs } = pasted;
      const posted = await deps.search.ofMessage(channelId, ts, onDamaged);
      const request =
        posted ?? (threadTs === null ? null : await deps.search.ofMessage(channelId, threadTs, onDamaged));
      return request === null ? [] : [request];
    }
    default:
      throw new Error(`no search for ${pasted satisfies never}`);
  }
}
