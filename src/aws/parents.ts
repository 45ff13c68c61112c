import { LRUCache } from "lru-cache";
import type { Automation, FailedSince, ReadPriority } from "../app/ports/aws.ts";
import type { ObservedExecution } from "../core/execution.ts";
import { boundedTo } from "./bounded.ts";

/** The executions above one that are read. */
const MAX_LEVELS = 5;
/** How soon a parent is read again after a failure that a retry can end, and after another one. */
const FAILURE_TTL_MS = 5_000;
const PERMANENT_TTL_MS = 10 * 60_000;
/** How long "not found" may be a mistake of AWS. A parent in another account or Region is never found. */
const NOT_FOUND_FOR_MS = 15_000;
/** Parents that are cached, for each target. */
const MAX_CACHED = 200;

type Result = { kind: "read"; execution: ObservedExecution } | FailedSince;

/**
 * Makes the reader of the executions that started another one, by GetAutomationExecution. A parent is read once for each
 * child, after the child started: what the parent passed to it is then in the parent's parameters and outputs.
 */
export function makeWithParents(read: Automation["read"], now: () => number): Automation["withParents"] {
  const options = { ...boundedTo(MAX_CACHED), perf: { now } };
  // With a resolution above 0, lru-cache remembers the time and forgets it with a timer of the machine.
  const cache = new LRUCache<string, Result>({ ...options, ttlResolution: 0 });
  const failingSince = new LRUCache<string, number>(options);

  const readParent = async (parentId: string, childId: string, abort: AbortSignal, priority: ReadPriority) => {
    const key = `${parentId} ${childId}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const reading = await read(parentId, abort, priority);
    if (reading.kind === "read") failingSince.delete(key);
    else if (!failingSince.has(key)) failingSince.set(key, now());
    const result = reading.kind === "read" ? reading : toFailure(reading, failingSince.get(key) ?? now(), now());
    const ttl = result.kind === "read" ? 0 : result.retry ? FAILURE_TTL_MS : PERMANENT_TTL_MS;
    // lru-cache counts an age equal to `ttl` as fresh, and times are whole milliseconds. Without a ttl, an entry stays.
    if (!abort.aborted) cache.set(key, result, { ttl: Math.max(0, ttl - 1) });
    return result;
  };

  return async (execution, abort, priority = "routine") => {
    if (execution.parentExecutionId === null) return execution;
    const executions: ObservedExecution[] = [];
    const upTo = (unread: FailedSince | null) => ({
      ...execution,
      ...nameTargetParameter(execution, executions[0]),
      parents: { executions, unread },
    });
    for (let child = execution; child.parentExecutionId !== null; ) {
      if (executions.length >= MAX_LEVELS) return upTo({ ...TOO_MANY_LEVELS, since: now() });
      const result = await readParent(child.parentExecutionId, child.executionId, abort, priority);
      if (result.kind === "failed") return upTo(result);
      executions.push(result.execution);
      child = result.execution;
    }
    return upTo(null);
  };
}

/** Returns the target of rate control with its parameter, which AWS may show only on the parent. */
function nameTargetParameter({ rateControl }: ObservedExecution, parent: ObservedExecution | undefined) {
  if (rateControl === undefined) return {};
  return { rateControl: { ...rateControl, parameter: rateControl.parameter ?? parent?.targetParameter ?? null } };
}

const TOO_MANY_LEVELS = {
  kind: "failed",
  code: "TooManyLevels",
  message: `more than ${MAX_LEVELS} executions started one another`,
  retry: false,
} as const;

function toFailure(
  reading: Exclude<Awaited<ReturnType<Automation["read"]>>, { kind: "read" }>,
  since: number,
  now: number,
): FailedSince {
  if (reading.kind === "failed") return { ...reading, since };
  const message = "AWS does not know the execution in this account and Region";
  return { kind: "failed", code: "ExecutionNotFound", message, retry: now - since < NOT_FOUND_FOR_MS, since };
}
