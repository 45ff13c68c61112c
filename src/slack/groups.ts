import type { WebClient } from "@slack/web-api";
import type { Clock } from "../app/ports.ts";

/**
 * The members of user groups. `usergroups.users.list` is tier 2, some twenty calls a minute for the whole app, so nobody
 * can make the bot spend them: calls for one group that come together are one call, and what was read is used again
 * while it is young enough for the purpose. Source: Slack API, rate limits.
 */
export function makeGroups(web: WebClient, clock: Clock) {
  const kept = new Map<string, { at: number; members: ReadonlySet<string> }>();
  const underWay = new Map<string, Promise<ReadonlySet<string>>>();

  const read = async (groupId: string): Promise<ReadonlySet<string>> => {
    const at = clock.now();
    const answer = await web.usergroups.users.list({ usergroup: groupId });
    const members = new Set(answer.users ?? []);
    kept.set(groupId, { at, members });
    return members;
  };

  return {
    /** Throws what the WebClient throws. */
    async members(groupId: string, oldestMs: number): Promise<ReadonlySet<string>> {
      const found = kept.get(groupId);
      if (found !== undefined && clock.now() - found.at < oldestMs) return found.members;
      const running = underWay.get(groupId) ?? read(groupId).finally(() => underWay.delete(groupId));
      underWay.set(groupId, running);
      return running;
    },
  };
}
