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

/** What is to be answered; "hang up" is the connection closed without an answer. */
export type Reply = { kind: "output"; output: object } | { kind: "error"; error: AwsError } | { kind: "hang-up" };

/**
 * One call from its arrival to its entry in the journal. The order of checks is that of AWS's services as far as it shows:
 * operation, caller, types, permission, constraints, execution. A fault strikes before all of them, except one that
 * spoils the reply.
 */
export async function dispatchOperation(deps: DispatchDeps, incoming: AwsRequest): Promise<Reply> {
  const operation = findOperation(incoming);
  const fault = deps.faults.take(operation);
  if (fault?.kind === "delay") await machineDelay(fault.delayMs ?? 0);
  const call: CallRecord = { executed: false };
  const reply = applyFaultBefore(fault) ?? toReply(() => execute(deps, incoming, call));
  const final = applyFaultAfter(reply, fault);
  deps.journal.record({
    operation,
    ...(call.caller === undefined ? tryAuthenticate(deps, incoming) : { principal: call.caller.principal.arn }),
    input: call.input ?? rawInput(incoming),
    executed: call.executed,
    outcome: { ...toOutcome(final, reply), ...(fault === undefined ? {} : { fault: fault.kind }) },
  });
  return final;
}

/** What is learnt about a call while it is looked at. */
interface CallRecord {
  caller?: Caller;
  input?: Record<string, unknown>;
  executed: boolean;
}

function execute(deps: DispatchDeps, incoming: AwsRequest, call: CallRecord): object {
  if (incoming.protocol === "unknown") throw new AwsError("UnknownOperationException", "", 404);
  const route = deps.routes.get(incoming.operation);
  if (route === undefined || !matchesService(route, incoming)) throw unknownOperation(incoming);
  const caller = authenticate(deps, incoming.request, route.service);
  call.caller = caller;
  const shape = findInputShape(route.model, route.operation);
  const input =
    incoming.protocol === "query"
      ? parseForm(route.model, shape, incoming.form)
      : deserialize(route.model, shape, incoming.request.body);
  call.input = input;
  if (route.action !== undefined) authorize(caller, route.action, route.resource(caller, input));
  throwOnViolations(findViolations(route.model, shape, input));
  call.executed = true;
  return route.execute(caller, input);
}

/** The only version of the API of STS. */
const STS_VERSION = "2011-06-15";

/** A target of one service does not reach an operation of another. */
function matchesService(route: Route, incoming: Exclude<AwsRequest, { protocol: "unknown" }>): boolean {
  if (incoming.protocol === "query") return route.service === "sts" && incoming.form.get("Version") === STS_VERSION;
  return (
    incoming.target === `${route.service === "ssm" ? "AmazonSSM" : "AWSEvents"}.${route.operation}` &&
    route.service !== "sts"
  );
}

function unknownOperation(incoming: AwsRequest): AwsError {
  if (incoming.protocol !== "query") return new AwsError("UnknownOperationException");
  const version = incoming.form.get("Version") ?? "NO_VERSION_SPECIFIED";
  if (incoming.operation === "") return new AwsError("MissingAction", "Missing Action");
  return new AwsError("InvalidAction", `Could not find operation ${incoming.operation} for version ${version}`);
}

function toReply(work: () => object): Reply {
  try {
    return { kind: "output", output: work() };
  } catch (error) {
    if (error instanceof AwsError) return { kind: "error", error };
    console.error("The AWS stand-in failed:", error);
    return {
      kind: "error",
      error: new AwsError("InternalServerError", "The sandbox itself failed; see its output.", 500),
    };
  }
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

/** The journal of a dropped reply shows what the caller did not see. */
function toOutcome(final: Reply, made: Reply): { status: number; body: unknown } {
  const shown = final.kind === "hang-up" ? made : final;
  if (shown.kind === "hang-up") return { status: 0, body: null };
  if (shown.kind === "output") return { status: 200, body: shown.output };
  return { status: shown.error.status, body: { __type: shown.error.code, Message: shown.error.message } };
}

function findOperation(incoming: AwsRequest): string {
  if (incoming.protocol === "json") return incoming.operation || incoming.target || "(none)";
  return incoming.protocol === "query" && incoming.operation !== "" ? incoming.operation : "(none)";
}

function rawInput(incoming: AwsRequest): unknown {
  if (incoming.protocol === "query") return Object.fromEntries(incoming.form);
  try {
    return JSON.parse(incoming.request.body);
  } catch {
    return incoming.request.body;
  }
}

/** Who called, also when a fault struck before anybody asked. */
function tryAuthenticate(deps: DispatchDeps, incoming: AwsRequest): { principal?: string } {
  const service = incoming.protocol === "unknown" ? undefined : deps.routes.get(incoming.operation)?.service;
  if (service === undefined) return {};
  try {
    return { principal: authenticate(deps, incoming.request, service).principal.arn };
  } catch {
    return {};
  }
}
