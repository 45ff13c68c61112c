import type { Route } from "./policy.ts";
import type { ApprovalRequest } from "./request.ts";

/** Returns the warnings of the configuration about a request: that of its target, then that of its route. */
export function findWarnings({ request, route }: { request: ApprovalRequest; route: Route | null }): string[] {
  const all = [request.facts.targetWarning, route?.warning].filter((each) => each !== undefined);
  return [...new Set(all)];
}
