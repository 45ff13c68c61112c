import type { PastedId } from "../../core/pasted-id.ts";
import type { Clock } from "../ports/aws.ts";
import { type AskedTarget, askTargets, type FailedTarget } from "./ask-targets.ts";
import type { Unexamined } from "./search-waiting.ts";

/** No execution was found. `failed`: targets that may have it. `isCut`: AWS has more executions than were searched. */
export interface AbsentExecution {
  kind: "absent";
  failed: FailedTarget[];
  isCut: boolean;
  unexamined?: Unexamined | undefined;
}

/** Several executions fit. */
export interface AmbiguousExecution {
  kind: "ambiguous";
  executionIds: string[];
}

/**
 * Finds the execution that a pasted text means, without a request, and the targets that may have it. Of the first characters
 * of an id, only the latest executions of each target are searched: AWS has no filter for them.
 */
export async function findExecutions(
  deps: { targets: () => readonly AskedTarget[]; clock: Clock },
  pasted: PastedId,
): Promise<
  { kind: "found"; executionId: string; targets: readonly AskedTarget[] } | AbsentExecution | AmbiguousExecution
> {
  const targets = deps.targets();
  if (pasted.kind === "id") return { kind: "found", executionId: pasted.id, targets };
  if (pasted.kind !== "prefix") return { kind: "absent", failed: [], isCut: false };
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    automation.listExecutions({}, abort),
  );
  const found = answers.flatMap(({ automation, value }) =>
    value.executions
      .filter(({ executionId }) => executionId.startsWith(pasted.prefix))
      .map(({ executionId }) => ({ executionId, targets: [{ key: automation.target.key, automation }] })),
  );
  const [only, ...others] = found;
  if (only === undefined) return { kind: "absent", failed, isCut: answers.some(({ value }) => value.hasMore) };
  return others.length === 0
    ? { kind: "found", ...only }
    : { kind: "ambiguous", executionIds: found.map(({ executionId }) => executionId) };
}
