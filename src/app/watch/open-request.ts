import {
  type AuditContext,
  type AuditContextFor,
  type AuditEntry,
  requestContext,
  toShownFacts,
} from "../../core/audit-records.ts";
import { consoleUrl } from "../../core/console-url.ts";
import { findDescriptions } from "../../core/descriptions.ts";
import { findEvidence } from "../../core/evidence.ts";
import { type ObservedExecution, PAUSE_ACTION } from "../../core/execution.ts";
import { toRequestFacts, toRouteSubject } from "../../core/facts.ts";
import type { Mask } from "../../core/mask.ts";
import { type Route, usesTags } from "../../core/policy.ts";
import type { Change } from "../../core/reconcile.ts";
import { nextReminderAt, toReminderTimes } from "../../core/reminders.ts";
import type { ApprovalRequest, RequestFacts, RequestSigner } from "../../core/request.ts";
import { type Identities, initialAccounts, initialOwners } from "../../core/requester.ts";
import type { TestedCondition } from "../../core/route-conditions.ts";
import { findDoubts, type RouteSelection, selectRoute } from "../../core/select-route.ts";
import { inTurns } from "../../core/slices.ts";
import type { Uncovered } from "../../core/uncovered.ts";
import type { Automation, Clock, DeclaredParameters, FailedSince, Log, Target } from "../ports/aws.ts";
import type { GuardedStore } from "../ports/store.ts";
import type { IgnoredPauses } from "./ignored-pauses.ts";
import { notListedNotice } from "./not-listed-notice.ts";
import type { PostponedTags } from "./postponed-tags.ts";

export interface OpenRequestDeps {
  requests: GuardedStore["requests"];
  routes: readonly Route[];
  identities: Identities;
  auditContext: AuditContextFor;
  clock: Clock;
  newId: () => string;
  log: Log;
  ignored: IgnoredPauses;
  tags: PostponedTags;
  /** Counts a request that opened without a route. */
  countUncovered: (reason: Uncovered["reason"]) => void;
}

/**
 * How long the defaults of a runbook, the tags or the permission to stop are read again. Then a request that depends on
 * them opens: without a route, or without Stop.
 */
const DEFAULTS_TIMEOUT_MS = 2 * 60_000;

type OpenChange = Extract<Change, { kind: "open" }>;

/**
 * Opens the request of a waiting step, with its route, its messages and its audit record. `postponed`: the route depends on
 * the runbook's defaults or on the tags, or a pause on the permission to stop, which AWS may return in a moment. `ignored`:
 * no route covers the pause.
 */
export async function openRequest(
  deps: OpenRequestDeps,
  automation: Automation,
  execution: ObservedExecution,
  mask: Mask,
  change: OpenChange,
  abort: AbortSignal,
): Promise<"opened" | "postponed" | "ignored"> {
  const { target } = automation;
  const declared = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const defaults = declared.kind === "read" ? declared.defaults : null;
  const tagged = usesTags(deps.routes)
    ? await deps.tags.read(automation, execution.executionId, change.step, abort)
    : null;
  const tags = tagged?.kind === "read" ? tagged.tags : null;
  const subject = toRouteSubject(target, execution, change.step, defaults, tags);
  const selection = selectRoute(deps.routes, subject);
  const doubts = selection.kind === "route" ? [] : findDoubts(deps.routes, subject);
  const failures = doubts.map((each) => findFailure(each, declared, tagged));
  const passing = failures.find((each) => each !== null && mayRecover(each, change, deps.clock.now()));
  if (passing != null) {
    postpone(deps, execution, change, passing);
    return "postponed";
  }
  const isPaused = change.step.action === PAUSE_ACTION;
  if (isPaused && selection.kind === "uncovered" && selection.uncovered.reason === "no-match") {
    deps.ignored.add(execution.executionId, change.step);
    return "ignored";
  }
  const route = selection.kind === "route" ? selection.route : null;
  const stopping = isPaused && route !== null ? await automation.canStop(abort) : null;
  if (stopping?.kind === "failed" && mayRecover(stopping, change, deps.clock.now())) {
    postpone(deps, execution, change, stopping);
    return "postponed";
  }
  const uncovered = toUncovered(selection, failures[0] ?? null);
  const allowed = declared.kind === "read" ? Object.values(declared.allowedValues).flat() : [];
  const hiding = mask.allowing(allowed);
  const found = hiding.inSlices(() => toFacts(automation, execution, change, hiding, declared, route));
  const common = await inTurns(found, deps.clock.turn);
  const facts = stopping === null ? common : { ...common, canStop: stopping.kind === "read" && stopping.allowed };
  const openedAt = deps.clock.now();
  const request: ApprovalRequest = {
    ...newRequest(target, execution, change),
    id: deps.newId(),
    facts: uncovered === null ? facts : { ...facts, uncovered },
    addressOwners: initialOwners(facts),
    listedAccounts: initialAccounts(facts, deps.identities),
    route: route?.name ?? null,
    openedAt,
    nextReminderAt: route === null ? null : nextReminderAt(route, toReminderTimes({ facts, openedAt }), openedAt),
  };
  const recipientLookup = route === null ? "no-route" : route.dm ? "direct-messages" : null;
  const notice = notListedNotice(request, deps.routes);
  const outcome = await deps.requests.open({
    request,
    channels: route?.channels ?? [],
    audit: toRequestedEntry(request, execution, uncovered, await deps.auditContext(request, [])),
    ...(recipientLookup === null ? {} : { recipientLookup }),
    ...(notice === null ? {} : { notice }),
  });
  logOpening(deps, request, uncovered, outcome);
  return "opened";
}

