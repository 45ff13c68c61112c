import type { Automation, Clock } from "../ports/aws.ts";
import type { ExecutionStore, RequestStore } from "../ports/store.ts";
import { toRequestSigner } from "./open-request.ts";

/**
 * Makes the use case that reads executions again whose requests show another signer than the target has: after a change of
 * the configuration or of the bot's role, AWS may accept decisions that it refused, or refuse others. Returns the number of
 * these executions; without a change, it costs no call to AWS.
 */
export const makeFollowSigner =
  (deps: { requests: Pick<RequestStore, "unfinished">; executions: Pick<ExecutionStore, "wake">; clock: Clock }) =>
  async (automation: Automation): Promise<number> => {
    const signer = toRequestSigner(automation);
    if (signer === null) return 0;
    const changed = new Set<string>();
    for (const { executionId, facts } of await deps.requests.unfinished(automation.target))
      if (facts.signer?.arn !== signer.arn || facts.signer.kind !== signer.kind) changed.add(executionId);
    for (const executionId of changed) await deps.executions.wake(automation.target.key, executionId, deps.clock.now());
    return changed.size;
  };
