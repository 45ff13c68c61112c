import { setTimeout as machineDelay } from "node:timers/promises";
import type { Fault, Faults } from "../wire/faults.ts";
import type { Journal } from "../wire/journal.ts";
import { authenticate, type Caller } from "./identity/authenticate.ts";
import { authorize } from "./identity/authorize.ts";
import type { IdentityStore } from "./identity/identity-store.ts";
import { findInputShape } from "./model/service-model.ts";
import { AwsError } from "./protocol/aws-error.ts";
import type { AwsRequest } from "./protocol/aws-request.ts";
import { findViolations, throwOnViolations } from "./protocol/constraints.ts";
import { deserialize } from "./protocol/deserialize.ts";
import { parseForm } from "./protocol/query.ts";
import type { Route } from "./routes.ts";

export interface DispatchDeps {
  routes: Map<string, Route>;
  identities: IdentityStore;
  faults: Faults;
  journal: Journal;
  machineNow: () => number;
}

/** The reply to a call. `hang-up` closes the connection without a reply. */
export type Reply = { kind: "output"; output: object } | { kind: "error"; error: AwsError } | { kind: "hang-up" };

/**
 * Processes one call and records it in the journal. The checks run in the order that AWS's services show: operation,
 * caller, types, permission, constraints, execution. A fault applies before all checks, unless it replaces the reply.
 * `abort`: the caller has disconnected.
 */
export async function dispatchOperation(
  deps: DispatchDeps,
  awsRequest: AwsRequest,
  abort: AbortSignal,
): Promise<Reply> {
  const operation = findOperation(awsRequest);
  const fault = deps.faults.take(operation);
  if (fault?.kind === "delay") await machineDelay(fault.delayMs ?? 0);
  const call: CallRecord = { executed: false };
  const pending = applyFaultBefore(fault) ?? toReply(() => execute(deps, awsRequest, call, abort));
  // A call that does not wait is recorded before anything else runs.
  const reply = pending instanceof Promise ? await pending : pending;
  const final = applyFaultAfter(reply, fault);
  deps.journal.record({
    operation,
    ...(call.caller === undefined ? tryAuthenticate(deps, awsRequest) : { principal: call.caller.principal.arn }),
    input: call.input ?? rawInput(awsRequest),
    executed: call.executed,
    outcome: { ...toOutcome(final, reply), ...(fault === undefined ? {} : { fault: fault.kind }) },
  });
  return final;
}

/** The facts about a call that `execute` has established so far; the journal records them even if a check fails. */
interface CallRecord {
  caller?: Caller;
  input?: Record<string, unknown>;
  executed: boolean;
}

function execute(
  deps: DispatchDeps,
  awsRequest: AwsRequest,
  call: CallRecord,
  abort: AbortSignal,
): object | Promise<object> {
  if (awsRequest.protocol === "unknown") throw new AwsError("UnknownOperationException", "", 404);
  const route = deps.routes.get(awsRequest.operation);
  if (route === undefined || !matchesService(route, awsRequest)) throw unknownOperation(awsRequest);
  const caller = authenticate(deps, awsRequest.request, route.service);
  call.caller = caller;
  const shape = findInputShape(route.model, route.operation);
  const input =
    awsRequest.protocol === "query"
      ? parseForm(route.model, shape, awsRequest.form)
      : deserialize(route.model, shape, awsRequest.request.body);
  call.input = input;
  if (route.action !== undefined) authorize(caller, route.action, route.resource(caller, input));
  if (route.check === undefined) throwOnViolations(findViolations(route.model, shape, input));
  else route.check(shape, input);
  call.executed = true;
  return route.execute(caller, input, abort);
}

const TARGET_PREFIXES = { ssm: "AmazonSSM", events: "AWSEvents", sqs: "AmazonSQS" };
/** The only version of the STS API. */
const STS_VERSION = "2011-06-15";

