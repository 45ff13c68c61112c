import type { NameRenderer } from "../../core/name-renderer.ts";
import { askTargets } from "./ask-targets.ts";
import { explainExecution } from "./explain-execution.ts";
import { findRequests } from "./find-requests.ts";
import { findReader, type Refused } from "./inspect.ts";
import type { ExplainedRequest } from "./policy-explain.ts";
import type { ShowDeps } from "./show-request.ts";

export type ExplainResult =
  /** One part for each step: the lines of `countersign policy explain`, without hidden values. `more`: further steps. */
  | { kind: "explained"; executionId: string; parts: { step: string; lines: string[] }[]; more: number }
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
  async (userId: string, text: string, show: NameRenderer): Promise<ExplainResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader } = access;
    const { pasted, requests } = await findRequests(deps, reader, text);
    const executionIds = [...new Set(requests.map(({ executionId }) => executionId))];
    const [request] = requests;
    if (executionIds.length > 1) return { kind: "ambiguous", executionIds };
    if (request !== undefined)
      return explainOn(
        deps,
        request.executionId,
        show,
        [{ key: request.target, automation: deps.automation(request) }],
        request,
      );
    if (!reader.admin) return { kind: "refused" };
    return pasted.kind === "id" ? explainOn(deps, pasted.id, show, deps.targets()) : { kind: "absent", failed: [] };
  };

async function explainOn(
  deps: ExplainDeps,
  executionId: string,
  show: NameRenderer,
  targets: ReturnType<ShowDeps["targets"]>,
  request?: ExplainedRequest,
): Promise<ExplainResult> {
  const policy = { routes: deps.routes, identities: deps.identities, hidden: deps.mask, request };
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    explainExecution(policy, automation, executionId, show, abort),
  );
  const [found] = answers.flatMap(({ value }) => (value.kind === "explained" ? [value] : []));
  if (found === undefined) return { kind: "absent", failed };
  const parts = found.gates.slice(0, MAX_STEPS).map(({ subject, lines }) => ({
    step: subject.step ?? "",
    lines: [...found.notes, ...lines],
  }));
  return { kind: "explained", executionId, parts, more: found.gates.length - parts.length };
}
