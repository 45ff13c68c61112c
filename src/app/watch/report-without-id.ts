import { consoleUrl } from "../../core/console-url.ts";
import { findWaitingWithoutId, type ObservedExecution } from "../../core/execution.ts";
import type { Log, Target } from "../ports/aws.ts";
import type { GuardedStore } from "../ports/store.ts";

/** Reports waiting steps for which AWS returns no id: in the log at each read, and to the admins once for each step. */
export async function reportWithoutId(
  { executions, log }: { executions: Pick<GuardedStore["executions"], "recordWithoutId">; log: Log },
  from: Target,
  execution: ObservedExecution,
): Promise<void> {
  const { key: target, account, region } = from;
  const { executionId, documentName } = execution;
  for (const { name: stepName } of findWaitingWithoutId(execution)) {
    log.error(
      { event: "step.without-id", target, executionId, step: stepName },
      "AWS returns no id for a waiting step, so it cannot be decided in Slack: decide it in the AWS console",
    );
    const page = consoleUrl({ account, region, executionId }, from.consoleUrl);
    await executions.recordWithoutId({
      target,
      account,
      region,
      executionId,
      documentName,
      stepName,
      consoleUrl: page,
    });
  }
}
