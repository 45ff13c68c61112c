import type { Denial } from "../../core/denial.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { findRoute } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { ClickContext, GatherDeps } from "./gather-facts.ts";

type Overridable = Extract<Denial, { kind: "not-approver" | "self-approval" | "requester-unknown" }>;

/** Tells whether break-glass overrides a reason. It does not override the step's Approvers: AWS compares them. */
const isOverridable = (denial: Denial): denial is Overridable =>
  denial.kind === "not-approver" || denial.kind === "self-approval" || denial.kind === "requester-unknown";

/** Adds to a denial that the person can break glass, if they are an admin and it would help. Only for the text of the denial. */
export async function addBreakGlassHint(
  { directory, admins, routes }: Pick<GatherDeps, "directory" | "admins" | "routes">,
  denial: Denial,
  { userId, authority }: Pick<ClickContext, "userId" | "authority">,
  request: ApprovalRequest,
): Promise<Denial> {
  const isOpen = request.state === "open" && findObstacle(request.facts, findRoute(routes, request.route)) === null;
  if (authority !== "approver" || !isOpen || !isOverridable(denial)) return denial;
  const found = await directory.isAmong(admins, userId, "show");
  return found.kind === "member" ? { ...denial, admin: true } : denial;
}
