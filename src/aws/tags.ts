import { ListTagsForResourceCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { LRUCache } from "lru-cache";
import type { Automation } from "../app/ports/aws.ts";
import { readFailure } from "./aws-failures.ts";
import { decodePage } from "./decode.ts";
import { type CallPacer, paced } from "./pace.ts";

/** Executions whose first failure is remembered, for each target. */
const MAX_FAILING = 1_000;

/** Makes the reader of an execution's tags. A failure names the time since when every read failed. */
export function makeReadTags(client: Pick<SSMClient, "send">, now: () => number, pace: CallPacer): Automation["tags"] {
  const failingSince = new LRUCache<string, number>({ max: MAX_FAILING });
  return async (executionId, abort) => {
    try {
      const command = new ListTagsForResourceCommand({ ResourceType: "Automation", ResourceId: executionId });
      const { TagList } = await client.send(paced(command, { pace, urgent: false, abort }), { abortSignal: abort });
      failingSince.delete(executionId);
      return { kind: "read", tags: Object.fromEntries(decodePage(TagList).map(({ Key, Value }) => [Key, Value])) };
    } catch (error) {
      const since = failingSince.get(executionId) ?? now();
      failingSince.set(executionId, since);
      return { ...readFailure(error), since };
    }
  };
}
