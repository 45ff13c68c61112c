import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { BotSupervisor } from "../../bot-supervisor.ts";
import type { HonoEnv } from "../../wire/http-server.ts";

/**
 * Merges the events of both stand-ins and of the bot into one stream: `slack-change`, `slack-request`, `aws-change`,
 * `aws-request`, `bot`. One stream instead of three, since a browser opens only six connections per host.
 */
export const liveRoute =
  (deps: { slackUrl: () => string; awsUrl: string; bot: () => BotSupervisor }) =>
  (c: Context<HonoEnv>): Response =>
    streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => ended.abort());
      const stop = deps.bot().subscribe(() => {
        void stream.writeSSE({ event: "bot", data: JSON.stringify(deps.bot().status()) });
      });
      await stream.writeSSE({ event: "bot", data: JSON.stringify(deps.bot().status()) });
      await Promise.allSettled([
        copyEvents(stream, "slack", `${deps.slackUrl()}/_control/events`, ended.signal),
        copyEvents(stream, "aws", `${deps.awsUrl}/_control/events`, ended.signal),
      ]);
      stop();
    });

/** Copies a stream of server-sent events and prefixes each event's name. Ends when either side ends. */
async function copyEvents(stream: SSEStreamingApi, prefix: string, url: string, abort: AbortSignal): Promise<void> {
  const answer = await fetch(url, { signal: abort });
  if (answer.body === null) return;
  let rest = "";
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) await stream.write(`${event.replace(/^event: /m, `event: ${prefix}-`)}\n\n`);
  }
}
