import { findObstacle } from "../../core/obstacle.ts";
import { findRoute, type Route } from "../../core/policy.ts";
import type { ApprovalRequest, RequestFacts } from "../../core/request.ts";
import type { OnceNotice } from "../ports/delivery-store.ts";

/**
 * Returns the notice to admins that AWS would refuse the decisions of a request, once for each runbook and signer; null if
 * AWS may accept them. `before`: the facts until now, of a request that is already open.
 */
export function notListedNotice(
  { account, region, route, facts }: Pick<ApprovalRequest, "account" | "region" | "route" | "facts">,
  routes: readonly Route[],
  before: RequestFacts | null = null,
): OnceNotice | null {
  const isUndecidable = (each: RequestFacts) => findObstacle(each, findRoute(routes, route)) === "unlisted";
  if (!isUndecidable(facts) || (before !== null && isUndecidable(before))) return null;
  const once = JSON.stringify(["not-listed", account, region, facts.documentName, facts.signer?.arn]);
  return { kind: "not-listed", once };
}
