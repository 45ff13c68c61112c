import { LRUCache } from "lru-cache";
import type { Automation } from "../app/ports/aws.ts";
import type { ProbeStop } from "./signal-sender.ts";

/** How long a result is used. Every probe is a failed call in CloudTrail. */
const CACHE_TTL_MS = 10 * 60_000;

/** Makes the reader of the permission to stop executions. A failure names the time since when every probe failed. */
export function makeCanStop(probe: ProbeStop, now: () => number): Automation["canStop"] {
  const cache = new LRUCache<"allowed", { allowed: boolean }>({
    max: 1,
    perf: { now },
    ttlResolution: 0,
    ttl: CACHE_TTL_MS - 1,
  });
  let failingSince: number | null = null;
  return async (abort) => {
    const cached = cache.get("allowed");
    if (cached !== undefined) return { kind: "read", ...cached };
    const found = await probe(abort);
    if (found.kind === "failed") {
      failingSince ??= now();
      return { ...found, since: failingSince };
    }
    failingSince = null;
    cache.set("allowed", { allowed: found.allowed });
    return found;
  };
}
