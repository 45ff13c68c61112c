import type { AddressOwners } from "../../core/requester.ts";
import { askTargets } from "./ask-targets.ts";
import { explainExecution } from "./explain-execution.ts";
import { findRequests } from "./find-requests.ts";
import { findReader, type Refused } from "./inspect.ts";
import { makeIdRenderer } from "./policy-explain.ts";
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
      return explainOn(
        deps,
        request.executionId,
        [{ key: request.target, automation: deps.automation(request) }],
        request.addressOwners,
      );
    if (!reader.admin) return { kind: "refused" };
    return pasted.kind === "id" ? explainOn(deps, pasted.id, deps.targets()) : { kind: "absent", failed: [] };
  };

async function explainOn(
  deps: ExplainDeps,
  executionId: string,
  targets: ReturnType<ShowDeps["targets"]>,
  owners?: AddressOwners,
): Promise<ExplainResult> {
  const policy = { routes: deps.routes, identities: deps.identities, hidden: deps.mask, owners };
  const names = makeIdRenderer(new Map());
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    explainExecution(policy, automation, executionId, names, abort),
  );
  const [found] = answers.flatMap(({ value }) => (value.kind === "explained" ? [value] : []));
  if (found === undefined) return { kind: "absent", failed };
  const parts = found.gates.slice(0, MAX_STEPS).map(({ subject, lines }) => ({
    step: subject.step ?? "",
    lines: [...found.notes, ...lines],
  }));
  return { kind: "explained", executionId, parts };
}
