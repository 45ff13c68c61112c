import type { ObservedExecution } from "../../core/execution.ts";
import { makeMask } from "../../core/mask.ts";
import { maskExecution } from "../../core/mask-execution.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { inTurns } from "../../core/slices.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";

/** How long a read serves everyone who asks for the same version of a request. */
const CACHE_TTL_MS = 3_000;
const MAX_CACHED = 50;

export type MaskedReading = { kind: "read"; execution: ObservedExecution } | { kind: "not-found" } | AwsFailure;

export type ReadMasked = (
  automation: Automation,
  request: Pick<ApprovalRequest, "executionId" | "id" | "version">,
  abort: AbortSignal,
) => Promise<MaskedReading>;

/**
 * Makes the read of an execution for people, masked. Each entry is one read with its mask, computed once:
 *
 *   reading  everyone who asks waits for the same read
 *   read     served until it is three seconds old, or the request has changed
 *   failed   dropped at once
 */
export function makeReadMasked({ mask, clock }: { mask: readonly string[]; clock: Clock }): ReadMasked {
  const cache = new Map<string, { until: number; reading: Promise<MaskedReading> }>();
  return (automation, request, abort) => {
    const key = `${automation.target.key} ${request.executionId} ${request.id} ${request.version}`;
    const now = clock.now();
    for (const [other, { until }] of cache) if (until <= now || cache.size > MAX_CACHED) cache.delete(other);
    const cached = cache.get(key);
    if (cached !== undefined) return cached.reading;
    const reading = read(automation, request.executionId, { mask, clock }, abort);
    const entry = { until: now + CACHE_TTL_MS, reading };
    cache.set(key, entry);
    const forget = () => void (cache.get(key) === entry && cache.delete(key));
    reading.then((found) => found.kind === "failed" && forget(), forget);
    return reading;
  };
}

async function read(
  automation: Automation,
  executionId: string,
  { mask: globs, clock }: { mask: readonly string[]; clock: Clock },
  abort: AbortSignal,
): Promise<MaskedReading> {
  const reading = await automation.read(executionId, abort, "people");
  if (reading.kind !== "read") return reading;
  const execution = await automation.withParents(reading.execution, abort, "people");
  const { unread } = execution.parents ?? { unread: null };
  // The secrets of the parents are not known yet.
  if (unread?.retry) return { kind: "failed", ...unread };
  const declared = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const allowed = declared.kind === "read" ? Object.values(declared.allowedValues).flat() : [];
  const mask = makeMask(globs, execution, allowed);
  const masked = mask.inSlices(() => maskExecution(execution, mask));
  return { kind: "read", execution: await inTurns(masked, clock.turn) };
}
