import { ListTagsForResourceCommand, type SSMClient, type Tag } from "@aws-sdk/client-ssm";
import { LRUCache } from "lru-cache";
import type { Automation } from "../app/ports/aws.ts";
import { MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { boundedTo } from "./bounded.ts";
import { decodePage } from "./decode.ts";
import { type CallPacer, paced } from "./pace.ts";

/** Executions whose first failure is remembered, for each target. */
const MAX_FAILING = 1_000;

/** Makes the reader of an execution's tags. A failure names the time since when every read failed. */
export function makeReadTags(client: Pick<SSMClient, "send">, now: () => number, pace: CallPacer): Automation["tags"] {
  const failingSince = new LRUCache<string, number>(boundedTo(MAX_FAILING));
  return async (executionId, abort) => {
    try {
      const command = new ListTagsForResourceCommand({ ResourceType: "Automation", ResourceId: executionId });
      const { TagList } = await client.send(paced(command, { pace, priority: "routine", abort }), {
        abortSignal: abort,
      });
      const tags = Object.fromEntries(decodePage(TagList).map(decodeTag));
      failingSince.delete(executionId);
      return { kind: "read", tags };
    } catch (error) {
      const since = failingSince.get(executionId) ?? now();
      failingSince.set(executionId, since);
      return { ...readFailure(error), since };
    }
  };
}

/** A tag decides the route, so a reply with an unreadable one is no list of the others. */
function decodeTag(tag: Tag | null): [name: string, value: string] {
  const { Key, Value } = tag ?? {};
  if (typeof Key !== "string" || typeof Value !== "string")
    throw new MalformedAnswerError("a tag has no name or no value");
  return [Key, Value];
}
