import PQueue from "p-queue";

/** One post a second in a channel, with a burst of three. Source: Slack API, rate limits of chat.postMessage. */
const POSTS = { concurrency: 1, interval: 3_000, intervalCap: 3 };
/** chat.update is tier 3: fifty a minute for the whole app, in bursts. Source: Slack API, rate limits. */
const UPDATES = { concurrency: 4, interval: 6_000, intervalCap: 5 };

/** Lets calls go at the pace that Slack allows: a lane for each channel's posts, one for all updates. */
export function makeLanes() {
  const posts = new Map<string, PQueue>();
  const updates = new PQueue(UPDATES);
  const lane = (kind: "post" | "update", channelId: string) => {
    if (kind === "update") return updates;
    const own = posts.get(channelId) ?? new PQueue(POSTS);
    posts.set(channelId, own);
    return own;
  };
  return {
    /** Resolves when the next call may go; at once when aborted. */
    async turn(kind: "post" | "update", channelId: string, signal: AbortSignal): Promise<void> {
      if (signal.aborted) return;
      await lane(kind, channelId)
        .add(() => undefined, { signal })
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
    },
  };
}
