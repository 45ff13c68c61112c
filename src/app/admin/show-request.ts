import type { AuditRecord } from "../../core/audit.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { findReadRight } from "../../core/read-access.ts";
import type { FailingEffect } from "../ports/effect-store.ts";
import { findReader, type InspectDeps, type InspectedRequest, inspect, type Refused } from "./inspect.ts";

export type ShowResult =
  /** `admin`: whether Slack lists this person as an admin of Countersign. */
  { kind: "shown"; requests: ShownRequest[]; admin: boolean } | { kind: "absent" } | Refused;

export interface ShownRequest extends InspectedRequest {
  /** The audit records of the request, oldest first. */
  history: readonly AuditRecord[];
  /** The execution as AWS returns it now, masked; null if AWS could not be read. */
  execution: ObservedExecution | null;
  /** Effects of this request that fail. */
  problems: readonly FailingEffect[];
}

/** Shows one request, or every request of one execution, to those who may read it. */
export const makeShow =
  (deps: InspectDeps) =>
  async (userId: string, id: string, abort: AbortSignal): Promise<ShowResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader } = access;
    const found = await Promise.all((await deps.requests.find(id)).map((request) => inspect(deps, request)));
    const theirs = found.filter((each) => findReadRight(reader, each, false) !== null);
    if (theirs.length === 0) return { kind: reader.admin ? "absent" : "refused" };
    const executions = await findExecutions(deps, theirs, abort);
    const requests = await Promise.all(
      theirs.map(async (each) => ({
        ...each,
        history: await deps.requests.history(each.request.id),
        problems: await deps.effects.failing(each.request.id),
        execution: executions.get(each.request.executionId) ?? null,
      })),
    );
    return { kind: "shown", requests, admin: reader.admin };
  };

/** Reads each execution of these requests once. Leaves out an execution that cannot be read. */
async function findExecutions(
  deps: InspectDeps,
  inspected: readonly InspectedRequest[],
  abort: AbortSignal,
): Promise<Map<string, ObservedExecution>> {
  const found = new Map<string, ObservedExecution>();
  for (const { request } of inspected) {
    if (found.has(request.executionId)) continue;
    const automation = deps.automation(request);
    const reading = automation === undefined ? undefined : await deps.readMasked(automation, request, abort);
    if (reading?.kind === "read") found.set(request.executionId, reading.execution);
  }
  return found;
}
