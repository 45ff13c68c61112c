import type { ExecutionSummary } from "../../core/execution.ts";
import { nameMatches } from "../../core/name-filter.ts";
import type { Filters } from "../../core/slash-command.ts";
import type { Clock, Target } from "../ports/aws.ts";
import { type AskedTarget, askTargets } from "./ask-targets.ts";
import type { AccessRefusal } from "./inspect.ts";
import { type AdminDeps, requireAdmin } from "./require-admin.ts";

export interface ListedOnTarget {
  target: Target;
  execution: ExecutionSummary;
}

export type ExecutionsResult =
  | {
      kind: "executions";
      /** Of all pages, the latest first. */
      executions: ListedOnTarget[];
      /** Targets that have more executions than were read. */
      cut: string[];
      /** Targets without an answer: the list is partial. */
      failed: { target: string; error: string }[];
    }
  | AccessRefusal;

/** Lists executions of all targets as AWS has them now, for admins. */
export const makeListExecutions =
  (deps: AdminDeps & { targets: () => readonly AskedTarget[]; clock: Clock }) =>
  async (userId: string, { document, status, since }: Filters): Promise<ExecutionsResult> => {
    const admin = await requireAdmin(deps, userId);
    if (admin.kind !== "admin") return admin;
    // AWS compares the beginning of the name, and in its case. The rest of a glob is compared here.
    const documentPrefix = document?.replace(/[*?].*$/s, "") ?? "";
    const filter = {
      ...(documentPrefix === "" ? {} : { documentPrefix }),
      ...(status === undefined ? {} : { statuses: status }),
      ...(since === undefined ? {} : { startedAfter: since }),
    };
    const { answers, failed } = await askTargets({ targets: deps.targets(), clock: deps.clock }, (automation, abort) =>
      automation.listExecutions(filter, abort),
    );
    const executions = answers.flatMap(({ automation: { target }, value }) =>
      value.executions
        .filter(({ documentName }) => nameMatches(document, documentName))
        .map((execution) => ({ target, execution })),
    );
    executions.sort((a, b) => (b.execution.startedAt ?? 0) - (a.execution.startedAt ?? 0));
    const cut = answers.filter(({ value }) => value.hasMore).map(({ automation }) => automation.target.key);
    return { kind: "executions", executions, cut, failed };
  };
