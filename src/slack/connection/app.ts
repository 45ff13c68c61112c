import { App, type Receiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";
import { clientOptions } from "./client.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Bolt's App over a receiver built by hand. The workspace is known already, so that Bolt asks Slack nothing for each
 * event; a listener that throws is logged here and nowhere else. `settled` resolves when the listeners that run are done:
 * somebody who was told that their click arrived also gets its answer before the process ends.
 */
export function makeApp(options: {
  receiver: Receiver;
  token: string;
  apiUrl: string | null;
  workspace: Workspace;
  logger: Logger;
  log: Log;
}): { app: App; settled: () => Promise<void> } {
  const { receiver, token, apiUrl, workspace, logger, log } = options;
  const app = new App({
    receiver,
    logger,
    clientOptions: clientOptions(apiUrl, logger),
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
  const underWay = new Set<Promise<void>>();
  app.use(async ({ next }) => {
    const work = next();
    underWay.add(work);
    await work.finally(() => underWay.delete(work));
  });
  return {
    app,
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}
