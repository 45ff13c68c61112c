import type { ObservedExecution } from "../../core/execution.ts";
import { makeMask } from "../../core/mask.ts";
import { maskExecution } from "../../core/mask-execution.ts";
import type { Automation, AwsFailure } from "../ports/aws.ts";
import { askTargets } from "./ask-targets.ts";
import { findRequests } from "./find-requests.ts";
import { findReader, type Refused } from "./inspect.ts";
import { explain, makeIdRenderer, toSubjects } from "./policy-explain.ts";
import type { ShowDeps } from "./show-request.ts";

export type ExplainResult =
  /** One part for each step: the lines of `countersign policy explain`, without hidden values. */
  | { kind: "explained"; executionId: string; parts: { step: string; lines: string[] }[] }
  | { kind: "absent"; failed: { target: string; error: string }[] }
  /** Several executions fit. */
  | { kind: "ambiguous"; executionIds: string[] }
  | Refused;

export interface ExplainDeps extends ShowDeps {
  mask: readonly string[];
}

const MAX_STEPS = 10;

/** Explains which route an execution has and why, by the rule for reading: without a request only to admins. */
export const makeExplainRequest =
  (deps: ExplainDeps) =>
  async (userId: string, text: string): Promise<ExplainResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader } = access;
    const { pasted, requests } = await findRequests(deps, reader, text);
    const executionIds = [...new Set(requests.map(({ executionId }) => executionId))];
    const [request] = requests;
    if (executionIds.length > 1) return { kind: "ambiguous", executionIds };
    if (request !== undefined)
      return explainOn(deps, request.executionId, [{ key: request.target, automation: deps.automation(request) }]);
    if (!reader.admin) return { kind: "refused" };
    return pasted.kind === "id" ? explainOn(deps, pasted.id, deps.targets()) : { kind: "absent", failed: [] };
  };

async function explainOn(
  deps: ExplainDeps,
  executionId: string,
  targets: ReturnType<ShowDeps["targets"]>,
): Promise<ExplainResult> {
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    explainExecution(deps, automation, executionId, abort),
  );
  const [found] = answers.flatMap(({ value }) => (value.kind === "explained" ? [value] : []));
  return found ?? { kind: "absent", failed };
}

async function explainExecution(
  deps: ExplainDeps,
  automation: Automation,
  executionId: string,
  abort: AbortSignal,
): Promise<Extract<ExplainResult, { kind: "explained" }> | { kind: "not-found" } | AwsFailure> {
  const reading = await automation.read(executionId, abort, true);
  if (reading.kind !== "read") return reading;
  const { execution } = reading;
  const declared = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const allowed = declared.kind === "read" ? Object.values(declared.allowedValues).flat() : [];
  const masked: ObservedExecution = maskExecution(execution, makeMask(deps.mask, execution, allowed));
  const shown = toSubjects(automation.target, masked, declared);
  const names = makeIdRenderer(new Map());
  const parts = toSubjects(automation.target, execution, declared).map((subject, index) => ({
    step: subject.step ?? "",
    lines: explain(deps, subject, declared, names, shown[index]).lines,
  }));
  return { kind: "explained", executionId, parts: parts.slice(0, MAX_STEPS) };
}
