import type { AuditDetails } from "../../core/audit-records.ts";
import { backoffMs } from "../../core/backoff.ts";
import { type LookupFailure, type Person, UNANSWERED_RETRY_MS } from "../../core/person.ts";
import { type ApprovalRequest, isLookupOver } from "../../core/request.ts";
import { type AddressOwner, type Identities, type PendingLookup, pendingLookups } from "../../core/requester.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { Directory } from "../ports/slack.ts";
import type { RequesterLookup, RequesterLookupStore, RequestStore } from "../ports/store.ts";

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;
/** Attempts to store the results while other processes change the same request. */
const MAX_RACES = 20;

export interface LookUpRequesterDeps {
  requests: Pick<RequestStore, "byId" | "advance">;
  directory: Pick<Directory, "byEmail" | "person">;
  identities: Identities;
  clock: Clock;
}

/**
 * Makes the use case that stores which Slack account has the address of each requester, and whether the account of each listed
 * requester is active. The first answer of Slack is final: later changes of an account do not change who started the execution.
 * A lookup that is done already changes nothing. A failure has `retryAfterMs` unless an admin must fix its cause: approvals
 * wait for the requester.
 */
export const makeLookUpRequester =
  ({ requests, directory, identities, clock }: LookUpRequesterDeps) =>
  async (requestId: string): Promise<{ kind: "done" } | LookupFailure> => {
    for (let race = 0; race < MAX_RACES; race++) {
      const request = await requests.byId(requestId);
      const [lookup] = request === null ? [] : pendingLookups(request, identities);
      if (request === null || lookup === undefined) return { kind: "done" };
      const result = await look(directory, request, lookup);
      if (result.kind === "unknown") return result;
      const { patch, detail } = result;
      const isStored = await requests.advance({
        requestId,
        expectedVersion: request.version,
        patch,
        audit: [{ requestId, kind: "identified", at: clock.now(), actor: "countersign", detail }],
      });
      if (isStored && pendingLookups({ ...request, ...patch }, identities).length === 0) return { kind: "done" };
    }
    return { kind: "unknown", error: "the request changed during every lookup", retryAfterMs: RETRY_BASE_MS };
  };

interface Found {
  kind: "found";
  patch: Pick<ApprovalRequest, "addressOwners" | "listedAccounts">;
  detail: AuditDetails["identified"];
}

/** Asks Slack, and returns what the request stores. */
async function look(
  directory: LookUpRequesterDeps["directory"],
  { addressOwners, listedAccounts }: ApprovalRequest,
  lookup: PendingLookup,
): Promise<Found | LookupFailure> {
  if ("email" in lookup) {
    const { email } = lookup;
    const found = await directory.byEmail(email);
    if (found.kind === "unknown") return found;
    const owner = toAddressOwner(found.kind === "person" ? found.person : null);
    const userId = owner.kind === "person" ? owner.userId : null;
    const patch = { listedAccounts, addressOwners: { ...addressOwners, [email]: owner } };
    return { kind: "found", patch, detail: { email, listed: null, userId } };
  }
  const { userId } = lookup;
  const found = await directory.person(userId, "show", true);
  if (found.kind === "unknown" && found.permanent !== true)
    return found.transient === true ? { retryAfterMs: UNANSWERED_RETRY_MS, ...found } : found;
  const status = found.kind === "unknown" ? "deactivated" : found.person.accountStatus;
  const isActive = status !== "deactivated" && status !== "bot";
  const patch = {
    addressOwners,
    listedAccounts: { ...listedAccounts, [userId]: isActive ? ("active" as const) : ("inactive" as const) },
  };
  return { kind: "found", patch, detail: { email: null, listed: userId, userId: isActive ? userId : null } };
}

/** Deactivated accounts, bots and people of other organizations identify no one: the requester is somebody of the workspace. */
function toAddressOwner(owner: Person | null): AddressOwner {
  const isActive = owner?.accountStatus === "member" || owner?.accountStatus === "guest";
  return owner !== null && isActive ? { kind: "person", userId: owner.id } : { kind: "nobody" };
}

/**
 * Makes the same use case for the worker: it schedules the next attempt after a failure. After the request has closed, the result
 * tells the requester the decision and the end, for some time.
 */
export const makeRetryRequesterLookup = (deps: {
  requests: Pick<RequestStore, "byId">;
  lookUp: ReturnType<typeof makeLookUpRequester>;
  requesterLookups: RequesterLookupStore;
  clock: Clock;
  random: () => number;
  log: Log;
}) => {
  const { requests, lookUp, requesterLookups, clock, random, log } = deps;
  return async ({ requestId, attempts }: RequesterLookup): Promise<void> => {
    const result = await lookUp(requestId);
    if (result.kind === "done") return log.debug({ event: "requester-lookup.done", requestId }, "requester looked up");
    const { error } = result;
    const request = await requests.byId(requestId);
    if (request === null || isLookupOver(request, clock.now())) {
      log.warn(
        { event: "requester-lookup.done", requestId, error },
        "requester not looked up: the request closed long ago",
      );
      return requesterLookups.end(requestId);
    }
    const level = result.retryAfterMs === undefined || result.transient === true ? "warn" : "debug";
    const wait = Math.max(result.retryAfterMs ?? 0, backoffMs(attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, random()));
    log[level](
      { event: "requester-lookup.postponed", requestId, error },
      "cannot look up the requester; approvals and messages to the requester wait for the next attempt",
    );
    await requesterLookups.recordFailed(requestId, error, clock.now() + wait);
  };
};
