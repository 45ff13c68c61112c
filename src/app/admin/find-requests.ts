import { type PastedId, parsePastedId } from "../../core/pasted-id.ts";
import type { Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { DamagedRequest, OnDamaged } from "../ports/request-search.ts";
import { type InspectDeps, keepReadable } from "./inspect.ts";

/** More requests with the same beginning of an id are not looked at. */
const MAX_FOUND = 100;
/** The waiting requests among which a runbook is searched. */
const MAX_EXAMINED = 5_000;

export interface FoundRequests {
  pasted: PastedId;
  /** Only requests that the person may read, newest first. They can belong to several executions. */
  requests: ApprovalRequest[];
  /** Those whose rows are damaged, for admins and the approvers of their routes: who started them is unreadable. */
  damaged: DamagedRequest[];
}

/** Finds the requests that a pasted text means, among those that the person may read. */
export async function findRequests(deps: InspectDeps, reader: Reader, text: string): Promise<FoundRequests> {
  const pasted = parsePastedId(text);
  const damaged: DamagedRequest[] = [];
  const onDamaged = (row: DamagedRequest) => {
    if (reader.admin || reader.routes.has(row.route ?? "")) damaged.push(row);
  };
  const requests = await keepReadable(deps, reader, await search(deps, pasted, onDamaged));
  if (requests.length + damaged.length > 0 || pasted.kind !== "prefix") return { pasted, requests, damaged };
  // A runbook can have a name that looks like an id.
  const runbook = { kind: "runbook", name: pasted.prefix } as const;
  return { pasted, requests: await keepReadable(deps, reader, await search(deps, runbook, onDamaged)), damaged };
}

async function search(deps: InspectDeps, pasted: PastedId, onDamaged: OnDamaged): Promise<ApprovalRequest[]> {
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
    case "runbook": {
      const name = pasted.name.toLowerCase();
      const waiting = await deps.search.waiting(MAX_EXAMINED);
      return waiting.filter(({ facts }) => facts.documentName.toLowerCase() === name);
    }
    default:
      throw new Error(`no search for ${pasted satisfies never}`);
  }
}
