import { App, type Receiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";
import type { SlackCalls } from "../../app/ports/slack.ts";
import { clientOptions } from "./client.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Makes Bolt's App over a receiver built by hand. The workspace is known, so Bolt makes no call to Slack for an event. An
 * error in a listener is logged here and nowhere else. `drain` resolves when the running listeners have ended, so that a
 * person whose click was acknowledged also gets its result before the process ends.
 */
export function makeApp(options: {
  receiver: Receiver;
  token: string;
  apiUrl: string | null;
  workspace: Workspace;
  logger: Logger;
  log: Log;
  calls: SlackCalls;
}): { app: App; drain: () => Promise<void> } {
  const { receiver, token, apiUrl, workspace, logger, log, calls } = options;
  const app = new App({
    receiver,
    logger,
    clientOptions: clientOptions(apiUrl, logger, calls),
    extendedErrorHandler: true,
    authorize: async () => ({
      botToken: token,
      teamId: workspace.teamId,
      ...(workspace.botId === null ? {} : { botId: workspace.botId }),
      ...(workspace.botUserId === null ? {} : { botUserId: workspace.botUserId }),
    }),
  });
  app.error(async (raised: unknown) => {
    const { error, body } = raised as { error: Error; body: { type?: string } };
    log.error({ event: "slack-event.failed", err: error, payload: body.type }, "a Slack listener failed");
  });
  const running = new Set<Promise<void>>();
  app.use(async ({ next }) => {
    const work = next();
    running.add(work);
    await work.finally(() => running.delete(work));
  });
  return {
    app,
    async drain() {
      await Promise.allSettled(running);
    },
  };
}