function toRequestedEntry(
  request: ApprovalRequest,
  { executedBy }: ObservedExecution,
  uncovered: Uncovered | null,
  context: AuditContext,
): AuditEntry {
  const about = uncovered === null ? {} : { uncovered };
  const detail = { ...requestContext(request), ...context, ...toShownFacts(request), ...about };
  return { requestId: request.id, kind: "requested", at: request.openedAt, actor: executedBy ?? "unknown", detail };
}

function toFacts(
  automation: Automation,
  execution: ObservedExecution,
  change: OpenChange,
  mask: Mask,
  declared: DeclaredParameters | FailedSince,
  route: Route | null,
): RequestFacts {
  const signer = toRequestSigner(automation);
  const { warning, consoleUrl: template } = automation.target;
  const page = { ...automation.target, executionId: execution.executionId };
  const { defaults, descriptions } = declared.kind === "read" ? declared : { defaults: null, descriptions: undefined };
  const facts = toRequestFacts(execution, change.step, change, mask, defaults);
  const gate = { name: change.step.name, message: facts.message };
  const described = descriptions === undefined ? null : findDescriptions(descriptions, gate, mask);
  return {
    ...facts,
    ...(described === null ? {} : { descriptions: described }),
    ...(route?.show === undefined ? {} : { evidence: findEvidence(route.show, execution, change.step, mask) }),
    ...(signer === null ? {} : { signer }),
    ...(template === undefined ? {} : { consoleUrl: consoleUrl(page, template) }),
    ...(warning === undefined ? {} : { targetWarning: warning }),
    // Last: the mask has seen every text by then.
    notReplaced: mask.notReplaced(),
  };
}

/** Returns the part of a new request that the read of the execution determines. */
const newRequest = ({ key, account, region }: Target, execution: ObservedExecution, change: OpenChange) => ({
  ...UNDECIDED,
  target: key,
  account,
  region,
  executionId: execution.executionId,
  stepExecutionId: change.stepExecutionId,
  stepTurn: change.stepTurn,
  executionStatus: execution.status,
});

/** Returns the principal that signs for requests of this target; null if it is unknown. */
export function toRequestSigner({ signers, target }: Pick<Automation, "signers" | "target">): RequestSigner | null {
  return target.signsAs === undefined ? null : { kind: signers, arn: target.signsAs };
}

/** Returns the failed read on which a condition depends; null if there is none. */
function findFailure(
  { key, result }: TestedCondition,
  ...[declared, tagged]: [DeclaredParameters | FailedSince, { kind: "read" } | FailedSince | null]
): FailedSince | null {
  if (result !== "unknown") return null;
  const read = key.startsWith("tags.") ? tagged : declared;
  return read?.kind === "failed" ? read : null;
}

/** Tells whether a later read may return what a failed one did not. */
function mayRecover({ retry, since }: FailedSince, { step }: OpenChange, now: number): boolean {
  return retry && now - Math.max(since, step.startedAt ?? 0) < DEFAULTS_TIMEOUT_MS;
}

function postpone({ log }: OpenRequestDeps, execution: ObservedExecution, { step }: OpenChange, failure: FailedSince) {
  const { executionId, documentName } = execution;
  const fields = { executionId, stepName: step.name, documentName, code: failure.code };
  log.warn(
    { event: "request.postponed", ...fields, error: failure.message },
    "request not open yet: waiting for the runbook's defaults, the tags or the stop permission from AWS; after two minutes without them it opens anyway",
  );
}

function toUncovered(selection: RouteSelection, failure: FailedSince | null): Uncovered | null {
  if (selection.kind === "route") return null;
  const { uncovered } = selection;
  return uncovered.reason === "unknown" && failure !== null ? { ...uncovered, error: failure.code } : uncovered;
}

function logOpening(
  { log, countUncovered }: OpenRequestDeps,
  request: ApprovalRequest,
  uncovered: Uncovered | null,
  outcome: "opened" | "exists" | "lease-lost",
): void {
  const fields = { requestId: request.id, ...requestContext(request) };
  if (outcome !== "opened")
    log.debug({ event: "request.open-lost", ...fields, outcome }, "another replica has opened the request");
  else if (uncovered === null) log.info({ event: "request.opened", ...fields }, "request opened");
  else {
    countUncovered(uncovered.reason);
    log.warn(
      { event: "request.unrouted", ...fields, uncovered },
      "request opened without a route: it cannot be decided in Slack",
    );
  }
}

/** The fields of a request before its first vote. */
const UNDECIDED = {
  version: 1,
  state: "open",
  decision: null,
  decidedAt: null,
  signal: "none",
  signalNextAt: null,
  verification: "none",
  reachedStep: null,
  seenOverAt: null,
  awsApprovals: null,
  awsDecidedBy: [],
  outcome: null,
  closedAt: null,
  executionEndedAt: null,
  executionFailure: null,
  failedStep: null,
  nextReminderAt: null,
} satisfies Partial<ApprovalRequest>;
