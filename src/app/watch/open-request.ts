import { requestContext } from "../../core/audit.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { toRequestFacts } from "../../core/facts.ts";
import type { Mask } from "../../core/mask.ts";
import { matchRoute, type Route } from "../../core/policy.ts";
import type { Change } from "../../core/reconcile.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { Automation, Clock, Log, Target } from "../ports/aws.ts";
import type { GuardedStore } from "../ports/store.ts";

export interface OpenRequestDeps {
  requests: GuardedStore["requests"];
  routes: readonly Route[];
  clock: Clock;
  newId: () => string;
  log: Log;
}

type OpenChange = Extract<Change, { kind: "open" }>;

/** Opens the request of a waiting step, with its route, its messages and its audit record. */
export async function openRequest(
  deps: OpenRequestDeps,
  automation: Automation,
  execution: ObservedExecution,
  mask: Mask,
  change: OpenChange,
  abort: AbortSignal,
): Promise<void> {
  const { target } = automation;
  const defaults = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const route = findRouteFor(deps.routes, target, execution, change);
  const request: ApprovalRequest = {
    ...UNDECIDED,
    id: deps.newId(),
    target: target.key,
    account: target.account,
    region: target.region,
    executionId: execution.executionId,
    stepExecutionId: change.stepExecutionId,
    facts: toRequestFacts(execution, change.step, change, mask, defaults),
    route: route?.name ?? null,
    openedAt: deps.clock.now(),
    executionStatus: execution.status,
  };
  const recipientLookup = route === null ? "no-route" : route.dm ? "direct-messages" : null;
  const outcome = await deps.requests.open({
    request,
    channels: route?.channels ?? [],
    audit: {
      requestId: request.id,
      kind: "requested",
      at: request.openedAt,
      actor: execution.executedBy ?? "unknown",
      detail: requestContext(request),
    },
    ...(recipientLookup === null ? {} : { recipientLookup }),
  });
  const fields = { requestId: request.id, ...requestContext(request) };
  if (outcome !== "opened")
    deps.log.debug({ event: "request.open-lost", ...fields, outcome }, "another replica has opened the request");
  else if (route === null)
    deps.log.warn(
      { event: "request.unrouted", ...fields },
      "request opened without a route: it cannot be decided in Slack",
    );
  else deps.log.info({ event: "request.opened", ...fields }, "request opened");
}

function findRouteFor(
  routes: readonly Route[],
  target: Target,
  execution: ObservedExecution,
  change: OpenChange,
): Route | null {
  return matchRoute(routes, {
    document: execution.documentName,
    target: target.name,
    account: target.account,
    region: target.region,
    step: change.step.name,
    startedBy: execution.executedBy ?? "",
    parameters: execution.parameters,
  });
}

/** The fields of a request before its first vote. */
const UNDECIDED = {
  version: 1,
  state: "open",
  decision: null,
  decidedAt: null,
  signal: "none",
  signalNextAt: null,
  awsApprovals: null,
  awsDecidedBy: [],
  outcome: null,
  closedAt: null,
  executionEndedAt: null,
  executionFailure: null,
} satisfies Partial<ApprovalRequest>;
