import type { Automation, Clock } from "../ports/aws.ts";
import type { ExecutionStore } from "../ports/execution-store.ts";
import type { RequestStore } from "../ports/store.ts";
import { toRequestSigner } from "./open-request.ts";

/** The executions of one statement, so that a change of all of them does not block the process. */
const PAGE = 250;

/**
 * Makes the use case that reads executions again whose requests show another signer than the target has: after a change of
 * the configuration or of the bot's role, AWS may accept decisions that it refused, or refuse others. Returns the number of
 * these executions; without a change, it costs no call to AWS and one query that finds no row.
 */
export const makeFollowSigner =
  (deps: {
    requests: Pick<RequestStore, "signedByOthers">;
    executions: Pick<ExecutionStore, "wakeAll">;
    clock: Clock;
  }) =>
  async ({ target, signers }: Pick<Automation, "target" | "signers">): Promise<number> => {
    const { requests, executions, clock } = deps;
    const signer = toRequestSigner({ target, signers });
    if (signer === null) return 0;
    let changed = 0;
    for (let after = ""; ; await clock.turn()) {
      const page = await requests.signedByOthers(target, signer, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) return changed;
      await executions.wakeAll(target.key, page, clock.now());
      changed += page.length;
      if (page.length < PAGE) return changed;
      after = last;
    }
  };