/** Returns whether a request addresses the route's service: an operation name alone is not enough. */
function matchesService(route: Route, awsRequest: Exclude<AwsRequest, { protocol: "unknown" }>): boolean {
  if (awsRequest.protocol === "query") return route.service === "sts" && awsRequest.form.get("Version") === STS_VERSION;
  return route.service !== "sts" && awsRequest.target === `${TARGET_PREFIXES[route.service]}.${route.operation}`;
}

function unknownOperation(awsRequest: AwsRequest): AwsError {
  if (awsRequest.protocol !== "query") return new AwsError("UnknownOperationException");
  const version = awsRequest.form.get("Version") ?? "NO_VERSION_SPECIFIED";
  if (awsRequest.operation === "") return new AwsError("MissingAction", "Missing Action");
  return new AwsError("InvalidAction", `Could not find operation ${awsRequest.operation} for version ${version}`);
}

function toReply(work: () => object | Promise<object>): Reply | Promise<Reply> {
  try {
    const output = work();
    if (output instanceof Promise) return output.then((value): Reply => ({ kind: "output", output: value }), toFailure);
    return { kind: "output", output };
  } catch (error) {
    return toFailure(error);
  }
}

function toFailure(error: unknown): Reply {
  if (error instanceof AwsError) return { kind: "error", error };
  console.error("The AWS stand-in failed:", error);
  return {
    kind: "error",
    error: new AwsError("InternalServerError", "The sandbox failed. Its output shows the error.", 500),
  };
}

function applyFaultBefore(fault: Fault | undefined): Reply | undefined {
  if (fault?.kind === "refuse") return { kind: "hang-up" };
  if (fault?.kind === "throttle") {
    return {
      kind: "error",
      error: new AwsError(fault.code ?? "ThrottlingException", fault.message ?? "Rate exceeded"),
    };
  }
  if (fault?.kind === "error" && !fault.afterExecution) return toConfiguredError(fault);
  return undefined;
}

function applyFaultAfter(reply: Reply, fault: Fault | undefined): Reply {
  if (fault?.kind === "drop-reply") return { kind: "hang-up" };
  if (fault?.kind === "error" && fault.afterExecution) return toConfiguredError(fault);
  return reply;
}

function toConfiguredError(fault: Fault): Reply {
  const { code = "InternalServerError", message = "An error occurred on the server side.", status = 500 } = fault;
  return { kind: "error", error: new AwsError(code, message, status) };
}

/** Returns the outcome for the journal. For a dropped reply it is the reply that the caller did not get. */
function toOutcome(final: Reply, original: Reply): { status: number; body: unknown } {
  const shown = final.kind === "hang-up" ? original : final;
  if (shown.kind === "hang-up") return { status: 0, body: null };
  if (shown.kind === "output") return { status: 200, body: shown.output };
  return { status: shown.error.status, body: { __type: shown.error.code, Message: shown.error.message } };
}

function findOperation(awsRequest: AwsRequest): string {
  if (awsRequest.protocol === "json") return awsRequest.operation || awsRequest.target || "(none)";
  return awsRequest.protocol === "query" && awsRequest.operation !== "" ? awsRequest.operation : "(none)";
}

function rawInput(awsRequest: AwsRequest): unknown {
  if (awsRequest.protocol === "query") return Object.fromEntries(awsRequest.form);
  try {
    return JSON.parse(awsRequest.request.body);
  } catch {
    return awsRequest.request.body;
  }
}

/** Identifies the caller of a call that a fault or an error stopped before authentication. */
function tryAuthenticate(deps: DispatchDeps, awsRequest: AwsRequest): { principal?: string } {
  const service = awsRequest.protocol === "unknown" ? undefined : deps.routes.get(awsRequest.operation)?.service;
  if (service === undefined) return {};
  try {
    return { principal: authenticate(deps, awsRequest.request, service).principal.arn };
  } catch {
    return {};
  }
}
