import { type PastedId, parsePastedId } from "../../core/pasted-id.ts";
import type { Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { type InspectDeps, keepReadable } from "./inspect.ts";

/** More requests with the same beginning of an id are not looked at. */
const MAX_FOUND = 100;
/** The waiting requests among which a runbook is searched. */
const MAX_EXAMINED = 5_000;

export interface FoundRequests {
  pasted: PastedId;
  /** Only requests that the person may read, newest first. They can belong to several executions. */
  requests: ApprovalRequest[];
}

/** Finds the requests that a pasted text means, among those that the person may read. */
export async function findRequests(deps: InspectDeps, reader: Reader, text: string): Promise<FoundRequests> {
  const pasted = parsePastedId(text);
  const requests = await keepReadable(deps, reader, await search(deps, pasted));
  if (requests.length > 0 || pasted.kind !== "prefix") return { pasted, requests };
  // A runbook can have a name that looks like an id.
  const runbook = { kind: "runbook", name: pasted.prefix } as const;
  return { pasted, requests: await keepReadable(deps, reader, await search(deps, runbook)) };
}

async function search(deps: InspectDeps, pasted: PastedId): Promise<ApprovalRequest[]> {
  switch (pasted.kind) {
    case "id":
      return deps.requests.find(pasted.id);
    case "prefix":
      return deps.search.startingWith(pasted.prefix, MAX_FOUND);
    case "message": {
      const { channelId, ts, threadTs } = pasted;
      const posted = await deps.search.ofMessage(channelId, ts);
      const request = posted ?? (threadTs === null ? null : await deps.search.ofMessage(channelId, threadTs));
      return request === null ? [] : [request];
    }
    case "runbook": {
      const name = pasted.name.toLowerCase();
      const waiting = await deps.search.waiting(MAX_EXAMINED);
      return waiting.filter(({ facts }) => facts.documentName.toLowerCase() === name);
    }
    default:
      throw new Error(`no search for ${pasted satisfies never}`);
  }
}
