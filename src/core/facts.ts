import { parseArn } from "./arn.ts";
import { type ObservedExecution, type ObservedStep, PAUSE_ACTION, type Parents } from "./execution.ts";
import { MASK, type Mask, WITHHELD } from "./mask.ts";
import { asText } from "./parse-object.ts";
import type { RouteSubject } from "./policy.ts";
import type { Parameter, RequestFacts } from "./request.ts";
import type { RequesterFacts } from "./requester.ts";
import { findRunContext } from "./run-context.ts";
import { takeShortest } from "./secret-search.ts";

/**
 * The room for the values of all parameters of a request, in characters. Each read of a request parses them. AWS accepts
 * 8 KB; its API model alone would permit five million characters.
 */
const MAX_VALUES_LENGTH = 100_000;

/** Shown instead of the values of a parameter that do not fit. */
export const NOT_STORED = "(not shown: too long to store, see the AWS console)";

/**
 * Returns the stored facts about a waiting step, masked. `defaults` are the runbook's parameter defaults, null if unknown.
 * aws:approve has the inputs Approvers, MinRequiredApprovals and Message. Source: AWS documentation, aws:approve. AWS lets
 * every principal with the permission resume a pause; runbooks give it a Message too.
 */
export function toRequestFacts(
  execution: ObservedExecution,
  step: ObservedStep,
  gate: { gate: number; gates: number; visit?: number },
  mask: Mask,
  defaults: Record<string, string[]> | null,
): RequestFacts {
  const input = step.inputs.Message;
  // In this order: what matters most is searched first, if not everything can be.
  const message = typeof input === "string" && input !== "" ? mask.text(input) : null;
  // A person must not be able to hide the people whom AWS accepts.
  const isPaused = step.action === PAUSE_ACTION;
  const approvers = isPaused ? [] : findApprovers(step);
  const awsApprovers = approvers.map((each) => (parseArn(each) === null ? mask.text(each) : each));
  const parameters = withinRoom(
    Object.entries(execution.parameters).map(([name, values]) => parameter(name, values, mask, defaults)),
  );
  return {
    ...(isPaused ? { action: PAUSE_ACTION } : {}),
    documentName: execution.documentName,
    documentVersion: execution.documentVersion,
    stepName: step.name,
    gate: gate.gate,
    gates: gate.gates,
    ...(gate.visit === undefined || gate.visit === 1 ? {} : { visit: gate.visit }),
    message,
    executedBy: execution.executedBy,
    executionStartedAt: execution.startedAt,
    waitingSince: step.startedAt,
    timeoutSeconds: step.timeoutSeconds,
    awsApprovers,
    minRequiredApprovals: isPaused ? 1 : positive(step.inputs.MinRequiredApprovals),
    parameters,
    parentExecutionId: execution.parentExecutionId,
    ...toParentFacts(execution, mask),
    ...findRunContext(execution, step, mask),
    notReplaced: mask.notReplaced(),
  };
}

/** Returns the Approvers of a waiting step, as AWS reports them. */
export const findApprovers = (step: Pick<ObservedStep, "inputs">): string[] => texts(step.inputs.Approvers);

/** Returns who started an execution and its parents, as far as they could be read. */
export function toRequesterFacts(executedBy: string | null, parents: Parents | undefined): RequesterFacts {
  return parents === undefined ? { executedBy } : { executedBy, parents: parents.executions, ...toUnread(parents) };
}

const toUnread = ({ unread }: Parents) => (unread === null ? {} : { parentsUnread: unread.code });

function toParentFacts({ parents }: ObservedExecution, mask: Mask): Pick<RequestFacts, "parents" | "parentsUnread"> {
  if (parents === undefined) return {};
  const found = parents.executions.map(({ executionId, documentName, executedBy, parameters }) => ({
    ...{ executionId, documentName, executedBy },
    parameters: withinRoom(Object.entries(parameters).map(([name, values]) => parameter(name, values, mask, null))),
  }));
  return { parents: found, ...toUnread(parents) };
}

/** Returns the facts that routes are matched against. `defaults`: those of the executed version; null if unknown, as for `tags`. */
export function toRouteSubject(
  target: { name: string; account: string; region: string },
  execution: ObservedExecution,
  step: ObservedStep,
  defaults: Record<string, string[]> | null,
  tags: Record<string, string> | null = null,
): RouteSubject {
  return {
    document: execution.documentName,
    target: target.name,
    account: target.account,
    region: target.region,
    step: step.name,
    ...(step.action === PAUSE_ACTION ? { action: PAUSE_ACTION } : {}),
    startedBy: execution.executedBy ?? "",
    parameters: execution.parameters,
    defaults,
    tags,
  };
}

function parameter(name: string, values: string[], mask: Mask, defaults: Record<string, string[]> | null): Parameter {
  const masked = mask.hides(name);
  const shown = masked ? [MASK] : values.map(mask.text);
  return {
    name,
    values: shown.length > 1 && shown.every((each) => each === WITHHELD) ? [WITHHELD] : shown,
    masked,
    // Unknown for a masked value: "default" would reveal the value.
    isDefault: defaults === null || masked ? null : JSON.stringify(defaults[name]) === JSON.stringify(values),
  };
}

/** Replaces the longest values by a remark until the others fit. */
function withinRoom(parameters: Parameter[]): Parameter[] {
  const length = ({ values }: Parameter) => values.reduce((sum, each) => sum + each.length + 1, 0);
  const { taken } = takeShortest(parameters, length, MAX_VALUES_LENGTH);
  const stored = new Set(taken);
  return parameters.map((each) => (stored.has(each) ? each : { ...each, values: [NOT_STORED] }));
}

function texts(input: unknown): string[] {
  if (typeof input === "string" || typeof input === "number") return [String(input)];
  return Array.isArray(input) ? input.map(asText) : [];
}

function positive(input: unknown): number {
  const number = typeof input === "string" ? Number(input) : input;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : 1;
}
